package io.broadcasty.push.fcm;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads FCM's name of an accepted message: {@code projects/P/messages/ID}. */
final class FcmMessageName {

  private static final JsonFactory JSON = new JsonFactory();

  private FcmMessageName() {}

  static @Nullable String parse(byte[] body) {
    try (JsonParser json = JSON.createParser(body)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        json.nextToken();
        if (field.equals("name")) {
          return json.getValueAsString();
        }
        json.skipChildren();
      }
      return null;
    } catch (IOException e) { // accepted nevertheless
      return null;
    }
  }
}
