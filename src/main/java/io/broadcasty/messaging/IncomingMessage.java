package io.broadcasty.messaging;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message that was received and not yet acknowledged.
 *
 * @param id the same when the message is delivered again; null when its sender wanted none
 * @param text the body, which should be JSON; null when it is not a text
 * @param type becomes the publication's event; null for none
 * @param correlationId null for none
 * @param group messages of one group are in order; null for none
 * @param properties the values as texts
 */
public record IncomingMessage(
    @Nullable String id,
    @Nullable String text,
    @Nullable String type,
    @Nullable String correlationId,
    @Nullable String group,
    Map<String, String> properties) {

  public IncomingMessage {
    properties = Map.copyOf(properties);
  }

  /** Omits the content, so that it may be logged. */
  @Override
  public String toString() {
    return "IncomingMessage[" + id + "]";
  }
}
