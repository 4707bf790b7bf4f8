package io.broadcasty.streams.broker;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Publishes envelopes and waits for the outcomes. */
public final class BlockingPublisher {

  private static final long MAX_WAIT_SECONDS = 10;

  private BlockingPublisher() {}

  /**
   * Publishes envelopes and waits for the outcomes.
   *
   * @throws IllegalStateException when the streams fail or do not answer in time: the outcome of
   *     the envelopes is unknown
   */
  public static List<AppendOutcome> publishAndWait(Broker streams, List<Envelope> envelopes) {
    try {
      return streams
          .publish(envelopes)
          .toCompletableFuture()
          .get(MAX_WAIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the streams did not answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
