package io.broadcasty.broker;

import com.google.errorprone.annotations.ThreadSafe;
import org.jspecify.annotations.Nullable;

/**
 * What a publisher says: the part of a publication that nobody on its way changes. JSON parts are
 * kept verbatim. Immutable.
 *
 * @param payload JSON text
 * @param meta JSON text, if any
 * @param event an application's name for the kind of event, if any
 * @param correlationId ties an answer to its question, if any
 * @param replyTo the channel for the answer, if any
 * @param headers small texts by name, for whoever handles the message on its way
 */
@ThreadSafe
public record Message(
    String payload,
    @Nullable String meta,
    @Nullable String event,
    @Nullable String correlationId,
    @Nullable String replyTo,
    Headers headers) {

  /** A message of a payload alone. */
  public static Message of(String payload) {
    return new Message(payload, null, null, null, null, Headers.NONE);
  }

  /** The same message with other headers. */
  public Message withHeaders(Headers changed) {
    return new Message(payload, meta, event, correlationId, replyTo, changed);
  }

  /** About how much memory its long parts take, in bytes. */
  int costBytes() {
    return payload.length() + (meta == null ? 0 : meta.length()) + headers.costBytes();
  }

  /** Does not show what it says, so that it may be logged. */
  @Override
  public String toString() {
    return "Message[" + payload.length() + " characters]";
  }
}
