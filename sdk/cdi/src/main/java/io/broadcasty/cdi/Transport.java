package io.broadcasty.cdi;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** A way to Broadcasty. */
interface Transport {

  /** The most publications of one call. */
  int MAX_BATCH = 100;

  /**
   * Sends publications in their order and completes the result of each of them.
   *
   * @param batch at most {@link #MAX_BATCH}
   * @return completed, never exceptionally, when all results are
   */
  CompletionStage<Void> send(List<Outgoing> batch);
}
