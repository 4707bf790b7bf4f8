package io.broadcasty.transport.io;

import io.broadcasty.delivery.hub.EncodedFrame;
import io.broadcasty.delivery.hub.FrameWriter;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Sends frames one after the other through an interface that accepts one at a time and reports
 * each, perhaps before the call returns. Does not recurse, however many are reported at once.
 */
public abstract class FrameSequence {

  private final List<EncodedFrame> frames;
  private final FrameWriter.Done done;
  private final AtomicInteger steps = new AtomicInteger();
  private int next;

  protected FrameSequence(List<EncodedFrame> frames, FrameWriter.Done done) {
    this.frames = frames;
    this.done = done;
  }

  /**
   * Starts sending a frame; the implementation calls {@link #onSent} when it is sent or has failed.
   */
  protected abstract void send(EncodedFrame frame);

  /** Reports that a frame was sent, or has failed. */
  public final void onSent(@Nullable Throwable failure) {
    if (failure != null) {
      done.accept(failure);
    } else {
      advance();
    }
  }

  /** Sends the next frame, or reports that all are sent. Call it once, to begin. */
  public final void advance() {
    if (steps.getAndIncrement() != 0) {
      return;
    }
    do {
      if (next == frames.size()) {
        done.accept(null);
        return;
      }
      send(frames.get(next++));
    } while (steps.decrementAndGet() != 0);
  }
}
