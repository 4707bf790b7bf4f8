package io.broadcasty.transport.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.broadcasty.admin.audit.AuditEntry;
import io.broadcasty.wire.JsonWriter;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes entries of the audit log as JSON. */
final class AuditText {

  private static final System.Logger LOG = System.getLogger(AuditText.class.getName());
  private static final JsonFactory JSON = new JsonFactory();

  private AuditText() {}

  /** Returns a page of at most so many entries; one more tells that there is another page. */
  static String page(List<AuditEntry> entries, int limit) {
    return JsonWriter.object(
        json -> {
          json.writeArrayFieldStart("entries");
          for (AuditEntry entry : entries.subList(0, Math.min(limit, entries.size()))) {
            json.writeStartObject();
            write(json, entry);
            json.writeEndObject();
          }
          json.writeEndArray();
          if (entries.size() > limit) {
            json.writeStringField("next", entries.get(limit - 1).cursor().text());
          }
        });
  }

  /** Writes the fields of an entry; what it has not is left out. */
  static void write(JsonGenerator json, AuditEntry entry) throws IOException {
    json.writeNumberField("id", entry.id());
    json.writeStringField("time", Instant.ofEpochMilli(entry.timeMillis()).toString());
    text(json, "tenant", entry.tenant().isEmpty() ? null : entry.tenant());
    json.writeStringField("action", entry.action());
    text(json, "outcome", entry.outcome());
    text(json, "actorTenant", entry.actorTenant());
    text(json, "actor", entry.actor());
    text(json, "address", entry.ip());
    text(json, "target", entry.target());
    String context = entry.context();
    if (context != null) {
      json.writeFieldName("context");
      if (isJson(context)) {
        json.writeRawValue(context);
      } else { // somebody has changed it in the database
        json.writeString(context);
      }
    }
    if (entry.number() > 0) {
      json.writeNumberField("number", entry.number());
      text(json, "hash", entry.hash());
    }
  }

  private static boolean isJson(String text) {
    try (JsonParser parser = JSON.createParser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT || text.indexOf('\n') >= 0) {
        return false;
      }
      parser.skipChildren();
      return parser.nextToken() == null;
    } catch (IOException e) {
      LOG.log(Level.TRACE, "Not JSON", e);
      return false;
    }
  }

  private static void text(JsonGenerator json, String field, @Nullable String value)
      throws IOException {
    if (value != null) {
      json.writeStringField(field, value);
    }
  }
}
