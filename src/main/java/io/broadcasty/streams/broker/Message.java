package io.broadcasty.streams.broker;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.memory.HeapSize;
import org.jspecify.annotations.Nullable;

/**
 * The content of a publication, which is never changed on its way. JSON parts are kept verbatim.
 * Immutable.
 *
 * @param payload JSON text
 * @param meta JSON text, if any
 * @param event an application's name for the kind of event, if any
 * @param correlationId relates an answer to its question, if any
 * @param replyTo the channel for the answer, if any
 * @param headers short texts by name, for components that handle the message on its way
 * @param origin what the server knows of the publisher
 */
@ThreadSafe
public record Message(
    String payload,
    @Nullable String meta,
    @Nullable String event,
    @Nullable String correlationId,
    @Nullable String replyTo,
    Headers headers,
    Origin origin) {

  /** Creates a message of an unknown origin. */
  public Message(
      String payload,
      @Nullable String meta,
      @Nullable String event,
      @Nullable String correlationId,
      @Nullable String replyTo,
      Headers headers) {
    this(payload, meta, event, correlationId, replyTo, headers, Origin.NONE);
  }

  /** What is left of a message that has been erased. */
  public static final Message ERASED =
      new Message("null", null, null, null, null, Headers.NONE, Origin.ERASED);

  /** Creates a message with a payload only. */
  public static Message of(String payload) {
    return new Message(payload, null, null, null, null, Headers.NONE);
  }

  /** Returns whether the message has been erased. */
  public boolean isErased() {
    return origin.erased();
  }

  /** Returns a copy with other headers. */
  public Message withHeaders(Headers changed) {
    return new Message(payload, meta, event, correlationId, replyTo, changed, origin);
  }

  /** Returns a copy with another origin. */
  public Message withOrigin(Origin changed) {
    return new Message(payload, meta, event, correlationId, replyTo, headers, changed);
  }

  /** Returns the approximate size of its texts in memory, in bytes. */
  int costBytes() {
    return HeapSize.ofText(payload)
        + HeapSize.ofText(meta)
        + HeapSize.ofText(event)
        + HeapSize.ofText(correlationId)
        + HeapSize.ofText(replyTo)
        + headers.costBytes()
        + origin.costBytes();
  }

  /** Omits the content, so that it may be logged. */
  @Override
  public String toString() {
    return "Message[" + payload.length() + " characters]";
  }
}
