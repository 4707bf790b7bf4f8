package io.broadcasty.transport.websocket;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.memory.MemoryBudget.Grant;
import io.broadcasty.core.memory.MemoryReservation;
import jakarta.websocket.MessageHandler;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Joins the parts of a text message, up to a limit in bytes of UTF-8, in memory that is reserved.
 *
 * <p>Containers differ for a message beyond {@code setMaxTextMessageBufferSize}: some count
 * characters, and Undertow accepts it. A handler of parts enforces the limit itself. Containers
 * call it from one thread at a time; {@link #close} may be called by another.
 */
final class TextMessageAssembler implements MessageHandler.Partial<String> {

  /** What becomes of the parts. */
  interface Receiver {

    /** Called when a message has begun whose end is still to come. */
    void onBegun();

    /** Receives a whole message. */
    void onText(String text);

    /** Called when a message is longer than allowed; later parts are ignored. */
    void onTooLong();

    /** Called when no memory is left for a message; later parts are ignored. */
    void onOutOfMemory(Grant refusal);
  }

  private final IntSupplier maxBytes;
  private final Receiver receiver;

  @GuardedBy("this")
  private final MemoryReservation memory;

  @GuardedBy("this")
  private @Nullable StringBuilder begun;

  @GuardedBy("this")
  private long bytes;

  @GuardedBy("this")
  private boolean over;

  /**
   * Creates a handler without a message.
   *
   * @param maxBytes returns how long a message may be now
   * @param memory for the parts; the handler alone changes its size
   */
  TextMessageAssembler(IntSupplier maxBytes, MemoryReservation memory, Receiver receiver) {
    this.maxBytes = maxBytes;
    this.memory = memory;
    this.receiver = receiver;
  }

  @Override
  public void onMessage(String part, boolean last) {
    next(part, last).run();
  }

  /** Drops the message that is not whole, and ignores later parts. */
  synchronized void close() {
    over = true;
    begun = null;
    memory.close();
  }

  /** Adds a part; returns what the receiver is told. */
  private synchronized Runnable next(String part, boolean last) {
    if (over) {
      return () -> {};
    }
    bytes += utf8Length(part);
    if (bytes > maxBytes.getAsInt()) {
      close();
      return receiver::onTooLong;
    }
    if (begun == null && last) {
      bytes = 0;
      return () -> receiver.onText(part);
    }
    StringBuilder before = begun;
    boolean first = before == null;
    StringBuilder text = before == null ? new StringBuilder(0) : before;
    Grant grant = append(text, part);
    if (grant != Grant.GRANTED) {
      close();
      return () -> receiver.onOutOfMemory(grant);
    }
    if (last) {
      String whole = text.toString();
      begun = null;
      bytes = 0;
      memory.close();
      return () -> receiver.onText(whole);
    }
    begun = text;
    return first ? receiver::onBegun : () -> {};
  }

  /** Appends a part, doubling the buffer when it is full. */
  @GuardedBy("this")
  private Grant append(StringBuilder text, String part) {
    int length = text.length() + part.length();
    if (length > text.capacity()) {
      int capacity = Math.max(length, 2 * text.capacity());
      Grant grant = memory.tryResize((long) Character.BYTES * capacity);
      if (grant != Grant.GRANTED) {
        return grant;
      }
      text.ensureCapacity(capacity);
    }
    text.append(part);
    return Grant.GRANTED;
  }

  /**
   * Returns the length in UTF-8; a surrogate pair counts as four bytes, even if split across parts.
   */
  private static long utf8Length(String text) {
    long length = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        length++;
      } else if (c < 0x800 || Character.isSurrogate(c)) {
        length += 2;
      } else {
        length += 3;
      }
    }
    return length;
  }
}
