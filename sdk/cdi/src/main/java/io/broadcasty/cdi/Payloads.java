package io.broadcasty.cdi;

import io.broadcasty.client.Json;
import io.broadcasty.client.JsonException;
import jakarta.json.bind.Jsonb;
import jakarta.json.bind.JsonbBuilder;
import jakarta.json.bind.JsonbException;
import java.nio.charset.StandardCharsets;

/** Writes payloads as JSON. */
final class Payloads {

  private final Jsonb jsonb;
  private final boolean own;

  /**
   * Creates a writer.
   *
   * @param configured that of the application; null for one with the defaults
   */
  Payloads(Jsonb configured) {
    this.own = configured == null;
    this.jsonb = own ? JsonbBuilder.create() : configured;
  }

  /**
   * Returns a payload as JSON in UTF-8.
   *
   * @throws PublishException if it cannot be written
   */
  byte[] write(Object payload) {
    if (payload == null) {
      return utf8("null");
    }
    if (payload instanceof byte[] json) {
      checkJson(new String(json, StandardCharsets.UTF_8), "byte[]");
      return json.clone(); // it may be changed before the commit
    }
    if (payload instanceof String json) {
      checkJson(json, "String");
      return utf8(json);
    }
    try {
      return utf8(jsonb.toJson(payload));
    } catch (JsonbException | IllegalStateException | StackOverflowError e) {
      throw new PublishException(
          PublishException.INVALID_PAYLOAD,
          "JSON-B cannot write a " + payload.getClass().getName() + ": " + e.getMessage(),
          e);
    }
  }

  private static void checkJson(String text, String type) {
    try {
      Json.parse(text);
    } catch (JsonException e) {
      throw new PublishException(
          PublishException.INVALID_PAYLOAD,
          "a payload of the type "
              + type
              + " must be JSON, a text with its quotes: "
              + e.getMessage(),
          e);
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  void close() throws Exception {
    if (own) {
      jsonb.close();
    }
  }
}
