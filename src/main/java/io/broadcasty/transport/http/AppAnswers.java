package io.broadcasty.transport.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.broadcasty.admin.app.AppOutcome;
import io.broadcasty.admin.app.StoredApp;
import io.broadcasty.core.app.AppFeatures;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.Problem;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

/** Writes apps, and what became of a request about them, as answers. */
final class AppAnswers {

  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private AppAnswers() {}

  /** Returns the answer that shows a new secret, which nothing on the way may keep. */
  static Response.ResponseBuilder issued(Response.Status status, AppOutcome.Issued issued) {
    return Response.status(status)
        .header("Cache-Control", "no-store")
        .entity(
            JsonWriter.object(
                json -> {
                  write(json, issued.app());
                  json.writeStringField("secret", issued.secret());
                }));
  }

  static void write(JsonGenerator json, AppOutcome.All all) throws IOException {
    json.writeArrayFieldStart("apps");
    for (StoredApp each : all.apps()) {
      json.writeStartObject();
      write(json, each);
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  static void write(JsonGenerator json, StoredApp app) throws IOException {
    json.writeStringField("id", app.id());
    json.writeStringField("tenant", app.tenant().value());
    json.writeStringField("name", app.options().name());
    json.writeStringField("key", app.credentials().key());
    json.writeBooleanField("clientEvents", app.options().clientEvents());
    json.writeStringField("repeats", app.options().repeatsRefused() ? "refuse" : "accept");
    json.writeNumberField("maxDataBytes", app.options().maxDataBytes());
    AppFeatures features = app.options().features();
    json.writeBooleanField("subscriptionCounts", features.subscriptionCounts());
    json.writeBooleanField("watchlists", features.watchlists());
    json.writeNumberField("cacheTtlSeconds", features.cacheTtl().toSeconds());
    json.writeNumberField("replaySeconds", features.replay().toSeconds());
    if (!app.credentials().previousKey().isEmpty()) {
      json.writeStringField("previousKey", app.credentials().previousKey());
      writeTime(json, "previousKeyUntil", app.credentials().previousUntilMillis());
    }
    writeTime(json, "createdAt", app.createdAtMillis());
    writeTime(json, "updatedAt", app.updatedAtMillis());
  }

  private static void writeTime(JsonGenerator json, String field, long millis) throws IOException {
    json.writeStringField(field, Instant.ofEpochMilli(millis).toString());
  }

  static Response problem(AppOutcome outcome) {
    return ProblemResponses.of(problemOf(outcome));
  }

  private static Problem problemOf(AppOutcome outcome) {
    if (outcome instanceof AppOutcome.Invalid invalid) {
      return Problem.of(Code.INVALID_REQUEST, invalid.reason());
    }
    if (outcome instanceof AppOutcome.RotationPending pending) {
      return Problem.of(
          Code.ROTATION_PENDING,
          "two keys of this app are valid until "
              + Instant.ofEpochMilli(pending.untilMillis())
              + "; if the newer one was not received, send `\"replace\": true`, which replaces it"
              + " and keeps the older one");
    }
    if (outcome instanceof AppOutcome.Conflict) {
      return new Problem(
          Code.UNAVAILABLE, "others change this app all the time; retry", RETRY_AFTER);
    }
    if (outcome instanceof AppOutcome.Unavailable) {
      return new Problem(
          Code.UNAVAILABLE, "the database of apps cannot be reached now; retry", RETRY_AFTER);
    }
    if (outcome instanceof AppOutcome.Off off) {
      return Problem.of(Code.NOT_FOUND, off.reason());
    }
    return Problem.of(Code.NOT_FOUND, "there is no app of this id that was created here");
  }
}
