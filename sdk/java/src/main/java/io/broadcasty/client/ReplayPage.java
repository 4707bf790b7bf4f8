package io.broadcasty.client;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A part of what a channel retains.
 *
 * @param epoch the incarnation of the stream
 * @param first the oldest retained sequence
 * @param head the newest retained sequence
 * @param lost why the page begins later than was asked for; empty if it does not
 * @param publications the publications, the oldest first
 * @param next the sequence that the next page begins with; empty at the end
 */
public record ReplayPage(
    String epoch,
    long first,
    long head,
    Optional<LostPosition> lost,
    List<Publication> publications,
    OptionalLong next) {

  static ReplayPage read(String channel, Json json) {
    return new ReplayPage(
        json.get("epoch").map(Json::asString).orElse(""),
        json.get("first").map(Json::asLong).orElse(0L),
        json.get("head").map(Json::asLong).orElse(0L),
        json.get("lost").map(lost -> LostPosition.read(channel, lost)),
        json.get("publications").map(Json::items).orElse(List.of()).stream()
            .map(Publication::read)
            .toList(),
        json.get("next").map(next -> OptionalLong.of(next.asLong())).orElse(OptionalLong.empty()));
  }
}
