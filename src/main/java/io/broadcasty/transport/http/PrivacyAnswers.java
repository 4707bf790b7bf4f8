package io.broadcasty.transport.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.broadcasty.admin.privacy.PrivacyJob;
import io.broadcasty.admin.privacy.PrivacyOutcome;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes jobs about personal data, and what became of a request about them, as answers. */
final class PrivacyAnswers {

  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private PrivacyAnswers() {}

  static void write(JsonGenerator json, PrivacyOutcome.Page page) throws IOException {
    List<PrivacyJob> jobs = page.jobs();
    json.writeArrayFieldStart("jobs");
    for (PrivacyJob each : jobs) {
      json.writeStartObject();
      write(json, each);
      json.writeEndObject();
    }
    json.writeEndArray();
    if (page.more()) {
      json.writeStringField("next", jobs.get(jobs.size() - 1).id());
    }
  }

  static void write(JsonGenerator json, PrivacyJob job) throws IOException {
    json.writeStringField("id", job.id());
    json.writeStringField("tenant", job.tenant().value());
    writeOptional(json, "user", job.user());
    if (!job.channels().isEmpty()) {
      json.writeArrayFieldStart("channels");
      for (String channel : job.channels()) {
        json.writeString(channel);
      }
      json.writeEndArray();
    }
    json.writeStringField("kind", job.kind().wireName());
    json.writeStringField("state", job.state().wireName());
    if (!job.isFinished()) {
      writeOptional(json, "area", job.area());
    }
    json.writeNumberField("pass", job.pass());
    json.writeObjectFieldStart("report");
    for (Map.Entry<String, Long> count : job.counts().entrySet()) {
      json.writeNumberField(count.getKey(), count.getValue());
    }
    json.writeEndObject();
    if (job.kind() == PrivacyJob.Kind.EXPORT) {
      json.writeNumberField("bytes", job.bytes());
    }
    writeOptional(json, "problem", job.problem());
    writeTime(json, "createdAt", job.createdAtMillis());
    writeTime(json, "updatedAt", job.updatedAtMillis());
    writeTime(json, "finishedAt", job.finishedAtMillis());
  }

  private static void writeOptional(JsonGenerator json, String field, @Nullable String text)
      throws IOException {
    if (text != null) {
      json.writeStringField(field, text);
    }
  }

  private static void writeTime(JsonGenerator json, String field, long millis) throws IOException {
    if (millis != 0) {
      json.writeStringField(field, Instant.ofEpochMilli(millis).toString());
    }
  }

  static Response problem(PrivacyOutcome outcome) {
    return ProblemResponses.of(problemOf(outcome));
  }

  private static Problem problemOf(PrivacyOutcome outcome) {
    if (outcome instanceof PrivacyOutcome.Invalid invalid) {
      return Problem.of(Code.INVALID_REQUEST, invalid.reason());
    }
    if (outcome instanceof PrivacyOutcome.Unavailable unavailable) {
      return new Problem(Code.UNAVAILABLE, unavailable.reason(), RETRY_AFTER);
    }
    if (outcome instanceof PrivacyOutcome.Off off) {
      return Problem.of(Code.NOT_FOUND, off.reason());
    }
    return Problem.of(Code.NOT_FOUND, "there is no job of this id, or it was deleted");
  }
}
