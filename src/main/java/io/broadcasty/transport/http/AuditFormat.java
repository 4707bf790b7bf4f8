package io.broadcasty.transport.http;

import io.broadcasty.admin.audit.AuditEntry;
import io.broadcasty.admin.audit.AuditExport;
import io.broadcasty.wire.JsonWriter;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The formats in which the audit log is exported. */
enum AuditFormat {
  /**
   * RFC 4180 with a header. A cell that a spreadsheet would take for a formula begins with an
   * apostrophe.
   */
  CSV("csv", "text/csv; charset=utf-8") {
    @Override
    void write(Writer out, AuditExport export) throws IOException {
      line(
          out,
          List.of(
              "id",
              "time",
              "tenant",
              "action",
              "outcome",
              "actorTenant",
              "actor",
              "address",
              "target",
              "context",
              "number",
              "hash",
              "requestId"));
      export.writeTo(entry -> line(out, cells(entry)));
    }
  },

  /** A JSON object on each line. */
  NDJSON("ndjson", "application/x-ndjson") {
    @Override
    void write(Writer out, AuditExport export) throws IOException {
      export.writeTo(
          entry -> {
            out.write(JsonWriter.object(json -> AuditText.write(json, entry)));
            out.write('\n');
          });
    }
  };

  /** What begins a formula in a spreadsheet, also in its full-width form (OWASP, CSV Injection). */
  private static final String FORMULA = "=+-@\t\r\n＝＋－＠";

  private final String fileType;
  private final String mediaType;

  AuditFormat(String fileType, String mediaType) {
    this.fileType = fileType;
    this.mediaType = mediaType;
  }

  /** Returns the format of a name; null for an unknown one. */
  static @Nullable AuditFormat of(@Nullable String name) {
    if (name == null) {
      return null;
    }
    return switch (name) {
      case "csv" -> CSV;
      case "ndjson" -> NDJSON;
      default -> null;
    };
  }

  String fileType() {
    return fileType;
  }

  String mediaType() {
    return mediaType;
  }

  /** Writes an export to its end; the stream stays open. */
  void write(OutputStream stream, AuditExport export) throws IOException {
    Writer out = new BufferedWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8));
    write(out, export);
    out.flush();
  }

  abstract void write(Writer out, AuditExport export) throws IOException;

  private static List<String> cells(AuditEntry entry) {
    return List.of(
        String.valueOf(entry.id()),
        Instant.ofEpochMilli(entry.timeMillis()).toString(),
        entry.tenant(),
        entry.action(),
        text(entry.outcome()),
        text(entry.actorTenant()),
        text(entry.actor()),
        text(entry.ip()),
        text(entry.target()),
        text(entry.context()),
        entry.number() > 0 ? String.valueOf(entry.number()) : "",
        text(entry.hash()),
        text(entry.requestId()));
  }

  private static String text(@Nullable String value) {
    return value == null ? "" : value;
  }

  private static void line(Writer out, List<String> cells) throws IOException {
    String separator = "";
    for (String cell : cells) {
      out.write(separator);
      out.write(cell(cell));
      separator = ",";
    }
    out.write("\r\n");
  }

  /** Returns a cell that no spreadsheet executes. */
  static String cell(String text) {
    String harmless = !text.isEmpty() && FORMULA.indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
    boolean quoted = harmless.chars().anyMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n');
    return quoted ? '"' + harmless.replace("\"", "\"\"") + '"' : harmless;
  }
}
