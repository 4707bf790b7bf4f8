package io.broadcasty.transport.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.broadcasty.webhook.EndpointOptions;
import io.broadcasty.webhook.WebhookAttempt;
import io.broadcasty.webhook.WebhookDelivery;
import io.broadcasty.webhook.WebhookEndpoint;
import io.broadcasty.webhook.WebhookEventType;
import io.broadcasty.webhook.WebhookFormat;
import io.broadcasty.webhook.WebhookOutcome;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.Problem;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes webhooks, and what became of a request about them, as answers. */
final class WebhookAnswers {

  private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

  private WebhookAnswers() {}

  /** Returns the answer that shows a new secret, which nothing on the way may keep. */
  static Response.ResponseBuilder issued(Response.Status status, WebhookOutcome.Issued issued) {
    return Response.status(status)
        .header("Cache-Control", "no-store")
        .entity(
            JsonWriter.object(
                json -> {
                  write(json, issued.endpoint());
                  if (!issued.verifier().isEmpty()) {
                    boolean pair =
                        issued.endpoint().options().format() == WebhookFormat.STANDARD_ED25519;
                    json.writeStringField(pair ? "publicKey" : "secret", issued.verifier());
                  }
                }));
  }

  static void write(JsonGenerator json, WebhookOutcome.Page page) throws IOException {
    List<WebhookEndpoint> endpoints = page.endpoints();
    json.writeArrayFieldStart("webhooks");
    for (WebhookEndpoint each : endpoints) {
      json.writeStartObject();
      write(json, each);
      json.writeEndObject();
    }
    json.writeEndArray();
    if (page.more()) {
      json.writeStringField("next", endpoints.get(endpoints.size() - 1).id());
    }
  }

  static void write(JsonGenerator json, WebhookEndpoint endpoint) throws IOException {
    EndpointOptions options = endpoint.options();
    json.writeStringField("id", endpoint.id());
    json.writeStringField("tenant", endpoint.tenant().value());
    json.writeStringField("url", options.url());
    json.writeStringField("description", options.description());
    json.writeStringField("format", options.format().wireName());
    writeOptional(json, "app", options.app());
    json.writeArrayFieldStart("events");
    for (WebhookEventType each : options.events()) {
      json.writeString(each.wireName());
    }
    json.writeEndArray();
    writeOptional(json, "channels", options.channels());
    json.writeNumberField("ratePerSecond", options.ratePerSecond());
    json.writeStringField("state", endpoint.state().wireName());
    json.writeBooleanField("configured", endpoint.configured());
    writeTime(json, "failingSince", endpoint.failingSinceMillis());
    writeTime(json, "previousSecretUntil", endpoint.secrets().previousUntilMillis());
    writeTime(json, "createdAt", endpoint.createdAtMillis());
    writeTime(json, "updatedAt", endpoint.updatedAtMillis());
  }

  static void write(JsonGenerator json, WebhookOutcome.Deliveries page) throws IOException {
    List<WebhookDelivery> deliveries = page.deliveries();
    json.writeArrayFieldStart("deliveries");
    for (WebhookDelivery each : deliveries) {
      json.writeStartObject();
      write(json, each);
      json.writeEndObject();
    }
    json.writeEndArray();
    if (page.more()) {
      json.writeStringField("next", Long.toString(deliveries.get(deliveries.size() - 1).number()));
    }
  }

  private static void write(JsonGenerator json, WebhookDelivery delivery) throws IOException {
    json.writeStringField("id", delivery.messageId());
    json.writeStringField("type", delivery.type().wireName());
    writeOptional(json, "channel", delivery.channel());
    json.writeStringField("state", delivery.state().wireName());
    json.writeNumberField("attempts", delivery.attempts());
    if (delivery.status() != 0) {
      json.writeNumberField("status", delivery.status());
    }
    writeOptional(json, "reason", delivery.reason());
    if (delivery.state() == WebhookDelivery.State.WAITING) {
      writeTime(json, "nextAttemptAt", delivery.dueAtMillis());
    }
    writeTime(json, "createdAt", delivery.createdAtMillis());
    writeTime(json, "changedAt", delivery.changedAtMillis());
  }

  static void write(JsonGenerator json, WebhookOutcome.Delivery found) throws IOException {
    write(json, found.delivery());
    json.writeStringField("body", found.delivery().body());
    json.writeArrayFieldStart("log");
    for (WebhookAttempt each : found.attempts()) {
      json.writeStartObject();
      json.writeNumberField("attempt", each.attempt());
      writeTime(json, "at", each.atMillis());
      json.writeNumberField("millis", each.tookMillis());
      if (each.status() != 0) {
        json.writeNumberField("status", each.status());
      }
      writeOptional(json, "reason", each.reason());
      writeOptional(json, "answer", each.answer());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  static void write(JsonGenerator json, WebhookOutcome.Resent resent) throws IOException {
    json.writeNumberField("resent", resent.count());
    json.writeBooleanField("more", resent.more());
  }

  private static void writeOptional(JsonGenerator json, String field, @Nullable String text)
      throws IOException {
    if (text != null && !text.isEmpty()) {
      json.writeStringField(field, text);
    }
  }

  private static void writeTime(JsonGenerator json, String field, long millis) throws IOException {
    if (millis != 0) {
      json.writeStringField(field, Instant.ofEpochMilli(millis).toString());
    }
  }

  static Response problem(WebhookOutcome outcome) {
    return ProblemResponses.of(problemOf(outcome));
  }

  private static Problem problemOf(WebhookOutcome outcome) {
    if (outcome instanceof WebhookOutcome.Invalid invalid) {
      return Problem.of(Code.INVALID_REQUEST, invalid.reason());
    }
    if (outcome instanceof WebhookOutcome.RotationPending pending) {
      return Problem.of(
          Code.ROTATION_PENDING,
          "two secrets of this endpoint are valid until "
              + Instant.ofEpochMilli(pending.untilMillis())
              + "; if the newer one was not received, send `\"replace\": true`, which replaces it"
              + " and keeps the older one");
    }
    if (outcome instanceof WebhookOutcome.Conflict) {
      return new Problem(
          Code.UNAVAILABLE, "others change this endpoint all the time; retry", RETRY_AFTER);
    }
    if (outcome instanceof WebhookOutcome.Unavailable) {
      return new Problem(
          Code.UNAVAILABLE, "the database of webhooks cannot be reached now; retry", RETRY_AFTER);
    }
    if (outcome instanceof WebhookOutcome.Off off) {
      return Problem.of(Code.NOT_FOUND, off.reason());
    }
    return Problem.of(Code.NOT_FOUND, "there is no such endpoint or message, or it was deleted");
  }
}
