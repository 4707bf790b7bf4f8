package io.broadcasty.admin.explorer;

import com.fasterxml.jackson.core.JsonToken;
import io.broadcasty.cluster.question.QuestionText;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.tenant.TenantId;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a node asks others about channels. The answer is an object with the number of subscribers by
 * the name of the channel.
 */
record ChannelQuestion(TenantId tenant, String prefix, @Nullable ChannelName after, int limit) {

  String text() {
    return QuestionText.write(
        json -> {
          json.writeStringField("tenant", tenant.value());
          json.writeStringField("prefix", prefix);
          if (after != null) {
            json.writeStringField("after", after.value());
          }
          json.writeNumberField("limit", limit);
        });
  }

  /**
   * Reads a question.
   *
   * @throws IllegalArgumentException when it is malformed
   */
  static ChannelQuestion read(String text) {
    Map<String, String> fields = QuestionText.fields(text);
    String after = fields.get("after");
    return new ChannelQuestion(
        new TenantId(QuestionText.required(fields, "tenant")),
        QuestionText.required(fields, "prefix"),
        after == null ? null : new ChannelName(after),
        Integer.parseInt(QuestionText.required(fields, "limit")));
  }

  static String writeAnswer(SortedMap<ChannelName, Integer> subscribers) {
    return QuestionText.write(
        json -> {
          for (Map.Entry<ChannelName, Integer> each : subscribers.entrySet()) {
            json.writeNumberField(each.getKey().value(), each.getValue());
          }
        });
  }

  /** Reads an answer; returns null for one that cannot be read. */
  static @Nullable SortedMap<ChannelName, Integer> readAnswer(String text) {
    return QuestionText.answer(
        text,
        json -> {
          SortedMap<ChannelName, Integer> subscribers = new TreeMap<>();
          while (json.nextToken() == JsonToken.FIELD_NAME) {
            ChannelName name = new ChannelName(json.currentName());
            json.nextToken();
            subscribers.put(name, json.getIntValue());
          }
          return subscribers;
        });
  }
}
