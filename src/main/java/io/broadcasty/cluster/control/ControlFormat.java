package io.broadcasty.cluster.control;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.tenant.TenantId;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Encodes and decodes control messages: one JSON object with {@code v}, the version of the format,
 * {@code kind}, and the fields of that kind as strings. A reader ignores unknown fields, so a field
 * may be added within a version. It also ignores messages of an unknown kind or version, with one
 * line in the log for each kind.
 */
@ThreadSafe
public final class ControlFormat {

  private static final System.Logger LOG = System.getLogger(ControlFormat.class.getName());
  private static final JsonFactory JSON = new JsonFactory();
  private static final String VERSION = "1";
  private static final String DISCONNECT = "disconnect";
  private static final String SETTINGS_CHANGED = "settings";
  private static final String KEYS_CHANGED = "keys";
  private static final String REVOKED = "revoked";
  private static final String REVOCATION_LIFTED = "revocation-lifted";
  private static final String POLICIES_CHANGED = "policies";
  private static final String QUESTION = "question";
  private static final String COUNTS = "counts";
  private static final int MAX_LOGGED = 100;

  /** The unknown kinds that have been logged. */
  private final Set<String> logged = ConcurrentHashMap.newKeySet();

  /** Encodes a message as text. */
  public String write(ControlMessage message) {
    StringWriter out = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeNumberField("v", Integer.parseInt(VERSION));
      if (message instanceof ControlMessage.Disconnect disconnect) {
        json.writeStringField("kind", DISCONNECT);
        writeTenant(json, disconnect.tenant());
        writeOptional(json, "subject", disconnect.subject());
        writeOptional(json, "tokenId", disconnect.tokenId());
        writeOptional(json, "keyId", disconnect.keyId());
        json.writeStringField("code", disconnect.code());
      } else if (message instanceof ControlMessage.SettingsChanged changed) {
        json.writeStringField("kind", SETTINGS_CHANGED);
        writeTenant(json, changed.tenant());
      } else if (message instanceof ControlMessage.KeysChanged changed) {
        json.writeStringField("kind", KEYS_CHANGED);
        writeOptional(json, "keyId", changed.keyId());
      } else if (message instanceof ControlMessage.Revoked revoked) {
        json.writeStringField("kind", REVOKED);
        writeTenant(json, revoked.tenant());
        json.writeStringField("target", revoked.target());
        json.writeStringField("name", revoked.name());
        json.writeNumberField("issuedBefore", revoked.issuedBeforeMillis());
        json.writeNumberField("expiresAt", revoked.expiresAtMillis());
      } else if (message instanceof ControlMessage.RevocationLifted lifted) {
        json.writeStringField("kind", REVOCATION_LIFTED);
        writeTenant(json, lifted.tenant());
        json.writeStringField("target", lifted.target());
        json.writeStringField("name", lifted.name());
      } else if (message instanceof ControlMessage.PoliciesChanged changed) {
        json.writeStringField("kind", POLICIES_CHANGED);
        writeTenant(json, changed.tenant());
      } else if (message instanceof ControlMessage.Question question) {
        json.writeStringField("kind", QUESTION);
        json.writeStringField("id", question.id());
        json.writeStringField("from", question.from());
        json.writeStringField("subject", question.subject());
        json.writeStringField("parameters", question.parameters());
      } else if (message instanceof ControlMessage.Counts counts) {
        json.writeStringField("kind", COUNTS);
        json.writeStringField("from", counts.from());
        json.writeStringField("text", counts.text());
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory failed", e);
    }
    return out.toString();
  }

  /** Decodes a message; returns null for one of an unknown kind or version. */
  public @Nullable ControlMessage read(String text) {
    Map<String, String> fields = new HashMap<>();
    try (JsonParser json = JSON.createParser(text)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        return unknown("that is no object");
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        if (json.nextToken().isScalarValue()) {
          if (json.currentToken() != JsonToken.VALUE_NULL) {
            fields.put(name, json.getText());
          }
        } else {
          json.skipChildren();
        }
      }
      return read(fields);
    } catch (IOException | IllegalArgumentException e) {
      return unknown("that cannot be read");
    }
  }

  private @Nullable ControlMessage read(Map<String, String> fields) {
    String version = fields.get("v");
    String kind = fields.get("kind");
    if (!VERSION.equals(version)) {
      return unknown("of version " + version);
    }
    if (DISCONNECT.equals(kind)) {
      return new ControlMessage.Disconnect(
          tenant(fields),
          fields.get("subject"),
          fields.get("tokenId"),
          fields.get("keyId"),
          fields.getOrDefault("code", "disconnected"));
    }
    if (KEYS_CHANGED.equals(kind)) {
      return new ControlMessage.KeysChanged(fields.get("keyId"));
    }
    if (REVOKED.equals(kind)) {
      return new ControlMessage.Revoked(
          new TenantId(required(fields, "tenant")),
          required(fields, "target"),
          required(fields, "name"),
          Long.parseLong(required(fields, "issuedBefore")),
          Long.parseLong(required(fields, "expiresAt")));
    }
    if (REVOCATION_LIFTED.equals(kind)) {
      return new ControlMessage.RevocationLifted(
          new TenantId(required(fields, "tenant")),
          required(fields, "target"),
          required(fields, "name"));
    }
    if (QUESTION.equals(kind)) {
      return new ControlMessage.Question(
          required(fields, "id"),
          required(fields, "from"),
          required(fields, "subject"),
          required(fields, "parameters"));
    }
    if (COUNTS.equals(kind)) {
      return new ControlMessage.Counts(required(fields, "from"), required(fields, "text"));
    }
    if (POLICIES_CHANGED.equals(kind)) {
      return new ControlMessage.PoliciesChanged(tenant(fields));
    }
    return SETTINGS_CHANGED.equals(kind)
        ? new ControlMessage.SettingsChanged(tenant(fields))
        : unknown("of kind " + kind);
  }

  private @Nullable ControlMessage unknown(String what) {
    if (logged.size() < MAX_LOGGED && logged.add(what)) {
      LOG.log(
          Level.WARNING,
          "Ignoring a control message {0}; nodes may run different versions",
          what.length() > 80 ? what.substring(0, 80) : what);
    }
    return null;
  }

  private static String required(Map<String, String> fields, String name) {
    String value = fields.get(name);
    if (value == null) {
      throw new IllegalArgumentException("no field " + name);
    }
    return value;
  }

  private static @Nullable TenantId tenant(Map<String, String> fields) {
    String tenant = fields.get("tenant");
    return tenant == null ? null : new TenantId(tenant);
  }

  private static void writeTenant(JsonGenerator json, @Nullable TenantId tenant)
      throws IOException {
    writeOptional(json, "tenant", tenant == null ? null : tenant.value());
  }

  private static void writeOptional(JsonGenerator json, String field, @Nullable String value)
      throws IOException {
    if (value != null) {
      json.writeStringField(field, value);
    }
  }
}
