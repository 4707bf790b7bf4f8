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
      requireObject(json.next(), "the body");
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
          default -> throw unknown(field, "`tenant`, `name`, `scopes` and `expiresAt`");
        }
      }
      json.requireEnd();
      return new Create(tenant, name, scopes, expiresAt);
    }
  }

  /**
   * Parses {@code {"overlapSeconds"?}}; no bytes are an empty object.
   *
   * @param absent the value when it is missing
   * @throws ProblemException when it does not have that form
   */
  public static long readOverlapSeconds(byte[] utf8, long absent, long max)
      throws ProblemException {
    if (utf8.length == 0) {
      return absent;
    }
    try (JsonReader json = new JsonReader(utf8)) {
      requireObject(json.next(), "the body");
      long overlap = absent;
      for (String field = json.nextField(); field != null; field = json.nextField()) {
        if (!field.equals("overlapSeconds")) {
          throw unknown(field, "`overlapSeconds`");
        }
        overlap = json.number(field, 0, max);
      }
      json.requireEnd();
      return overlap;
    }
  }

  private static List<Scope> readScopes(JsonReader json) throws ProblemException {
    requireArray(json, "scopes");
    List<Scope> scopes = new ArrayList<>();
    for (JsonToken next = json.next(); next != JsonToken.END_ARRAY; next = json.next()) {
      requireObject(next, "each of `scopes`");
      scopes.add(readScope(json));
      requireRoom(scopes.size(), "scopes");
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
        default -> throw unknown(field, "`channels` and `operations`");
      }
    }
    if (channels == null) {
      throw new ProblemException(Code.INVALID_REQUEST, "a scope needs `channels`");
    }
    return new Scope(channels, operations);
  }

  private static void readOperations(JsonReader json, Set<Action> operations)
      throws ProblemException {
    requireArray(json, "operations");
    int read = 0;
    for (JsonToken next = json.next(); next != JsonToken.END_ARRAY; next = json.next()) {
      requireRoom(++read, "operations");
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

  private static void requireObject(@Nullable JsonToken token, String what)
      throws ProblemException {
    if (token != JsonToken.START_OBJECT) {
      throw new ProblemException(Code.INVALID_REQUEST, what + " must be a JSON object");
    }
  }

  private static void requireArray(JsonReader json, String field) throws ProblemException {
    if (json.current() != JsonToken.START_ARRAY) {
      throw new ProblemException(Code.INVALID_REQUEST, "`" + field + "` must be an array");
    }
  }

  private static void requireRoom(int size, String field) throws ProblemException {
    if (size > MAX_LIST) {
      throw new ProblemException(
          Code.INVALID_REQUEST, "`" + field + "` has more than " + MAX_LIST + " elements");
    }
  }

  private static ProblemException unknown(String field, String known) {
    return new ProblemException(
        Code.INVALID_REQUEST,
        "there is no field `" + PublishReader.abbreviate(field) + "`; there are " + known);
  }
}
