package io.broadcasty.wire;

import com.fasterxml.jackson.core.JsonToken;
import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.auth.ClaimPath;
import io.broadcasty.core.rbac.ChannelOperation;
import io.broadcasty.core.rbac.ChannelSettings;
import io.broadcasty.core.rbac.PolicyPattern;
import io.broadcasty.core.rbac.PolicyRule;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Parses the bodies of requests about channel policies. Pure. */
@ThreadSafe
public final class PolicyRequestReader {

  static final int MAX_TEXT = 1000;
  private static final int MAX_LIST = 100;
  private static final int MAX_DEPTH = 8;

  private PolicyRequestReader() {}

  /**
   * A policy as a request describes it; null for fields that are missing.
   *
   * @param tenant whose policy it is
   */
  public record PolicyBody(
      @Nullable String tenant,
      @Nullable PolicyPattern channels,
      @Nullable List<PolicyRule> rules,
      @Nullable ChannelSettings settings) {}

  /**
   * A question about a decision; null and empty for fields that are missing.
   *
   * @param draft a policy that counts in place of the stored one
   */
  public record Question(
      @Nullable String tenant,
      @Nullable String subject,
      Set<String> roles,
      Map<String, Object> claims,
      @Nullable ChannelOperation operation,
      @Nullable String channel,
      @Nullable PolicyBody draft) {}

  /**
   * Parses {@code {"tenant"?, "channels"?, "rules"?: [{"allow": [text], "roles"?: [text], "users"?:
   * [text], "claims"?: {name: text}, "channels"?: "own" or "all"}], "settings"?: object}}.
   *
   * @throws ProblemException when it does not have that form
   */
  public static PolicyBody read(byte[] utf8) throws ProblemException {
    try (JsonReader json = new JsonReader(utf8)) {
      JsonReader.requireObject(json.next(), "the body");
      PolicyBody body = readPolicy(json);
      json.requireEnd();
      return body;
    }
  }

  /**
   * Parses {@code {"tenant"?, "subject"?, "roles"?: [text], "claims"?: object, "operation"?,
   * "channel"?, "draft"?: {"channels", "rules"}}}.
   *
   * @throws ProblemException when it does not have that form
   */
  public static Question readQuestion(byte[] utf8) throws ProblemException {
    try (JsonReader json = new JsonReader(utf8)) {
      JsonReader.requireObject(json.next(), "the body");
      String tenant = null;
      String subject = null;
      String channel = null;
      Set<String> roles = Set.of();
      Map<String, Object> claims = Map.of();
      ChannelOperation operation = null;
      PolicyBody draft = null;
      for (String field = json.nextField(); field != null; field = json.nextField()) {
        switch (field) {
          case "tenant" -> tenant = json.text(field, MAX_TEXT);
          case "subject" -> subject = json.text(field, MAX_TEXT);
          case "channel" -> channel = json.text(field, MAX_TEXT);
          case "roles" -> roles = readTexts(json, field);
          case "claims" -> {
            JsonReader.requireObject(json.current(), "`claims`");
            claims = readObject(json, 1);
          }
          case "operation" -> operation = operation(json.text(field, MAX_TEXT));
          case "draft" -> {
            JsonReader.requireObject(json.current(), "`draft`");
            draft = readPolicy(json);
          }
          default ->
              throw JsonReader.unknown(
                  field,
                  "`tenant`, `subject`, `roles`, `claims`, `operation`, `channel` and `draft`");
        }
      }
      json.requireEnd();
      return new Question(tenant, subject, roles, claims, operation, channel, draft);
    }
  }

  private static PolicyBody readPolicy(JsonReader json) throws ProblemException {
    String tenant = null;
    PolicyPattern channels = null;
    List<PolicyRule> rules = null;
    ChannelSettings settings = null;
    for (String field = json.nextField(); field != null; field = json.nextField()) {
      switch (field) {
        case "tenant" -> tenant = json.text(field, MAX_TEXT);
        case "channels" -> channels = pattern(json.text(field, MAX_TEXT));
        case "rules" -> rules = readRules(json);
        case "settings" -> settings = ChannelSettingsReader.read(json);
        default -> throw JsonReader.unknown(field, "`tenant`, `channels`, `rules` and `settings`");
      }
    }
    return new PolicyBody(tenant, channels, rules, settings);
  }

  private static @Nullable PolicyPattern pattern(@Nullable String text) throws ProblemException {
    try {
      return text == null ? null : PolicyPattern.parse(text);
    } catch (IllegalArgumentException e) {
      throw new ProblemException(Code.INVALID_REQUEST, "`channels`: " + e.getMessage());
    }
  }

  private static List<PolicyRule> readRules(JsonReader json) throws ProblemException {
    json.requireArray("rules");
    List<PolicyRule> rules = new ArrayList<>();
    for (JsonToken next = json.next(); next != JsonToken.END_ARRAY; next = json.next()) {
      JsonReader.requireObject(next, "each of `rules`");
      rules.add(readRule(json));
      JsonReader.requireRoom(rules.size(), MAX_LIST, "rules");
    }
    return rules;
  }

  private static PolicyRule readRule(JsonReader json) throws ProblemException {
    Set<ChannelOperation> allow = EnumSet.noneOf(ChannelOperation.class);
    Set<String> roles = Set.of();
    Set<String> users = Set.of();
    Map<ClaimPath, String> claims = Map.of();
    boolean own = true;
    for (String field = json.nextField(); field != null; field = json.nextField()) {
      switch (field) {
        case "allow" -> {
          for (String name : readTexts(json, field)) {
            allow.add(operation(name));
          }
        }
        case "roles" -> roles = readNamed(json, field);
        case "users" -> users = readNamed(json, field);
        case "claims" -> claims = readClaims(json);
        case "channels" -> own = readOwn(json.text("rules.channels", MAX_TEXT));
        default ->
            throw JsonReader.unknown(field, "`allow`, `roles`, `users`, `claims` and `channels`");
      }
    }
    try {
      return new PolicyRule(allow, roles, users, claims, own);
    } catch (IllegalArgumentException e) {
      throw new ProblemException(Code.INVALID_REQUEST, "`rules`: " + e.getMessage());
    }
  }

  private static boolean readOwn(@Nullable String text) throws ProblemException {
    boolean own = "own".equals(text);
    if (own || "all".equals(text)) {
      return own;
    }
    throw new ProblemException(
        Code.INVALID_REQUEST, "`channels` of a rule must be one of `own` and `all`");
  }

  static ChannelOperation operation(@Nullable String name) throws ProblemException {
    ChannelOperation operation = ChannelOperation.fromWireName(name);
    if (operation == null) {
      throw new ProblemException(
          Code.INVALID_REQUEST,
          "the operations are `subscribe`, `replay`, `publish`, `join`, `members` and `push`");
    }
    return operation;
  }

  /** Reads a criterion; an empty one would be met by everybody, which its author hardly wants. */
  private static Set<String> readNamed(JsonReader json, String field) throws ProblemException {
    Set<String> names = readTexts(json, field);
    if (names.isEmpty()) {
      throw new ProblemException(
          Code.INVALID_REQUEST, "`" + field + "` must not be empty; leave it out for everybody");
    }
    return names;
  }

  static Set<String> readTexts(JsonReader json, String field) throws ProblemException {
    json.requireArray(field);
    Set<String> texts = new HashSet<>();
    int read = 0;
    for (JsonToken next = json.next(); next != JsonToken.END_ARRAY; next = json.next()) {
      JsonReader.requireRoom(++read, MAX_LIST, field);
      texts.add(readText(json, field));
    }
    return texts;
  }

  private static Map<ClaimPath, String> readClaims(JsonReader json) throws ProblemException {
    JsonReader.requireObject(json.current(), "`claims`");
    Map<ClaimPath, String> claims = new HashMap<>();
    for (String name = json.nextField(); name != null; name = json.nextField()) {
      try {
        claims.put(new ClaimPath(name), readText(json, "claims"));
      } catch (IllegalArgumentException e) {
        throw new ProblemException(Code.INVALID_REQUEST, "`claims`: " + e.getMessage());
      }
      JsonReader.requireRoom(claims.size(), MAX_LIST, "claims");
    }
    if (claims.isEmpty()) {
      throw new ProblemException(
          Code.INVALID_REQUEST, "`claims` must not be empty; leave it out for everybody");
    }
    return claims;
  }

  private static String readText(JsonReader json, String field) throws ProblemException {
    String text = json.text(field, MAX_TEXT);
    if (text == null) {
      throw new ProblemException(Code.INVALID_REQUEST, "`" + field + "` must contain strings");
    }
    return text;
  }

  /** Reads an object as the claims of a token have it; without fields that are null. */
  static Map<String, Object> readObject(JsonReader json, int depth) throws ProblemException {
    Map<String, Object> fields = new HashMap<>();
    for (String name = json.nextField(); name != null; name = json.nextField()) {
      Object value = readValue(json, depth);
      if (value != null) {
        fields.put(name, value);
      }
    }
    return fields;
  }

  private static @Nullable Object readValue(JsonReader json, int depth) throws ProblemException {
    JsonToken token = json.current();
    if (token == JsonToken.START_OBJECT || token == JsonToken.START_ARRAY) {
      if (depth >= MAX_DEPTH) {
        throw new ProblemException(
            Code.INVALID_REQUEST, "`claims` are nested deeper than " + MAX_DEPTH + " levels");
      }
      return token == JsonToken.START_OBJECT
          ? readObject(json, depth + 1)
          : readList(json, depth + 1);
    }
    if (token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE) {
      return token == JsonToken.VALUE_TRUE;
    }
    return token == JsonToken.VALUE_NUMBER_INT
        ? (Object) json.number("claims", Long.MIN_VALUE, Long.MAX_VALUE)
        : json.text("claims", MAX_TEXT);
  }

  private static List<Object> readList(JsonReader json, int depth) throws ProblemException {
    List<Object> values = new ArrayList<>();
    for (JsonToken next = json.next(); next != JsonToken.END_ARRAY; next = json.next()) {
      Object value = readValue(json, depth);
      if (value != null) {
        values.add(value);
      }
      JsonReader.requireRoom(values.size(), MAX_LIST, "claims");
    }
    return values;
  }
}
