package io.broadcasty.transport.websocket;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.memory.ByteChunks;
import io.broadcasty.core.memory.MemoryBudget.Grant;
import io.broadcasty.core.memory.MemoryReservation;
import jakarta.websocket.MessageHandler;
import java.nio.charset.StandardCharsets;
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
  private @Nullable ByteChunks begun;

  /** The first half of a character whose second half begins the next part; 0 for none. */
  @GuardedBy("this")
  private char half;

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
    boolean first = begun == null;
    ByteChunks text = begun == null ? new ByteChunks() : begun;
    Grant grant = append(text, part, last);
    if (grant != Grant.GRANTED) {
      close();
      return () -> receiver.onOutOfMemory(grant);
    }
    if (last) {
      String whole = new String(text.toArray(), StandardCharsets.UTF_8);
      begun = null;
      bytes = 0;
      memory.close();
      return () -> receiver.onText(whole);
    }
    begun = text;
    return first ? receiver::onBegun : () -> {};
  }

  /** Appends a part in UTF-8; a character that is split between parts waits for its second half. */
  @GuardedBy("this")
  private Grant append(ByteChunks text, String part, boolean last) {
    String chars = half == 0 ? part : half + part;
    int end = chars.length();
    half = 0;
    if (!last && end > 0 && Character.isHighSurrogate(chars.charAt(end - 1))) {
      half = chars.charAt(--end);
    }
    byte[] utf8 = chars.substring(0, end).getBytes(StandardCharsets.UTF_8);
    int atMost = maxBytes.getAsInt();
    Grant grant = memory.tryResize(text.capacityFor(utf8.length, atMost));
    if (grant == Grant.GRANTED) {
      text.append(utf8, 0, utf8.length, atMost);
    }
    return grant;
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
