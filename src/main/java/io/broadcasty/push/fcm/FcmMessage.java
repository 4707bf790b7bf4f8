package io.broadcasty.push.fcm;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.broadcasty.push.provider.CollapseKeys;
import io.broadcasty.push.provider.Dispatch;
import io.broadcasty.push.provider.Notification;
import io.broadcasty.push.provider.Urgency;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Converts a notification to a message of FCM HTTP v1. */
final class FcmMessage {

  private static final JsonFactory JSON = new JsonFactory();
  private static final Pattern RESERVED =
      Pattern.compile("from|message_type|(google|gcm)\\..*", Pattern.DOTALL);

  private FcmMessage() {}

  /** Returns the body of a send request. */
  static byte[] bytes(Dispatch dispatch) {
    Notification notification = dispatch.notification();
    long ttlSeconds = Math.max(0, dispatch.remainingMillis()) / 1000;
    boolean urgent = notification.urgency() == Urgency.HIGH;
    boolean soon = urgent || notification.urgency() == Urgency.NORMAL;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeObjectFieldStart("message");
      json.writeStringField("token", dispatch.device().token());
      writeContent(json, notification, dispatch.id().toString());
      json.writeObjectFieldStart("android");
      json.writeStringField("ttl", ttlSeconds + "s");
      json.writeStringField("priority", urgent ? "HIGH" : "NORMAL");
      if (notification.collapseKey() != null) {
        json.writeStringField("collapse_key", notification.collapseKey());
      }
      json.writeEndObject();
      json.writeObjectFieldStart("webpush");
      json.writeObjectFieldStart("headers");
      json.writeStringField("TTL", Long.toString(ttlSeconds));
      json.writeStringField("Urgency", notification.urgency().wireName());
      if (notification.collapseKey() != null) {
        json.writeStringField("Topic", CollapseKeys.topic(notification.collapseKey()));
      }
      json.writeEndObject();
      if (notification.url() != null && notification.url().startsWith("https://")) {
        json.writeObjectFieldStart("fcm_options"); // accepts only https
        json.writeStringField("link", notification.url());
        json.writeEndObject();
      }
      json.writeEndObject();
      json.writeObjectFieldStart("apns");
      json.writeObjectFieldStart("headers");
      json.writeStringField("apns-priority", soon ? "10" : "5");
      if (notification.collapseKey() != null) {
        json.writeStringField("apns-collapse-id", CollapseKeys.apnsId(notification.collapseKey()));
      }
      json.writeEndObject();
      json.writeEndObject();
      json.writeEndObject();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /**
   * Returns a name in the data that FCM reserves, so that it would refuse the message; null when
   * there is none.
   */
  static @Nullable String reservedName(Notification notification) {
    try {
      return data(notification, "").keySet().stream()
          .filter(name -> RESERVED.matcher(name).matches())
          .findFirst()
          .orElse(null);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the size of what FCM counts: the notification and the data. */
  static int contentBytes(Notification notification) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      writeContent(json, notification, "00000000-0000-0000-0000-000000000000");
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.size();
  }

  private static void writeContent(JsonGenerator json, Notification notification, String id)
      throws IOException {
    json.writeObjectFieldStart("notification");
    json.writeStringField("title", notification.title());
    if (notification.body() != null) {
      json.writeStringField("body", notification.body());
    }
    json.writeEndObject();
    json.writeObjectFieldStart("data");
    for (Map.Entry<String, String> entry : data(notification, id).entrySet()) {
      json.writeStringField(entry.getKey(), entry.getValue());
    }
    json.writeEndObject();
  }

  /**
   * Returns FCM's data, whose values must be strings: other values become their JSON text. The
   * dispatch's id and the URL are added unless the application uses their names.
   */
  private static Map<String, String> data(Notification notification, String id) throws IOException {
    Map<String, String> data = new LinkedHashMap<>();
    if (notification.data() != null) {
      try (JsonParser parser = JSON.createParser(notification.data())) {
        parser.nextToken();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String name = parser.currentName();
          data.put(name, text(parser));
        }
      }
    }
    data.putIfAbsent("id", id);
    if (notification.url() != null) {
      data.putIfAbsent("url", notification.url());
    }
    return data;
  }

  private static String text(JsonParser parser) throws IOException {
    if (parser.nextToken() == JsonToken.VALUE_STRING) {
      return parser.getText();
    }
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.copyCurrentStructure(parser);
    }
    return text.toString();
  }
}
