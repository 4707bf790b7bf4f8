package io.broadcasty.hub;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The way out of one connection, given by its transport. Called by one thread at a time. */
public interface FrameWriter {

  /**
   * Starts writing frames in order, each as a message of its own. The next call comes after {@code
   * done}.
   *
   * @param done to be called exactly once, on any thread, when all are written or one has failed;
   *     may be called before this method returns
   */
  void write(List<EncodedFrame> frames, Done done);

  /** Hears how a write ended. */
  @FunctionalInterface
  interface Done {
    /**
     * @param failure null when all frames were written
     */
    void accept(@Nullable Throwable failure);
  }
}
