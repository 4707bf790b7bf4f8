package io.broadcasty.delivery.hub;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes the frames of one connection; implemented by its transport. Called by one thread at a
 * time.
 */
public interface FrameWriter {

  /**
   * Starts writing frames in order, each as a message of its own. The next call comes after {@code
   * done}.
   *
   * @param done to be called exactly once, on any thread, when all frames are written or one has
   *     failed; may be called before this method returns
   */
  void write(List<EncodedFrame> frames, Done done);

  /** Receives the result of a write. */
  @FunctionalInterface
  interface Done {
    /**
     * Called once when the write has ended.
     *
     * @param failure null when all frames were written
     */
    void accept(@Nullable Throwable failure);
  }
}
