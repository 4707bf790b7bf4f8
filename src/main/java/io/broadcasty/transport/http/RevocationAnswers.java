package io.broadcasty.transport.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.broadcasty.admin.revocation.Revocation;
import io.broadcasty.admin.revocation.RevocationOutcome;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.Problem;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

/** Writes revocations, and what became of a request about them, as answers. */
final class RevocationAnswers {

  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private RevocationAnswers() {}

  static Response ok(Revocation revocation) {
    return Response.ok(JsonWriter.object(json -> write(json, revocation))).build();
  }

  static void write(JsonGenerator json, RevocationOutcome.Page page) throws IOException {
    json.writeArrayFieldStart("revocations");
    for (Revocation each : page.revocations()) {
      json.writeStartObject();
      write(json, each);
      json.writeEndObject();
    }
    json.writeEndArray();
    if (page.more()) {
      json.writeStringField("next", page.revocations().get(page.revocations().size() - 1).id());
    }
  }

  static void write(JsonGenerator json, Revocation revocation) throws IOException {
    json.writeStringField("id", revocation.id());
    json.writeStringField("tenant", revocation.target().tenant().value());
    switch (revocation.target().kind()) {
      case TOKEN -> json.writeStringField("tokenId", revocation.target().name());
      case USER -> json.writeStringField("user", revocation.target().name());
      case SIGN_IN -> json.writeStringField("signIn", revocation.target().name());
      case TENANT -> {} // the tenant is named anyway
    }
    writeTime(json, "issuedBefore", revocation.issuedBeforeMillis());
    writeTime(json, "expiresAt", revocation.expiresAtMillis());
    writeTime(json, "createdAt", revocation.createdAtMillis());
    writeTime(json, "updatedAt", revocation.updatedAtMillis());
  }

  private static void writeTime(JsonGenerator json, String field, long millis) throws IOException {
    if (millis != 0) {
      json.writeStringField(field, Instant.ofEpochMilli(millis).toString());
    }
  }

  static Response problem(RevocationOutcome outcome) {
    return ProblemResponses.of(problemOf(outcome));
  }

  private static Problem problemOf(RevocationOutcome outcome) {
    if (outcome instanceof RevocationOutcome.Invalid invalid) {
      return Problem.of(Code.INVALID_REQUEST, invalid.reason());
    }
    if (outcome instanceof RevocationOutcome.Conflict) {
      return new Problem(
          Code.UNAVAILABLE, "others change this revocation all the time; retry", RETRY_AFTER);
    }
    if (outcome instanceof RevocationOutcome.Unavailable unavailable) {
      return new Problem(Code.UNAVAILABLE, unavailable.reason(), RETRY_AFTER);
    }
    if (outcome instanceof RevocationOutcome.Off off) {
      return Problem.of(Code.NOT_FOUND, off.reason());
    }
    return Problem.of(Code.NOT_FOUND, "there is no revocation of this id, or it has expired");
  }
}
