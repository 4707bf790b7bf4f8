package io.broadcasty.transport.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.broadcasty.admin.key.ApiKey;
import io.broadcasty.admin.key.KeyOutcome;
import io.broadcasty.admin.key.KeyScope;
import io.broadcasty.admin.key.ScopesText;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.Problem;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Writes API keys, and what became of a request about them, as answers. */
final class KeyAnswers {

  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private KeyAnswers() {}

  /** Returns the answer that shows a new secret, which nothing on the way may keep. */
  static Response.ResponseBuilder issued(Response.Status status, KeyOutcome.Issued issued) {
    return Response.status(status)
        .header("Cache-Control", "no-store")
        .entity(
            JsonWriter.object(
                json -> {
                  write(json, issued.key());
                  json.writeStringField("secret", issued.secret().token());
                }));
  }

  static void write(JsonGenerator json, KeyOutcome.Page page) throws IOException {
    json.writeArrayFieldStart("keys");
    for (ApiKey key : page.keys()) {
      json.writeStartObject();
      write(json, key);
      json.writeEndObject();
    }
    json.writeEndArray();
    if (page.more()) {
      json.writeStringField("next", page.keys().get(page.keys().size() - 1).id());
    }
  }

  static void write(JsonGenerator json, ApiKey key) throws IOException {
    json.writeStringField("id", key.id());
    json.writeStringField("tenant", key.tenant().value());
    json.writeStringField("name", key.name());
    json.writeStringField("state", key.revoked() ? "revoked" : "active");
    writeScopes(json, key.scopes());
    writeTime(json, "expiresAt", key.expiresAtMillis());
    writeTime(json, "previousSecretUntil", key.previousUntilMillis());
    writeTime(json, "lastUsedAt", key.lastUsedAtMillis());
    writeTime(json, "createdAt", key.createdAtMillis());
    writeTime(json, "updatedAt", key.updatedAtMillis());
  }

  static void writeScopes(JsonGenerator json, List<KeyScope> scopes) throws IOException {
    json.writeArrayFieldStart("scopes");
    for (KeyScope scope : scopes) {
      json.writeStartObject();
      json.writeStringField("channels", scope.channels());
      json.writeArrayFieldStart("operations");
      for (String name : ScopesText.wireNames(scope.actions())) {
        json.writeString(name);
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  static void writeTime(JsonGenerator json, String field, long millis) throws IOException {
    if (millis != 0) {
      json.writeStringField(field, Instant.ofEpochMilli(millis).toString());
    }
  }

  static Response problem(KeyOutcome outcome) {
    return ProblemResponses.of(problemOf(outcome));
  }

  private static Problem problemOf(KeyOutcome outcome) {
    if (outcome instanceof KeyOutcome.Invalid invalid) {
      return Problem.of(Code.INVALID_REQUEST, invalid.reason());
    }
    if (outcome instanceof KeyOutcome.RotationPending pending) {
      return Problem.of(
          Code.ROTATION_PENDING,
          "two secrets of this key are valid until "
              + Instant.ofEpochMilli(pending.untilMillis())
              + "; if the newer one was not received, send `\"replace\": true`, which replaces it"
              + " and keeps the older one");
    }
    if (outcome instanceof KeyOutcome.Conflict) {
      return new Problem(
          Code.UNAVAILABLE, "others change this key all the time; retry", RETRY_AFTER);
    }
    if (outcome instanceof KeyOutcome.Unavailable unavailable) {
      return new Problem(Code.UNAVAILABLE, unavailable.reason(), RETRY_AFTER);
    }
    if (outcome instanceof KeyOutcome.Off off) {
      return Problem.of(Code.NOT_FOUND, off.reason());
    }
    return Problem.of(Code.NOT_FOUND, "there is no API key of this id, or it is revoked");
  }
}
