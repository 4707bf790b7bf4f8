package io.broadcasty.client;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A publication as subscribers and readers get it.
 *
 * @param channel its channel
 * @param position its place; empty for an ephemeral one, which is not kept
 * @param id the id that the publisher has given it, or the server
 * @param sender the subject of the publisher's token, if the server is configured to say so
 * @param event the type of the event, if the publisher has given one
 * @param payload the payload exactly as it was published
 * @param meta the meta data, if there are any
 * @param headers short texts by name
 * @param correlationId the request that this is about, if the publisher has given it
 * @param replyTo where an answer should go, if the publisher has given it
 * @param time when the server took it
 * @param erased whether an administrator has erased the message: then the payload is {@code null}
 */
public record Publication(
    String channel,
    Optional<Position> position,
    String id,
    Optional<String> sender,
    Optional<String> event,
    Json payload,
    Optional<Json> meta,
    Map<String, String> headers,
    Optional<String> correlationId,
    Optional<String> replyTo,
    Instant time,
    boolean erased)
    implements StreamEvent {

  private static final Json NULL = Json.parse("null");

  /** Returns the payload as the codec reads it. */
  public <T> T payload(Codec<T> codec) {
    return codec.decode(payload.text());
  }

  /** Reads a publication of an answer or of a push. */
  static Publication read(Json json) {
    Map<String, String> headers = new LinkedHashMap<>();
    json.get("headers")
        .ifPresent(
            found -> found.fields().forEach((name, text) -> headers.put(name, text.asString())));
    return new Publication(
        json.get("channel").map(Json::asString).orElse(""),
        json.get("sequence").map(sequence -> Position.read(json)),
        json.get("id").map(Json::asString).orElse(""),
        json.get("sender").map(Json::asString),
        json.get("event").map(Json::asString),
        json.get("payload").orElse(NULL),
        json.get("meta"),
        Map.copyOf(headers),
        json.get("correlationId").map(Json::asString),
        json.get("replyTo").map(Json::asString),
        Instant.ofEpochMilli(json.get("time").map(Json::asLong).orElse(0L)),
        json.get("erased").map(Json::asBoolean).orElse(false));
  }
}
