package io.broadcasty.webhook;

import com.fasterxml.jackson.core.JsonGenerator;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.PusherChannel;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something that the endpoints of a tenant are told.
 *
 * @param channel null when it concerns none
 * @param user the user's id; null when it concerns none, or the user is unknown
 * @param timeMillis when it happened, in milliseconds since the Unix epoch
 */
public record WebhookEvent(
    TenantId tenant,
    WebhookEventType type,
    @Nullable ChannelName channel,
    @Nullable String user,
    List<Detail> details,
    long timeMillis) {

  /**
   * A further fact.
   *
   * @param name in the standard form
   * @param pusherName in Pusher's form
   * @param json its value
   */
  public record Detail(String name, String pusherName, String json) {

    /** Creates a detail whose value is a text. */
    public static Detail ofText(String name, String pusherName, String text) {
      return new Detail(name, pusherName, JsonWriter.text(json -> json.writeString(text)));
    }

    /** Omits the value, which clients send. */
    @Override
    public String toString() {
      return name;
    }
  }

  public WebhookEvent {
    details = List.copyOf(details);
  }

  /** Creates an event of a channel. */
  public static WebhookEvent of(WebhookEventType type, TenantChannel channel, long timeMillis) {
    return new WebhookEvent(channel.tenant(), type, channel.name(), null, List.of(), timeMillis);
  }

  /** Creates an event of a member of a channel. */
  public static WebhookEvent ofMember(
      WebhookEventType type, TenantChannel channel, String user, long timeMillis) {
    return new WebhookEvent(channel.tenant(), type, channel.name(), user, List.of(), timeMillis);
  }

  /** Returns whether a form of messages knows such events. */
  public boolean isKnownTo(WebhookFormat format) {
    return format != WebhookFormat.PUSHER || type.pusherName() != null;
  }

  /** Returns the body of the message, which is the same at each attempt. */
  public String body(WebhookFormat format) {
    return format == WebhookFormat.PUSHER ? pusher() : standard();
  }

  private String standard() {
    return JsonWriter.object(
        json -> {
          json.writeStringField("type", type.wireName());
          json.writeStringField("timestamp", Instant.ofEpochMilli(timeMillis).toString());
          json.writeObjectFieldStart("data");
          if (channel != null) {
            json.writeStringField("channel", channel.value());
          }
          if (user != null) {
            json.writeStringField("user", user);
          }
          for (Detail each : details) {
            writeRaw(json, each.name(), each.json());
          }
          json.writeEndObject();
        });
  }

  private String pusher() {
    return JsonWriter.object(
        json -> {
          json.writeNumberField("time_ms", timeMillis);
          json.writeArrayFieldStart("events");
          json.writeStartObject();
          json.writeStringField("name", String.valueOf(type.pusherName()));
          if (channel != null) {
            json.writeStringField("channel", PusherChannel.toPusher(channel));
          }
          for (Detail each : details) {
            writeRaw(json, each.pusherName(), each.json());
          }
          if (user != null) {
            json.writeStringField("user_id", user);
          }
          json.writeEndObject();
          json.writeEndArray();
        });
  }

  private static void writeRaw(JsonGenerator json, String name, String value) throws IOException {
    json.writeFieldName(name);
    json.writeRawValue(value);
  }
}
