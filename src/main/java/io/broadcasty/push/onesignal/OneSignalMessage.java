package io.broadcasty.push.onesignal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.broadcasty.push.provider.CollapseKeys;
import io.broadcasty.push.provider.Dispatch;
import io.broadcasty.push.provider.Notification;
import io.broadcasty.push.provider.Urgency;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.UUID;

/** Converts a notification to the form that OneSignal expects. */
final class OneSignalMessage {

  private static final int COLLAPSE_BYTES = 64;
  private static final JsonFactory JSON = new JsonFactory();

  private OneSignalMessage() {}

  static byte[] bytes(UUID appId, Dispatch dispatch) {
    Notification notification = dispatch.notification();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("app_id", appId.toString());
      json.writeStringField("target_channel", "push");
      json.writeArrayFieldStart("include_subscription_ids");
      json.writeString(dispatch.device().token());
      json.writeEndArray();
      json.writeStringField("idempotency_key", dispatch.id().toString());
      json.writeNumberField("ttl", Math.max(0, dispatch.remainingMillis()) / 1000);
      json.writeNumberField("priority", notification.urgency() == Urgency.HIGH ? 10 : 5);
      if (notification.collapseKey() != null) {
        json.writeStringField(
            "collapse_id", CollapseKeys.limitBytes(notification.collapseKey(), COLLAPSE_BYTES));
        json.writeStringField("web_push_topic", CollapseKeys.topic(notification.collapseKey()));
      }
      writeContent(json, notification);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  static int contentBytes(Notification notification) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      writeContent(json, notification);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.size();
  }

  /**
   * Writes title and body; OneSignal requires contents, so a title without a body is written as
   * these.
   */
  private static void writeContent(JsonGenerator json, Notification notification)
      throws IOException {
    if (notification.body() == null) {
      writeText(json, "contents", notification.title());
    } else {
      writeText(json, "headings", notification.title());
      writeText(json, "contents", notification.body());
    }
    if (notification.url() != null) {
      json.writeStringField("url", notification.url());
    }
    if (notification.data() != null) {
      json.writeFieldName("data");
      json.writeRawValue(notification.data());
    }
  }

  /** Writes a text as English, to which OneSignal falls back for every language. */
  private static void writeText(JsonGenerator json, String field, String text) throws IOException {
    json.writeObjectFieldStart(field);
    json.writeStringField("en", text);
    json.writeEndObject();
  }
}
