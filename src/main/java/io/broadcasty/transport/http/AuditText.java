package io.broadcasty.transport.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.broadcasty.admin.audit.AuditEntry;
import io.broadcasty.admin.audit.ChainHead;
import io.broadcasty.admin.audit.ChainReport;
import io.broadcasty.wire.JsonWriter;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes entries and chains of the audit log as JSON. */
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

  /** Returns what the verification of a chain, or of a part of it, has found. */
  static String report(ChainReport report) {
    return JsonWriter.object(
        json -> {
          text(
              json,
              "tenant",
              report.verified().tenant().isEmpty() ? null : report.verified().tenant());
          json.writeBooleanField("complete", report.complete());
          if (report.complete()) {
            json.writeBooleanField("intact", report.intact());
          }
          ChainReport.Fault fault = report.fault();
          if (fault != null) {
            json.writeObjectFieldStart("fault");
            json.writeStringField("reason", fault.wireName());
            json.writeNumberField("number", report.faultNumber());
            json.writeEndObject();
          }
          json.writeNumberField("entries", report.entries());
          json.writeNumberField("erased", report.erased());
          if (report.complete() && fault == null) {
            json.writeNumberField("outside", report.outside());
            json.writeNumberField("before", report.before());
          }
          json.writeStringField("from", head(report.from()));
          json.writeStringField("verified", head(report.verified()));
        });
  }

  /** Returns a page of heads; one more tells that there is another page. */
  static String heads(List<ChainHead> heads, int limit) {
    return JsonWriter.object(
        json -> {
          json.writeArrayFieldStart("heads");
          for (ChainHead head : heads.subList(0, Math.min(limit, heads.size()))) {
            json.writeStartObject();
            json.writeStringField("tenant", head.tenant());
            json.writeStringField("head", head(head));
            json.writeEndObject();
          }
          json.writeEndArray();
          if (heads.size() > limit) {
            json.writeStringField("next", heads.get(limit - 1).tenant());
          }
        });
  }

  private static String head(ChainHead head) {
    return head.number() + "-" + head.hash();
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
    text(json, "requestId", entry.requestId());
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
