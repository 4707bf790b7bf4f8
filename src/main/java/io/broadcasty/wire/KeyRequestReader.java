package io.broadcasty.wire;

import com.fasterxml.jackson.core.JsonToken;
import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.rbac.Action;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Parses the bodies of requests about API keys. Pure. */
@ThreadSafe
public final class KeyRequestReader {

  private static final int MAX_TEXT = 1000;
  private static final int MAX_LIST = 100;

  private KeyRequestReader() {}

  /**
   * A request for a key; null for fields that are missing.
   *
   * @param expiresAt a time as ISO 8601 has it
   */
  public record Create(
      @Nullable String tenant,
      @Nullable String name,
      List<Scope> scopes,
      @Nullable String expiresAt) {}

  /** Some channels, and what may be done there. */
  public record Scope(String channels, Set<Action> operations) {}

  /**
   * Parses {@code {"tenant"?, "name"?, "scopes"?: [{"channels", "operations": [text]}],
   * "expiresAt"?}}.
   *
   * @throws ProblemException when it does not have that form
   */
  public static Create readCreate(byte[] utf8) throws ProblemException {
    try (JsonReader json = new JsonReader(utf8)) {
      JsonReader.requireObject(json.next(), "the body");
      String tenant = null;
      String name = null;
      String expiresAt = null;
      List<Scope> scopes = List.of();
      for (String field = json.nextField(); field != null; field = json.nextField()) {
        switch (field) {
          case "tenant" -> tenant = json.text(field, MAX_TEXT);
          case "name" -> name = json.text(field, MAX_TEXT);
          case "expiresAt" -> expiresAt = json.text(field, MAX_TEXT);
          case "scopes" -> scopes = readScopes(json);
          default -> throw JsonReader.unknown(field, "`tenant`, `name`, `scopes` and `expiresAt`");
        }
      }
      json.requireEnd();
      return new Create(tenant, name, scopes, expiresAt);
    }
  }

  /**
   * A change of a key; null for fields that are missing.
   *
   * @param expires whether {@code expiresAt} is there
   * @param expiresAt a time as ISO 8601 has it; null for never
   */
  public record Update(
      @Nullable String name,
      @Nullable List<Scope> scopes,
      boolean expires,
      @Nullable String expiresAt) {}

  /**
   * Parses {@code {"name"?, "scopes"?: …, "expiresAt"?: text or null}}, at least one of them.
   *
   * @throws ProblemException when it does not have that form
   */
  public static Update readUpdate(byte[] utf8) throws ProblemException {
    try (JsonReader json = new JsonReader(utf8)) {
      JsonReader.requireObject(json.next(), "the body");
      String name = null;
      List<Scope> scopes = null;
      boolean expires = false;
      String expiresAt = null;
      for (String field = json.nextField(); field != null; field = json.nextField()) {
        switch (field) {
          case "name" -> name = required(json, field);
          case "scopes" -> scopes = readScopes(json);
          case "expiresAt" -> {
            expires = true;
            expiresAt = json.text(field, MAX_TEXT);
          }
          default -> throw JsonReader.unknown(field, "`name`, `scopes` and `expiresAt`");
        }
      }
      json.requireEnd();
      if (name == null && scopes == null && !expires) {
        throw new ProblemException(
            Code.INVALID_REQUEST, "name what is to change: `name`, `scopes` or `expiresAt`");
      }
      return new Update(name, scopes, expires, expiresAt);
    }
  }

  private static String required(JsonReader json, String field) throws ProblemException {
    String text = json.text(field, MAX_TEXT);
    if (text == null) {
      throw new ProblemException(Code.INVALID_REQUEST, "`" + field + "` must be a string");
    }
    return text;
  }

  /** A request for another secret. */
  public record Rotation(long overlapSeconds, boolean replace) {}

  /**
   * Parses {@code {"overlapSeconds"?, "replace"?}}; no bytes are an empty object.
   *
   * @param absent the overlap when it is missing
   * @param max the longest overlap
   * @throws ProblemException when it does not have that form
   */
  public static Rotation readRotation(byte[] utf8, long absent, long max) throws ProblemException {
    if (utf8.length == 0) {
      return new Rotation(absent, false);
    }
    try (JsonReader json = new JsonReader(utf8)) {
      JsonReader.requireObject(json.next(), "the body");
      long overlap = absent;
      boolean replace = false;
      for (String field = json.nextField(); field != null; field = json.nextField()) {
        switch (field) {
          case "overlapSeconds" -> overlap = json.number(field, 0, max);
          case "replace" -> replace = bool(json, field);
          default -> throw JsonReader.unknown(field, "`overlapSeconds` and `replace`");
        }
      }
      json.requireEnd();
      return new Rotation(overlap, replace);
    }
  }

  private static boolean bool(JsonReader json, String field) throws ProblemException {
    JsonToken token = json.current();
    if (token != JsonToken.VALUE_TRUE && token != JsonToken.VALUE_FALSE) {
      throw new ProblemException(Code.INVALID_REQUEST, "`" + field + "` must be `true` or `false`");
    }
    return token == JsonToken.VALUE_TRUE;
  }

  private static List<Scope> readScopes(JsonReader json) throws ProblemException {
    json.requireArray("scopes");
    List<Scope> scopes = new ArrayList<>();
    for (JsonToken next = json.next(); next != JsonToken.END_ARRAY; next = json.next()) {
      JsonReader.requireObject(next, "each of `scopes`");
      scopes.add(readScope(json));
      JsonReader.requireRoom(scopes.size(), MAX_LIST, "scopes");
    }
    return scopes;
  }

  private static Scope readScope(JsonReader json) throws ProblemException {
    String channels = null;
    Set<Action> operations = EnumSet.noneOf(Action.class);
    for (String field = json.nextField(); field != null; field = json.nextField()) {
      switch (field) {
        case "channels" -> channels = json.text(field, MAX_TEXT);
        case "operations" -> readOperations(json, operations);
        default -> throw JsonReader.unknown(field, "`channels` and `operations`");
      }
    }
    if (channels == null) {
      throw new ProblemException(Code.INVALID_REQUEST, "a scope needs `channels`");
    }
    return new Scope(channels, operations);
  }

  private static void readOperations(JsonReader json, Set<Action> operations)
      throws ProblemException {
    json.requireArray("operations");
    int read = 0;
    for (JsonToken next = json.next(); next != JsonToken.END_ARRAY; next = json.next()) {
      JsonReader.requireRoom(++read, MAX_LIST, "operations");
      operations.add(action(json.text("operations", MAX_TEXT)));
    }
  }

  private static Action action(@Nullable String name) throws ProblemException {
    for (Action each : Action.values()) {
      if (each.name().toLowerCase(Locale.ROOT).equals(name)) {
        return each;
      }
    }
    throw new ProblemException(
        Code.INVALID_REQUEST, "`operations` are `subscribe`, `publish` and `presence`");
  }
}
