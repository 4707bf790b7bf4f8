package io.broadcasty.streams.broker;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.memory.HeapSize;
import org.jspecify.annotations.Nullable;

/**
 * Where a message comes from, as the server knows it: no publisher can write it by itself.
 *
 * @param sender the subject of the publisher's token, if publications are stamped with it
 * @param exceptSession the session that does not get the message, if any
 */
@ThreadSafe
public record Origin(@Nullable String sender, @Nullable String exceptSession) {

  /** Nothing is known. */
  public static final Origin NONE = new Origin(null, null);

  /** Returns an origin that names the publisher. */
  public static Origin of(String sender) {
    return new Origin(sender, null);
  }

  /** Returns a copy that names the publisher. */
  public Origin withSender(String subject) {
    return new Origin(subject, exceptSession);
  }

  /** Returns whether nothing is known. */
  public boolean isEmpty() {
    return sender == null && exceptSession == null;
  }

  /** Returns the approximate size of its texts in memory, in bytes. */
  int costBytes() {
    return HeapSize.ofText(sender) + HeapSize.ofText(exceptSession);
  }
}
