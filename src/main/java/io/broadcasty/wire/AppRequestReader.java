package io.broadcasty.wire;

import com.fasterxml.jackson.core.JsonToken;
import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.app.AppFeatures;
import org.jspecify.annotations.Nullable;

/** Parses the bodies of requests about apps. Pure. */
@ThreadSafe
public final class AppRequestReader {

  private static final int MAX_TEXT = 1000;
  private static final String FIELDS =
      "`name`, `clientEvents`, `repeats`, `maxDataBytes`, `subscriptionCounts`,"
          + " `watchlists`, `cacheTtlSeconds` and `replaySeconds`";

  private AppRequestReader() {}

  /**
   * An app, or a change of one; null for fields that are missing.
   *
   * @param repeats {@code refuse} or {@code accept}
   */
  public record Fields(
      @Nullable String tenant,
      @Nullable String name,
      @Nullable Boolean clientEvents,
      @Nullable String repeats,
      @Nullable Integer maxDataBytes,
      @Nullable Boolean subscriptionCounts,
      @Nullable Boolean watchlists,
      @Nullable Integer cacheTtlSeconds,
      @Nullable Integer replaySeconds) {}

  /**
   * Parses {@code {"tenant"?, "name", …}}, where everything that an app can have may follow.
   *
   * @throws ProblemException when it does not have that form
   */
  public static Fields readCreate(byte[] utf8) throws ProblemException {
    Fields read = read(utf8, true);
    if (read.name() == null) {
      throw new ProblemException(Code.INVALID_REQUEST, "`name` is missing");
    }
    return read;
  }

  /**
   * Parses an object with at least one thing that is to change.
   *
   * @throws ProblemException when it does not have that form
   */
  public static Fields readUpdate(byte[] utf8) throws ProblemException {
    Fields read = read(utf8, false);
    if (read.equals(new Fields(null, null, null, null, null, null, null, null, null))) {
      throw new ProblemException(Code.INVALID_REQUEST, "name what is to change: " + FIELDS);
    }
    return read;
  }

  private static Fields read(byte[] utf8, boolean creation) throws ProblemException {
    try (JsonReader json = new JsonReader(utf8)) {
      JsonReader.requireObject(json.next(), "the body");
      String tenant = null;
      String name = null;
      Boolean clientEvents = null;
      String repeats = null;
      Integer maxDataBytes = null;
      Boolean subscriptionCounts = null;
      Boolean watchlists = null;
      Integer cacheTtlSeconds = null;
      Integer replaySeconds = null;
      for (String field = json.nextField(); field != null; field = json.nextField()) {
        switch (creation || !field.equals("tenant") ? field : "") {
          case "tenant" -> tenant = json.text(field, MAX_TEXT);
          case "name" -> name = json.text(field, MAX_TEXT);
          case "clientEvents" -> clientEvents = bool(json, field);
          case "repeats" -> repeats = repeats(json, field);
          case "maxDataBytes" ->
              maxDataBytes = Math.toIntExact(json.number(field, 1, Integer.MAX_VALUE));
          case "subscriptionCounts" -> subscriptionCounts = bool(json, field);
          case "watchlists" -> watchlists = bool(json, field);
          case "cacheTtlSeconds" ->
              cacheTtlSeconds =
                  Math.toIntExact(json.number(field, 1, AppFeatures.MAX_CACHE_TTL.toSeconds()));
          case "replaySeconds" ->
              replaySeconds =
                  Math.toIntExact(json.number(field, 0, AppFeatures.MAX_REPLAY.toSeconds()));
          default -> throw JsonReader.unknown(field, (creation ? "`tenant`, " : "") + FIELDS);
        }
      }
      json.requireEnd();
      return new Fields(
          tenant,
          name,
          clientEvents,
          repeats,
          maxDataBytes,
          subscriptionCounts,
          watchlists,
          cacheTtlSeconds,
          replaySeconds);
    }
  }

  private static boolean bool(JsonReader json, String field) throws ProblemException {
    JsonToken token = json.current();
    if (token != JsonToken.VALUE_TRUE && token != JsonToken.VALUE_FALSE) {
      throw new ProblemException(Code.INVALID_REQUEST, "`" + field + "` must be `true` or `false`");
    }
    return token == JsonToken.VALUE_TRUE;
  }

  private static String repeats(JsonReader json, String field) throws ProblemException {
    String text = json.text(field, MAX_TEXT);
    if (text == null || (!text.equals("refuse") && !text.equals("accept"))) {
      throw new ProblemException(
          Code.INVALID_REQUEST, "`" + field + "` must be `refuse` or `accept`");
    }
    return text;
  }
}
