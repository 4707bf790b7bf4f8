package io.broadcasty.streams.broker;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.memory.HeapSize;
import org.jspecify.annotations.Nullable;

/**
 * What the server knows of a message: no publisher can write it by itself.
 *
 * @param sender the subject of the publisher's token, if publications are stamped with it
 * @param exceptSession the session that does not get the message, if any
 * @param erased whether an administrator has erased the message, so that only its place is left
 */
@ThreadSafe
public record Origin(@Nullable String sender, @Nullable String exceptSession, boolean erased) {

  /** Nothing is known. */
  public static final Origin NONE = new Origin(null, null);

  /** Of a message that has been erased. */
  static final Origin ERASED = new Origin(null, null, true);

  /** Creates the origin of a message that has not been erased. */
  public Origin(@Nullable String sender, @Nullable String exceptSession) {
    this(sender, exceptSession, false);
  }

  /** Returns an origin that names the publisher. */
  public static Origin of(String sender) {
    return new Origin(sender, null);
  }

  /** Returns a copy that names the publisher. */
  public Origin withSender(String subject) {
    return new Origin(subject, exceptSession, erased);
  }

  /** Returns whether nothing is known. */
  public boolean isEmpty() {
    return sender == null && exceptSession == null && !erased;
  }

  /** Returns the approximate size of its texts in memory, in bytes. */
  int costBytes() {
    return HeapSize.ofText(sender) + HeapSize.ofText(exceptSession);
  }
}
