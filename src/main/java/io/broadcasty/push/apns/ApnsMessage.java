package io.broadcasty.push.apns;

import com.eatthepath.pushy.apns.DeliveryPriority;
import com.eatthepath.pushy.apns.PushType;
import com.eatthepath.pushy.apns.util.SimpleApnsPushNotification;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.broadcasty.push.provider.CollapseKeys;
import io.broadcasty.push.provider.Dispatch;
import io.broadcasty.push.provider.Notification;
import io.broadcasty.push.provider.Urgency;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.UUID;

/** Converts a notification to the form that APNs expects. */
final class ApnsMessage {

  private static final JsonFactory JSON = new JsonFactory();

  private ApnsMessage() {}

  static SimpleApnsPushNotification of(Dispatch dispatch, String topic, Instant now) {
    Notification notification = dispatch.notification();
    boolean soon =
        notification.urgency() == Urgency.HIGH || notification.urgency() == Urgency.NORMAL;
    String key = notification.collapseKey();
    return new SimpleApnsPushNotification(
        dispatch.device().token(),
        topic,
        payload(dispatch.id(), notification),
        now.plusMillis(Math.max(0, dispatch.remainingMillis())),
        soon ? DeliveryPriority.IMMEDIATE : DeliveryPriority.CONSERVE_POWER,
        PushType.ALERT,
        key == null ? null : CollapseKeys.apnsId(key),
        dispatch.id());
  }

  /** Returns the payload {@code {"aps": {"alert": {title, body?}}, id, url?, data?}} as JSON. */
  static String payload(UUID id, Notification notification) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeObjectFieldStart("aps");
      json.writeObjectFieldStart("alert");
      json.writeStringField("title", notification.title());
      if (notification.body() != null) {
        json.writeStringField("body", notification.body());
      }
      json.writeEndObject();
      json.writeEndObject();
      json.writeStringField("id", id.toString());
      if (notification.url() != null) {
        json.writeStringField("url", notification.url());
      }
      if (notification.data() != null) {
        json.writeFieldName("data");
        json.writeRawValue(notification.data());
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }
}
