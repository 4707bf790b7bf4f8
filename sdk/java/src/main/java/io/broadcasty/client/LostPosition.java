package io.broadcasty.client;

/**
 * Publications that a reader has not seen are gone; the stream goes on behind {@code resumeFrom}.
 * Whoever needs to know everything reads the present state from elsewhere now.
 *
 * @param channel the channel
 * @param reason {@code trimmed}: no longer retained; {@code epoch}: the stream was lost and has
 *     started again; {@code ahead}: the position is beyond the newest publication
 * @param requested the position that was asked for
 * @param resumeFrom the position behind which the stream goes on
 */
public record LostPosition(String channel, String reason, Position requested, Position resumeFrom)
    implements StreamEvent {

  static LostPosition read(String channel, Json json) {
    return new LostPosition(
        channel,
        json.get("reason").map(Json::asString).orElse(""),
        Position.read(json.get("requested").orElse(json)),
        Position.read(json.get("resumeFrom").orElse(json)));
  }
}
