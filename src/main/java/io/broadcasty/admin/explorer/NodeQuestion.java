package io.broadcasty.admin.explorer;

import io.broadcasty.cluster.nodes.NodeInfo;
import io.broadcasty.cluster.question.QuestionText;
import io.broadcasty.core.tenant.TenantId;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a node asks others about themselves. The answer is an object with single values. */
record NodeQuestion(TenantId tenant) {

  String text() {
    return QuestionText.write(json -> json.writeStringField("tenant", tenant.value()));
  }

  /**
   * Reads a question.
   *
   * @throws IllegalArgumentException when it is malformed
   */
  static NodeQuestion read(String text) {
    return new NodeQuestion(
        new TenantId(QuestionText.required(QuestionText.fields(text), "tenant")));
  }

  static String writeAnswer(NodeReport report) {
    return QuestionText.write(
        json -> {
          NodeInfo info = report.info();
          json.writeStringField("name", info.name());
          json.writeStringField("host", info.host());
          json.writeStringField("version", info.version());
          json.writeStringField("startedAt", info.startedAt().toString());
          json.writeBooleanField("draining", info.draining());
          json.writeNumberField("connections", report.connections());
          json.writeNumberField("channels", report.channels());
          json.writeNumberField("published", report.published());
          NodeReport.Load load = report.load();
          json.writeNumberField("allConnections", load.connections());
          json.writeNumberField("allChannels", load.channels());
          json.writeNumberField("loadAverage", load.loadAverage());
          json.writeNumberField("processors", load.processors());
        });
  }

  /**
   * Reads an answer; returns null for one that cannot be read.
   *
   * @param seenAt when it came
   */
  static @Nullable NodeReport readAnswer(String text, Instant seenAt) {
    return QuestionText.answer(
        text,
        json -> {
          Map<String, String> fields = QuestionText.fields(json);
          return new NodeReport(
              new NodeInfo(
                  QuestionText.required(fields, "name"),
                  QuestionText.required(fields, "host"),
                  QuestionText.required(fields, "version"),
                  instant(QuestionText.required(fields, "startedAt")),
                  Boolean.parseBoolean(QuestionText.required(fields, "draining")),
                  seenAt),
              number(fields, "connections"),
              number(fields, "channels"),
              Long.parseLong(fields.getOrDefault("published", "0")), // older nodes do not count
              new NodeReport.Load(
                  number(fields, "allConnections"),
                  Long.parseLong(QuestionText.required(fields, "allChannels")),
                  Double.parseDouble(QuestionText.required(fields, "loadAverage")),
                  number(fields, "processors")));
        });
  }

  private static Instant instant(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("no time", e);
    }
  }

  private static int number(Map<String, String> fields, String name) {
    return Integer.parseInt(QuestionText.required(fields, name));
  }
}
