package io.broadcasty.streams.broker;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The envelopes of one publish call, and the future of their outcomes.
 *
 * @param bytes the envelopes' size
 */
public record Submission(
    List<Envelope> envelopes, long bytes, CompletableFuture<List<AppendOutcome>> answer) {

  static Submission of(List<Envelope> envelopes) {
    return new Submission(
        List.copyOf(envelopes),
        envelopes.stream().mapToLong(Envelope::costBytes).sum(),
        new CompletableFuture<>());
  }

  /** Returns a part of this submission, which has no answer of its own. */
  public Submission part(int from, int to) {
    return of(envelopes.subList(from, to));
  }

  /** Returns an {@code Unavailable} outcome for each envelope. */
  public List<AppendOutcome> allUnavailable(String reason, Duration retryAfter) {
    return Collections.nCopies(envelopes.size(), new AppendOutcome.Unavailable(reason, retryAfter));
  }
}
