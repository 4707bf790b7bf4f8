package io.broadcasty.transport.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.broadcasty.admin.policy.ChannelSettingsText;
import io.broadcasty.admin.policy.PolicyOutcome;
import io.broadcasty.admin.policy.RulesText;
import io.broadcasty.admin.policy.StoredPolicy;
import io.broadcasty.core.rbac.AccessExplanation;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.Problem;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

/** Writes policies, and what became of a request about them, as answers. */
final class PolicyAnswers {

  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private PolicyAnswers() {}

  /** Returns the answer that shows a policy, with its revision as entity tag. */
  static Response.ResponseBuilder stored(Response.Status status, StoredPolicy policy) {
    return Response.status(status)
        .header("ETag", "\"" + policy.revision() + "\"")
        .entity(JsonWriter.object(json -> write(json, policy)));
  }

  static void write(JsonGenerator json, PolicyOutcome.Page page) throws IOException {
    json.writeArrayFieldStart("policies");
    for (StoredPolicy policy : page.policies()) {
      json.writeStartObject();
      write(json, policy);
      json.writeEndObject();
    }
    json.writeEndArray();
    if (page.more()) {
      json.writeStringField("next", page.policies().get(page.policies().size() - 1).id());
    }
  }

  private static void write(JsonGenerator json, StoredPolicy policy) throws IOException {
    json.writeStringField("id", policy.id());
    json.writeStringField("tenant", policy.tenant().value());
    json.writeStringField("channels", policy.channels().toString());
    json.writeFieldName("rules");
    RulesText.write(json, policy.rules());
    json.writeFieldName("settings");
    ChannelSettingsText.write(json, policy.settings());
    json.writeNumberField("revision", policy.revision());
    json.writeStringField("createdAt", Instant.ofEpochMilli(policy.createdAtMillis()).toString());
    json.writeStringField("updatedAt", Instant.ofEpochMilli(policy.updatedAtMillis()).toString());
  }

  static void write(JsonGenerator json, AccessExplanation explanation) throws IOException {
    json.writeBooleanField("allowed", explanation.allowed());
    json.writeArrayFieldStart("steps");
    for (AccessExplanation.Step step : explanation.steps()) {
      json.writeStartObject();
      json.writeStringField("check", step.check());
      json.writeBooleanField("passed", step.passed());
      json.writeStringField("detail", step.detail());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  static Response problem(PolicyOutcome outcome) {
    return ProblemResponses.of(problemOf(outcome));
  }

  private static Problem problemOf(PolicyOutcome outcome) {
    if (outcome instanceof PolicyOutcome.Invalid invalid) {
      return Problem.of(Code.INVALID_REQUEST, invalid.reason());
    }
    if (outcome instanceof PolicyOutcome.Exists) {
      return Problem.of(
          Code.ALREADY_EXISTS, "the tenant has a policy for these channels; change it with PATCH");
    }
    if (outcome instanceof PolicyOutcome.Changed) {
      return Problem.of(
          Code.PRECONDITION_FAILED, "the policy has another revision; read it and try again");
    }
    if (outcome instanceof PolicyOutcome.Conflict) {
      return new Problem(
          Code.UNAVAILABLE, "others change this policy all the time; retry", RETRY_AFTER);
    }
    if (outcome instanceof PolicyOutcome.Unavailable unavailable) {
      return new Problem(Code.UNAVAILABLE, unavailable.reason(), RETRY_AFTER);
    }
    if (outcome instanceof PolicyOutcome.Off) {
      return Problem.of(
          Code.NOT_FOUND,
          "policies are stored in a relational database, and this node uses none; see"
              + " `broadcasty.replay.store` and `broadcasty.mirror.channels`");
    }
    return Problem.of(Code.NOT_FOUND, "there is no policy of this id");
  }
}
