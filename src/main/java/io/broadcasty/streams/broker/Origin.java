package io.broadcasty.streams.broker;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.memory.HeapSize;
import org.jspecify.annotations.Nullable;

/**
 * What the server knows of a message besides its content: who published it, and what to do with it.
 *
 * @param sender the subject of the publisher's token, if publications are stamped with it
 * @param exceptSession the session that does not get the message, if any
 * @param compactionKey a channel that is compacted keeps only the newest message of a key; null for
 *     a message that no other replaces
 * @param erased whether the message has been erased, by an administrator or because another one of
 *     its key replaced it, so that only its place is left
 */
@ThreadSafe
public record Origin(
    @Nullable String sender,
    @Nullable String exceptSession,
    @Nullable String compactionKey,
    boolean erased) {

  /** Nothing is known. */
  public static final Origin NONE = new Origin(null, null);

  /** Of a message that has been erased. */
  static final Origin ERASED = new Origin(null, null, null, true);

  /** Creates the origin of a message that has not been erased. */
  public Origin(@Nullable String sender, @Nullable String exceptSession) {
    this(sender, exceptSession, null, false);
  }

  /** Returns an origin that names the publisher. */
  public static Origin of(String sender) {
    return new Origin(sender, null);
  }

  /** Returns a copy that names the publisher. */
  public Origin withSender(String subject) {
    return new Origin(subject, exceptSession, compactionKey, erased);
  }

  /** Returns a copy whose message a session does not get. */
  public Origin withExceptSession(String session) {
    return new Origin(sender, session, compactionKey, erased);
  }

  /** Returns a copy with a compaction key. */
  public Origin withCompactionKey(String key) {
    return new Origin(sender, exceptSession, key, erased);
  }

  /** Returns whether nothing is known. */
  public boolean isEmpty() {
    return sender == null && exceptSession == null && compactionKey == null && !erased;
  }

  /** Returns the approximate size of its texts in memory, in bytes. */
  int costBytes() {
    return HeapSize.ofText(sender)
        + HeapSize.ofText(exceptSession)
        + HeapSize.ofText(compactionKey);
  }
}
