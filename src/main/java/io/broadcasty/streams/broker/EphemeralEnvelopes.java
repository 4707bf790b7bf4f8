package io.broadcasty.streams.broker;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Publishes the ephemeral envelopes of a request apart from those that are kept. */
public final class EphemeralEnvelopes {

  private EphemeralEnvelopes() {}

  /**
   * Publishes envelopes.
   *
   * @param kept publishes those that are kept
   * @param ephemeral publishes the others
   * @return the outcomes, in the order of the envelopes
   */
  public static CompletionStage<List<AppendOutcome>> publish(
      List<Envelope> envelopes,
      Function<List<Envelope>, CompletionStage<List<AppendOutcome>>> kept,
      Function<List<Envelope>, CompletionStage<List<AppendOutcome>>> ephemeral) {
    if (envelopes.stream().noneMatch(Envelope::ephemeral)) { // almost always
      return kept.apply(envelopes);
    }
    List<Envelope> announced = envelopes.stream().filter(Envelope::ephemeral).toList();
    if (announced.size() == envelopes.size()) {
      return ephemeral.apply(announced);
    }
    return kept.apply(envelopes.stream().filter(each -> !each.ephemeral()).toList())
        .thenCombine(
            ephemeral.apply(announced), (first, second) -> merged(envelopes, first, second));
  }

  private static List<AppendOutcome> merged(
      List<Envelope> envelopes, List<AppendOutcome> ofKept, List<AppendOutcome> ofEphemeral) {
    List<AppendOutcome> all = new ArrayList<>(envelopes.size());
    int kept = 0;
    int ephemeral = 0;
    for (Envelope envelope : envelopes) {
      all.add(envelope.ephemeral() ? ofEphemeral.get(ephemeral++) : ofKept.get(kept++));
    }
    return all;
  }
}
