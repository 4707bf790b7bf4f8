package io.broadcasty.wire;

import com.fasterxml.jackson.core.JsonToken;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Converts between the data of a Pusher event, which is any text, and the payload of a publication,
 * which is JSON. Nothing is lost: {@code data(payload(text))} is {@code text}, to the character.
 *
 * <p>Data that is JSON in one line, but not a JSON string, is the payload as it is, so that other
 * subscribers get an object for an object. Any other data becomes a JSON string. Pure.
 */
public final class PusherData {

  private PusherData() {}

  /** Returns the payload that stands for an event's data. */
  public static String payload(String data) {
    return isJsonValue(data) ? data : JsonWriter.text(json -> json.writeString(data));
  }

  /** Returns the data that stands for a payload: the content of a string, any other JSON as is. */
  public static String data(String payload) {
    if (!payload.startsWith("\"")) {
      return payload;
    }
    try (JsonReader json = new JsonReader(payload.getBytes(StandardCharsets.UTF_8))) {
      json.next();
      String text = json.text("payload", Integer.MAX_VALUE);
      return text == null ? payload : text;
    } catch (ProblemException e) {
      return payload; // cannot be: a payload is JSON
    }
  }

  private static boolean isJsonValue(String data) {
    if (data.isEmpty()
        || data.charAt(0) == '"'
        || data.charAt(0) <= ' '
        || data.charAt(data.length() - 1) <= ' '
        || data.indexOf('\n') >= 0
        || data.indexOf('\r') >= 0) {
      return false;
    }
    try (JsonReader json = new JsonReader(data.getBytes(StandardCharsets.UTF_8))) {
      @Nullable JsonToken first = json.next();
      if (first == null) {
        return false;
      }
      String value = json.rawValue();
      json.requireEnd();
      return value.equals(data);
    } catch (ProblemException e) {
      return false;
    }
  }
}
