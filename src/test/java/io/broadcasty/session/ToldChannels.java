package io.broadcasty.session;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a client of version 2 was told on one connection: the numbers of channels, and epochs. */
final class ToldChannels {

  private final Map<Long, String> numbers = new HashMap<>();
  private final Map<String, String> epochs = new HashMap<>();

  /** The result of a subscribe. */
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

  /** A push or event {@code channel}. */
  void channel(Map<String, Object> message) {
    String channel = String.valueOf(message.get("channel"));
    numbers.put(JsonTree.number(message, "number"), channel);
    epoch(channel, message);
  }

  /** A push or event {@code lost}. */
  void lost(Map<String, Object> message) {
    epoch(String.valueOf(message.get("channel")), JsonTree.object(message, "resumeFrom"));
  }

  private void epoch(String channel, Map<String, Object> position) {
    epochs.put(
        channel + "/" + position.getOrDefault("partition", 0L),
        String.valueOf(position.get("epoch")));
  }

  /** As version 1 says it, from a text payload; null when a number or an epoch was not told. */
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
