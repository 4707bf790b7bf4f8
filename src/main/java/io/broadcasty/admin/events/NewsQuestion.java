package io.broadcasty.admin.events;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.broadcasty.admin.events.AdminEvent.ChannelChanged;
import io.broadcasty.cluster.question.QuestionText;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a node asks others about their events. Each event of the answer is an array of tenant,
 * channel, and whether it is occupied now.
 *
 * @param tenants whose events are wanted; null for all
 * @param after after which of its events each node goes on; one that is missing begins
 */
record NewsQuestion(@Nullable Set<TenantId> tenants, Map<String, Long> after) {

  String text() {
    return QuestionText.write(
        json -> {
          if (tenants != null) {
            json.writeArrayFieldStart("tenants");
            for (TenantId tenant : tenants) {
              json.writeString(tenant.value());
            }
            json.writeEndArray();
          }
          json.writeObjectFieldStart("after");
          for (Map.Entry<String, Long> each : after.entrySet()) {
            json.writeNumberField(each.getKey(), each.getValue());
          }
          json.writeEndObject();
        });
  }

  /**
   * Reads a question.
   *
   * @throws IllegalArgumentException when it is malformed
   */
  static NewsQuestion read(String text) {
    return QuestionText.question(
        text,
        json -> {
          Set<TenantId> tenants = null;
          Map<String, Long> after = new HashMap<>();
          while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            json.nextToken();
            if (name.equals("tenants")) {
              tenants = new HashSet<>();
              while (json.nextToken() == JsonToken.VALUE_STRING) {
                tenants.add(new TenantId(json.getText()));
              }
            } else if (name.equals("after")) {
              while (json.nextToken() == JsonToken.FIELD_NAME) {
                String node = json.currentName();
                json.nextToken();
                after.put(node, json.getLongValue());
              }
            } else {
              json.skipChildren();
            }
          }
          return new NewsQuestion(tenants, after);
        });
  }

  static String writeAnswer(NodeNews news) {
    return QuestionText.write(
        json -> {
          json.writeNumberField("number", news.number());
          json.writeBooleanField("missed", news.missed());
          json.writeArrayFieldStart("channels");
          for (ChannelChanged each : news.channels()) {
            json.writeStartArray();
            json.writeString(each.channel().tenant().value());
            json.writeString(each.channel().name().value());
            json.writeBoolean(each.occupied());
            json.writeEndArray();
          }
          json.writeEndArray();
          json.writeNumberField("connections", news.connections());
          json.writeObjectFieldStart("services");
          for (Map.Entry<String, String> each : news.services().entrySet()) {
            json.writeStringField(each.getKey(), each.getValue());
          }
          json.writeEndObject();
        });
  }

  /** Reads an answer; returns null for one that cannot be read. */
  static @Nullable NodeNews readAnswer(String text) {
    return QuestionText.answer(text, NewsQuestion::readNews);
  }

  private static NodeNews readNews(JsonParser json) throws IOException {
    long number = 0;
    boolean missed = false;
    List<ChannelChanged> channels = new ArrayList<>();
    int connections = 0;
    Map<String, String> services = new HashMap<>();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      json.nextToken();
      switch (name) {
        case "number" -> number = json.getLongValue();
        case "missed" -> missed = json.getBooleanValue();
        case "connections" -> connections = json.getIntValue();
        case "channels" -> {
          while (json.nextToken() == JsonToken.START_ARRAY) {
            channels.add(channel(json));
          }
        }
        case "services" -> services.putAll(QuestionText.fields(json));
        default -> json.skipChildren();
      }
    }
    return new NodeNews(number, missed, channels, connections, services);
  }

  private static ChannelChanged channel(JsonParser json) throws IOException {
    TenantId tenant = new TenantId(json.nextTextValue());
    ChannelName name = new ChannelName(json.nextTextValue());
    boolean occupied = json.nextToken() == JsonToken.VALUE_TRUE;
    while (json.nextToken() != JsonToken.END_ARRAY) {
      json.skipChildren();
    }
    return new ChannelChanged(new TenantChannel(tenant, name), occupied);
  }
}
