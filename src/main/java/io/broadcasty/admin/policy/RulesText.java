package io.broadcasty.admin.policy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.broadcasty.core.auth.ClaimPath;
import io.broadcasty.core.rbac.ChannelOperation;
import io.broadcasty.core.rbac.PolicyRule;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Encodes and decodes the rules of a policy, as JSON that requests and answers have too. */
public final class RulesText {

  private static final JsonFactory JSON = new JsonFactory();

  private RulesText() {}

  /** Encodes rules. */
  public static String write(List<PolicyRule> rules) {
    StringWriter out = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(out)) {
      write(json, rules);
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory failed", e);
    }
    return out.toString();
  }

  /** Writes rules as an array. */
  public static void write(JsonGenerator json, List<PolicyRule> rules) throws IOException {
    json.writeStartArray();
    for (PolicyRule rule : rules) {
      json.writeStartObject();
      writeTexts(
          json, "allow", rule.allow().stream().sorted().map(ChannelOperation::wireName).toList());
      writeTexts(json, "roles", rule.roles().stream().sorted().toList());
      writeTexts(json, "users", rule.users().stream().sorted().toList());
      if (!rule.claims().isEmpty()) {
        Map<String, String> sorted = new TreeMap<>();
        rule.claims().forEach((path, value) -> sorted.put(path.toString(), value));
        json.writeObjectFieldStart("claims");
        for (Map.Entry<String, String> each : sorted.entrySet()) {
          json.writeStringField(each.getKey(), each.getValue());
        }
        json.writeEndObject();
      }
      json.writeStringField("channels", rule.own() ? "own" : "all");
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void writeTexts(JsonGenerator json, String field, List<String> texts)
      throws IOException {
    if (!texts.isEmpty()) {
      json.writeArrayFieldStart(field);
      for (String text : texts) {
        json.writeString(text);
      }
      json.writeEndArray();
    }
  }

  /**
   * Decodes rules. A rule that this release cannot read as a whole, as one of a later release with
   * a criterion of another kind, is left out, so that a policy never allows more than it says.
   *
   * @throws IllegalArgumentException when the text is no JSON array
   */
  public static List<PolicyRule> read(String text) {
    List<PolicyRule> rules = new ArrayList<>();
    try (JsonParser json = JSON.createParser(text)) {
      if (json.nextToken() != JsonToken.START_ARRAY) {
        throw new IllegalArgumentException("the rules are no JSON array");
      }
      while (json.nextToken() == JsonToken.START_OBJECT) {
        PolicyRule rule = readRule(json);
        if (rule != null) {
          rules.add(rule);
        }
      }
    } catch (IOException e) {
      throw new IllegalArgumentException("the rules are no JSON", e);
    }
    return List.copyOf(rules);
  }

  private static @Nullable PolicyRule readRule(JsonParser json) throws IOException {
    Set<ChannelOperation> allow = EnumSet.noneOf(ChannelOperation.class);
    Set<String> roles = Set.of();
    Set<String> users = Set.of();
    Map<ClaimPath, String> claims = new HashMap<>();
    String channels = "";
    boolean known = true;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      json.nextToken();
      switch (field) {
        case "allow" -> {
          for (String name : texts(json)) {
            ChannelOperation operation = ChannelOperation.fromWireName(name);
            if (operation != null) { // one of a later release is not done by this one
              allow.add(operation);
            }
          }
        }
        case "roles" -> roles = texts(json);
        case "users" -> users = texts(json);
        case "claims" -> {
          while (json.nextToken() == JsonToken.FIELD_NAME) {
            String claim = json.currentName();
            claims.put(new ClaimPath(claim), json.nextTextValue());
          }
        }
        case "channels" -> channels = json.getText();
        default -> {
          known = false;
          json.skipChildren();
        }
      }
    }
    known &= channels.equals("own") || channels.equals("all");
    return known && !allow.isEmpty()
        ? new PolicyRule(allow, roles, users, claims, channels.equals("own"))
        : null;
  }

  private static Set<String> texts(JsonParser json) throws IOException {
    Set<String> texts = new HashSet<>();
    while (json.nextToken() == JsonToken.VALUE_STRING) {
      texts.add(json.getText());
    }
    return texts;
  }
}
