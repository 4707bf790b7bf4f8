package io.broadcasty.delivery.session;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The channel numbers and epochs that a client of version 2 was told on one connection. */
final class ReceivedChannelTable {

  private final Map<Long, String> numbers = new HashMap<>();
  private final Map<String, String> epochs = new HashMap<>();

  /** Reads the result of a subscribe. */
  void subscribed(Map<String, Object> result, String target) {
    if (result.containsKey("number")) {
      numbers.put(JsonTree.number(result, "number"), target);
    }
    for (Map<String, Object> position : JsonTree.objects(result, "positions")) {
      String channel = String.valueOf(position.getOrDefault("channel", target));
      if (position.containsKey("number")) {
        numbers.put(JsonTree.number(position, "number"), channel);
      }
      epoch(channel, position);
    }
  }

  /** Reads a push or event {@code channel}. */
  void channel(Map<String, Object> message) {
    String channel = String.valueOf(message.get("channel"));
    numbers.put(JsonTree.number(message, "number"), channel);
    epoch(channel, message);
  }

  /** Reads a push or event {@code lost}. */
  void lost(Map<String, Object> message) {
    epoch(String.valueOf(message.get("channel")), JsonTree.object(message, "resumeFrom"));
  }

  private void epoch(String channel, Map<String, Object> position) {
    epochs.put(
        channel + "/" + position.getOrDefault("partition", 0L),
        String.valueOf(position.get("epoch")));
  }

  /**
   * The publication in the form of version 1, from a text payload; null when a number or an epoch
   * is unknown.
   */
  @Nullable String expand(String compact) {
    String channel = numbers.get(Long.parseLong(field(compact, "{\"c\":", ',')));
    String sequence = field(compact, ",\"s\":", ',');
    String partition = compact.contains(",\"p\":") ? field(compact, ",\"p\":", ',') : "0";
    String epoch = epochs.get(channel + "/" + partition);
    return channel == null || epoch == null
        ? null
        : "{\"channel\":\""
            + channel
            + "\",\"partition\":"
            + partition
            + ",\"sequence\":"
            + sequence
            + ",\"epoch\":\""
            + epoch
            + "\",\"payload\":\""
            + field(compact, ",\"d\":\"", '"')
            + "\"}";
  }

  private static String field(String text, String start, char end) {
    int from = text.indexOf(start) + start.length();
    return text.substring(from, text.indexOf(end, from));
  }
}
