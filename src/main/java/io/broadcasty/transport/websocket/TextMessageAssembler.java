package io.broadcasty.transport.websocket;

import jakarta.websocket.MessageHandler;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Joins the parts of a text message, up to a limit in bytes of UTF-8.
 *
 * <p>Containers differ for a message beyond {@code setMaxTextMessageBufferSize}: some count
 * characters, and Undertow accepts it. A handler of parts enforces the limit itself. Containers
 * call it from one thread at a time.
 */
final class TextMessageAssembler implements MessageHandler.Partial<String> {

  private final int maxBytes;
  private final Consumer<String> message;
  private final Runnable tooLong;
  private @Nullable StringBuilder begun;
  private long bytes;
  private boolean over;

  /**
   * Creates a handler without a message.
   *
   * @param message receives each whole message
   * @param tooLong is called when a message is longer than {@code maxBytes}; later parts are
   *     ignored
   */
  TextMessageAssembler(int maxBytes, Consumer<String> message, Runnable tooLong) {
    this.maxBytes = maxBytes;
    this.message = message;
    this.tooLong = tooLong;
  }

  @Override
  public void onMessage(String part, boolean last) {
    if (over) {
      return;
    }
    bytes += utf8Length(part);
    if (bytes > maxBytes) {
      over = true;
      begun = null;
      tooLong.run();
    } else if (last) {
      String whole = begun == null ? part : begun.append(part).toString();
      begun = null;
      bytes = 0;
      message.accept(whole);
    } else {
      begun = begun == null ? new StringBuilder(part) : begun.append(part);
    }
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
