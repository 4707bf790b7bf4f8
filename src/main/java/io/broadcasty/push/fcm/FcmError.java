package io.broadcasty.push.fcm;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An error that FCM reports in the body of a reply.
 *
 * @param code FCM's own error code ({@code UNREGISTERED}, …); null when the error is only that of
 *     Google's front end
 * @param aboutToken whether the registration token is invalid, instead of the message
 * @param message Google's words, with those about single fields; empty when there are none
 * @see <a href="https://firebase.google.com/docs/reference/fcm/rest/v1/ErrorCode">ErrorCode</a>
 */
record FcmError(@Nullable String code, boolean aboutToken, String message) {

  private static final JsonFactory JSON = new JsonFactory();
  private static final String CODE_FORMAT = "[A-Z_]{1,60}";

  static FcmError parse(byte[] body) {
    Found found = new Found();
    try (JsonParser json = JSON.createParser(body)) {
      found.read(json);
    } catch (IOException e) { // an error page: keep what was found before it became unreadable
      return new FcmError(found.code, false, found.words());
    }
    boolean field = found.fields.contains("message.token");
    boolean inMessage =
        found.message.toLowerCase(Locale.ROOT).contains("registration token")
            && found.fields.isEmpty();
    return new FcmError(found.code, field || inMessage, found.words());
  }

  /** Collects the relevant fields, wherever they are in the error. */
  private static final class Found {
    private @Nullable String code;
    private String message = "";
    private final List<String> fields = new ArrayList<>();
    private final List<String> descriptions = new ArrayList<>();

    /** Returns the message, and what it does not say itself. */
    String words() {
      StringBuilder words = new StringBuilder(message);
      for (String more : descriptions) {
        if (words.indexOf(more) < 0) {
          words.append(words.isEmpty() ? "" : "; ").append(more);
        }
      }
      return words.toString();
    }

    void read(JsonParser json) throws IOException {
      String name = "";
      for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
        if (token == JsonToken.FIELD_NAME) {
          name = json.currentName();
        } else if (token == JsonToken.VALUE_STRING) {
          take(name, json.getText());
        }
      }
    }

    private void take(String name, String value) {
      switch (name) {
        case "errorCode" -> code = value.matches(CODE_FORMAT) ? value : code;
        case "message" -> message = value;
        case "field" -> fields.add(value);
        case "description" -> descriptions.add(value);
        default -> {}
      }
    }
  }
}
