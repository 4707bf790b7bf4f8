package io.broadcasty.client;

import java.util.Optional;

/**
 * The server has taken a publication, as durably as its store promises.
 *
 * @param id the publication's id
 * @param channel its channel
 * @param position its place; empty if it is queued, or is not kept
 * @param duplicate whether an earlier request with the same id has published it
 * @param queued whether it gets its place later, because the store cannot take it now
 */
public record PublishResult(
    String id, String channel, Optional<Position> position, boolean duplicate, boolean queued) {

  static PublishResult read(Json json) {
    return new PublishResult(
        json.get("id").map(Json::asString).orElse(""),
        json.get("channel").map(Json::asString).orElse(""),
        json.get("sequence").map(sequence -> Position.read(json)),
        json.get("duplicate").map(Json::asBoolean).orElse(false),
        json.get("queued").map(Json::asBoolean).orElse(false));
  }
}
