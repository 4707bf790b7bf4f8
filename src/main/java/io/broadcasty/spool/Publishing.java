package io.broadcasty.spool;

import io.broadcasty.broker.AppendOutcome;
import io.broadcasty.broker.Broker;
import io.broadcasty.broker.Envelope;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Publishes and waits for the outcomes. */
final class Publishing {

  private static final long PATIENCE_SECONDS = 10;

  private Publishing() {}

  /**
   * Publishes envelopes and waits for the outcomes.
   *
   * @throws IllegalStateException when the streams fail or do not answer in time: the outcome of
   *     the envelopes is unknown
   */
  static List<AppendOutcome> await(Broker streams, List<Envelope> envelopes) {
    try {
      return streams
          .publish(envelopes)
          .toCompletableFuture()
          .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the streams did not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
