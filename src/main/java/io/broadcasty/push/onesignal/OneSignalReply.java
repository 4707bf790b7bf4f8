package io.broadcasty.push.onesignal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A reply of OneSignal, which has status 200 even when nothing was sent.
 *
 * @param id of the message; empty when nothing was sent
 * @param errors error sentences
 * @param invalid ids of subscriptions that do not exist
 */
record OneSignalReply(String id, List<String> errors, List<String> invalid) {

  private static final JsonFactory JSON = new JsonFactory();
  private static final Set<String> INVALID =
      Set.of("invalid_player_ids", "invalid_subscription_ids");

  OneSignalReply {
    errors = List.copyOf(errors);
    invalid = List.copyOf(invalid);
  }

  /**
   * Reads the body of a reply.
   *
   * @throws IOException when it is not JSON
   */
  static OneSignalReply parse(byte[] body) throws IOException {
    String id = "";
    List<String> errors = new ArrayList<>();
    List<String> invalid = new ArrayList<>();
    try (JsonParser json = JSON.createParser(body)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("the reply is not a JSON object");
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        JsonToken value = json.nextToken();
        if (name.equals("id")) {
          id = json.getValueAsString("");
        } else if (name.equals("errors") && value == JsonToken.START_OBJECT) {
          readLists(json, invalid);
        } else if (name.equals("errors") && value == JsonToken.START_ARRAY) {
          readTexts(json, errors);
        } else {
          json.skipChildren();
        }
      }
    }
    return new OneSignalReply(id, errors, invalid);
  }

  private static void readLists(JsonParser json, List<String> invalid) throws IOException {
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      if (json.nextToken() == JsonToken.START_ARRAY && INVALID.contains(name)) {
        readTexts(json, invalid);
      } else {
        json.skipChildren();
      }
    }
  }

  private static void readTexts(JsonParser json, List<String> into) throws IOException {
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (json.currentToken() == null) {
        throw new IOException("the reply is incomplete");
      }
      if (json.currentToken() == JsonToken.VALUE_STRING) {
        into.add(json.getText());
      } else {
        json.skipChildren();
      }
    }
  }
}
