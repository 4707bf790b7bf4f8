package io.broadcasty.wire;

import com.fasterxml.jackson.core.JsonToken;
import com.google.errorprone.annotations.ThreadSafe;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Parses the body of a request that creates or changes a tenant. Pure. */
@ThreadSafe
public final class TenantRequestReader {

  private static final int MAX_ID = 64;
  private static final int MAX_NAME = 200;
  private static final int MAX_VALUE = 64;

  private TenantRequestReader() {}

  /**
   * A request about a tenant; null for fields that are missing.
   *
   * @param settings by name; null as a value removes a setting
   */
  public record Request(
      @Nullable String id,
      @Nullable String name,
      @Nullable String state,
      Map<String, @Nullable String> settings) {}

  /**
   * Parses {@code {"id"?, "name"?, "state"?, "settings"?: {name: text, number or null}}}.
   *
   * @throws ProblemException when it does not have that form
   */
  public static Request read(byte[] utf8) throws ProblemException {
    try (JsonReader json = new JsonReader(utf8)) {
      JsonReader.requireObject(json.next(), "the body");
      String id = null;
      String name = null;
      String state = null;
      Map<String, @Nullable String> settings = new LinkedHashMap<>();
      for (String field = json.nextField(); field != null; field = json.nextField()) {
        switch (field) {
          case "id" -> id = json.text(field, MAX_ID);
          case "name" -> name = json.text(field, MAX_NAME);
          case "state" -> state = json.text(field, MAX_NAME);
          case "settings" -> readSettings(json, settings);
          default -> throw JsonReader.unknown(field, "`id`, `name`, `state` and `settings`");
        }
      }
      json.requireEnd();
      return new Request(id, name, state, settings);
    }
  }

  private static void readSettings(JsonReader json, Map<String, @Nullable String> settings)
      throws ProblemException {
    if (json.current() != JsonToken.START_OBJECT) {
      throw new ProblemException(Code.INVALID_REQUEST, "`settings` must be an object");
    }
    for (String name = json.nextField(); name != null; name = json.nextField()) {
      String shown = "settings." + PublishReader.abbreviate(name);
      settings.put(
          name,
          json.current() == JsonToken.VALUE_NUMBER_INT
              ? Long.toString(json.number(shown, Long.MIN_VALUE, Long.MAX_VALUE))
              : json.text(shown, MAX_VALUE));
    }
  }
}
