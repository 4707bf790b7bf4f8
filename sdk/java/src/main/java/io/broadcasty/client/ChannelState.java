package io.broadcasty.client;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A channel or pattern of a stream, and the last position that was received of each channel.
 * Guarded by the stream.
 */
final class ChannelState {

  private final String name;
  private final boolean members;
  private final Start start;
  private final Map<String, Map<Integer, Position>> received = new LinkedHashMap<>();

  /** Whether the next subscription goes on after what was received, if that is nothing too. */
  private boolean resumes;

  ChannelState(String name, Start start, boolean members) {
    this.name = name;
    this.members = members;
    this.start = start;
    start.after(name).forEach((channel, positions) -> positions.forEach(at -> put(channel, at)));
    this.resumes = !received.isEmpty();
  }

  /** Returns whether a pattern or channel includes a channel, apart from the channel's kind. */
  static boolean covers(String pattern, String channel) {
    return pattern.endsWith("*")
        ? channel.startsWith(pattern.substring(0, pattern.length() - 1))
        : channel.equals(pattern);
  }

  String name() {
    return name;
  }

  boolean isWithMembers() {
    return members;
  }

  /** Returns the fields of a subscribe command that goes on where this one has been. */
  Map<String, Object> command() {
    Map<String, Object> command = new LinkedHashMap<>();
    command.put("command", "subscribe");
    command.put("channel", name);
    if (resumes || !received.isEmpty()) {
      command.put("since", since());
    } else {
      command.putAll(start.fields());
    }
    return command;
  }

  /**
   * Takes the heads of the server's reply as positions, if the stream begins behind them.
   *
   * @return whether it does
   */
  boolean onSubscribed(Json result) {
    if (resumes || !received.isEmpty() || !start.fields().isEmpty()) {
      return false; // what is received tells
    }
    resumes = true;
    for (Json head : result.get("positions").map(Json::items).orElse(List.of())) {
      String channel = head.get("channel").map(Json::asString).orElse(name);
      Position position = Position.read(head);
      received
          .computeIfAbsent(channel, unknown -> new LinkedHashMap<>())
          .putIfAbsent(position.partition(), position);
    }
    return true;
  }

  /** Notes a position, and returns whether it is a new one. */
  boolean onReceived(String channel, Position position) {
    Position before = received.getOrDefault(channel, Map.of()).get(position.partition());
    if (before != null
        && before.epoch().equals(position.epoch())
        && before.sequence() >= position.sequence()) {
      return false;
    }
    put(channel, position);
    return true;
  }

  /** Notes where the server goes on after a loss. */
  void put(String channel, Position position) {
    received
        .computeIfAbsent(channel, unknown -> new LinkedHashMap<>())
        .put(position.partition(), position);
  }

  /** Returns the last positions that were received, by channel and partition. */
  Map<String, Map<Integer, Position>> received() {
    return received;
  }

  private List<Map<String, Object>> since() {
    List<Map<String, Object>> since = new ArrayList<>();
    received.forEach(
        (channel, partitions) ->
            partitions
                .values()
                .forEach(
                    position -> {
                      Map<String, Object> fields = new LinkedHashMap<>();
                      fields.put("channel", channel);
                      fields.put("epoch", position.epoch());
                      fields.put("partition", position.partition());
                      fields.put("sequence", position.sequence());
                      since.add(fields);
                    }));
    return since;
  }
}
