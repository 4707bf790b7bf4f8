package io.broadcasty.broker;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What one publisher handed in, and the answer it waits for.
 *
 * @param bytes the envelopes' cost
 */
public record Submission(
    List<Envelope> envelopes, long bytes, CompletableFuture<List<AppendOutcome>> answer) {

  static Submission of(List<Envelope> envelopes) {
    return new Submission(
        List.copyOf(envelopes),
        envelopes.stream().mapToLong(Envelope::costBytes).sum(),
        new CompletableFuture<>());
  }

  /** The same answer for each. */
  public List<AppendOutcome> allUnavailable(String reason, Duration retryAfter) {
    return Collections.nCopies(envelopes.size(), new AppendOutcome.Unavailable(reason, retryAfter));
  }
}
