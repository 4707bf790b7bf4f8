package io.broadcasty.push.webpush;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.broadcasty.push.provider.Notification;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Writes the JSON that the service worker reads: {@code {title, body?, url?, data?, id,
 * collapseKey?}}.
 */
final class WebPushPayload {

  private static final JsonFactory JSON = new JsonFactory();

  private WebPushPayload() {}

  /**
   * Returns the JSON as UTF-8.
   *
   * @param id the dispatch's, so that a service worker can detect a repetition
   */
  static byte[] bytes(UUID id, Notification notification) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("title", notification.title());
      write(json, "body", notification.body());
      write(json, "url", notification.url());
      if (notification.data() != null) {
        json.writeFieldName("data");
        json.writeRawValue(notification.data());
      }
      json.writeStringField("id", id.toString());
      write(json, "collapseKey", notification.collapseKey());
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // never thrown by a stream in memory
    }
    return bytes.toByteArray();
  }

  private static void write(JsonGenerator json, String field, @Nullable String value)
      throws IOException {
    if (value != null) {
      json.writeStringField(field, value);
    }
  }
}
