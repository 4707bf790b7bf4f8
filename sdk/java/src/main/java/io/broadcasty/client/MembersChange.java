package io.broadcasty.client;

import java.util.List;

/**
 * The members of a presence channel have changed.
 *
 * @param channel the channel
 * @param reset whether {@code joined} are all members (the first page of them, where {@code next}
 *     is not empty), which replaces what was known before
 * @param joined members that have come, or whose fields have changed; each has an {@code id}
 * @param left the ids of members that have left
 * @param count the number of members; -1 where it is not said
 * @param next the {@code after} of the next page of members, for {@link Presence#members}; null at
 *     the end
 */
public record MembersChange(
    String channel, boolean reset, List<Json> joined, List<String> left, long count, String next)
    implements StreamEvent {

  static MembersChange read(Json json) {
    boolean reset = json.get("reset").map(Json::asBoolean).orElse(false);
    return new MembersChange(
        json.get("channel").map(Json::asString).orElse(""),
        reset,
        json.get(reset ? "members" : "joined").map(Json::items).orElse(List.of()),
        json.get("left").map(Json::items).orElse(List.of()).stream().map(Json::asString).toList(),
        json.get("count").map(Json::asLong).orElse(-1L),
        json.get("next").map(Json::asString).orElse(null));
  }
}
