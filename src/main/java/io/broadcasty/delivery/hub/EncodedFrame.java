package io.broadcasty.delivery.hub;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.memory.MemoryBudget;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * One frame to a client: an encoded message, a heartbeat, or a control frame of the transport. A
 * frame may go to many connections, so its bytes are made once.
 */
@ThreadSafe
public final class EncodedFrame {

  /** The kinds of frames. */
  public enum Kind {
    MESSAGE,
    HEARTBEAT,
    CONTROL
  }

  private static final int OVERHEAD_BYTES = 32;

  /** The heartbeat frame. */
  public static final EncodedFrame HEARTBEAT = new EncodedFrame(Kind.HEARTBEAT, "", OVERHEAD_BYTES);

  private static final AtomicIntegerFieldUpdater<EncodedFrame> HOLDERS =
      AtomicIntegerFieldUpdater.newUpdater(EncodedFrame.class, "holders");

  private record Bytes(@Nullable WireFormat format, byte[] bytes) {}

  private final Kind kind;
  private final String text;
  private final int sizeBytes;
  private volatile @Nullable Bytes encoded;

  /** How many outboxes hold the frame behind a write that is under way. */
  @SuppressWarnings("UnusedVariable") // read through HOLDERS
  private volatile int holders;

  private EncodedFrame(Kind kind, String text, int sizeBytes) {
    this.kind = kind;
    this.text = text;
    this.sizeBytes = sizeBytes;
  }

  /**
   * Creates a frame for a message as the client gets it: a WebSocket's text, or a whole server-sent
   * event.
   */
  public static EncodedFrame message(String text) {
    return new EncodedFrame(Kind.MESSAGE, text, OVERHEAD_BYTES + Utf8Length.of(text));
  }

  /**
   * Creates a control frame, which only the transport that made it can interpret.
   *
   * @param bytes the bytes that the transport writes
   */
  public static EncodedFrame control(byte[] bytes) {
    EncodedFrame frame = new EncodedFrame(Kind.CONTROL, "", OVERHEAD_BYTES + bytes.length);
    frame.encoded = new Bytes(null, bytes);
    return frame;
  }

  /** Returns the kind of this frame. */
  public Kind kind() {
    return kind;
  }

  /** Returns the message; empty for a heartbeat. */
  public String text() {
    return text;
  }

  /** Returns how many bytes the frame counts for in the outbox. */
  public int sizeBytes() {
    return sizeBytes;
  }

  /** Returns the length of the message in bytes; 0 for a heartbeat. */
  int messageBytes() {
    return sizeBytes - OVERHEAD_BYTES;
  }

  /** Counts an outbox in which the frame is stuck; the first one reserves the frame's size. */
  void hold(MemoryBudget budget) {
    if (kind != Kind.HEARTBEAT && HOLDERS.getAndIncrement(this) == 0) {
      budget.reserveAnyway(sizeBytes);
    }
  }

  /** Undoes one {@link #hold}; the last one releases the frame's size. */
  void release(MemoryBudget budget) {
    if (kind != Kind.HEARTBEAT && HOLDERS.decrementAndGet(this) == 0) {
      budget.release(sizeBytes);
    }
  }

  /** Returns the frame's bytes in this format; caches them for the latest format requested. */
  public byte[] bytes(WireFormat format) {
    Bytes known = encoded;
    if (known == null || (kind != Kind.CONTROL && known.format() != format)) {
      known = new Bytes(format, format.encode(this)); // at worst two threads compute the same bytes
      encoded = known;
    }
    return known.bytes();
  }
}
