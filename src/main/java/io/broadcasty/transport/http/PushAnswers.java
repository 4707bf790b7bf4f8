package io.broadcasty.transport.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.broadcasty.channel.ChannelName;
import io.broadcasty.protocol.Code;
import io.broadcasty.protocol.Json;
import io.broadcasty.protocol.Problem;
import io.broadcasty.protocol.ProblemException;
import io.broadcasty.protocol.PushJson;
import io.broadcasty.push.DispatchState;
import io.broadcasty.push.Notification;
import io.broadcasty.push.PushAnswer;
import io.broadcasty.push.PushService;
import io.broadcasty.push.PushSubscription;
import io.broadcasty.push.SendStatus;
import io.broadcasty.push.Urgency;
import io.broadcasty.session.Answers;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.time.Duration;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Puts what push says into the protocol's words. Addresses of devices are never among them. */
final class PushAnswers {

  private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

  private PushAnswers() {}

  static Response response(PushAnswer answer) {
    Problem problem = problem(answer);
    if (problem != null) {
      return ProblemResponses.of(problem);
    }
    if (answer instanceof PushAnswer.Registered registered) {
      return ok(json -> write(json, registered.subscription()));
    }
    if (answer instanceof PushAnswer.Devices devices) {
      return ok(
          json -> {
            json.writeArrayFieldStart("subscriptions");
            for (PushSubscription each : devices.subscriptions()) {
              json.writeStartObject();
              write(json, each);
              json.writeEndObject();
            }
            json.writeEndArray();
          });
    }
    if (answer instanceof PushAnswer.Removed removed) {
      return ok(json -> json.writeStringField("id", removed.id()));
    }
    if (answer instanceof PushAnswer.Taken taken) {
      return Response.status(Response.Status.ACCEPTED)
          .entity(Json.object(json -> write(json, taken)))
          .build();
    }
    SendStatus status = ((PushAnswer.Outcomes) answer).status();
    return ok(json -> write(json, status));
  }

  /** What a client asks to be shown. */
  static Notification notification(PushJson.Message read) throws ProblemException {
    Urgency urgency = read.urgency() == null ? Urgency.NORMAL : Urgency.of(read.urgency());
    if (urgency == null) {
      throw new ProblemException(
          Code.INVALID_REQUEST, "`notification.urgency` must be very-low, low, normal or high");
    }
    return new Notification(
        read.title(),
        read.body(),
        read.url(),
        read.data(),
        Duration.ofSeconds(read.ttlSeconds()),
        urgency,
        read.collapseKey());
  }

  /** The database does not answer. */
  static Problem unavailable() {
    return new Problem(
        Code.UNAVAILABLE, "push cannot reach its database or the members now", RETRY_AFTER);
  }

  /** What is wrong with an answer; null when it is good. */
  static @Nullable Problem problem(PushAnswer answer) {
    if (answer instanceof PushAnswer.Off off) {
      return Problem.of(Code.PUSH_OFF, off(off));
    }
    if (answer instanceof PushAnswer.Denied denied) {
      return Problem.of(Code.FORBIDDEN, denied.what());
    }
    if (answer instanceof PushAnswer.Invalid invalid) {
      return Problem.of(Code.INVALID_REQUEST, invalid.what());
    }
    if (answer instanceof PushAnswer.Throttled throttled) {
      return Answers.throttled(throttled.verdict());
    }
    if (answer instanceof PushAnswer.OverQuota over) {
      return new Problem(
          Code.PUSH_QUOTA,
          "this tenant may send "
              + over.quotaPerDay()
              + " notifications a day (UTC) and has sent "
              + over.used()
              + "; this send has "
              + over.devices(),
          over.retryAfter());
    }
    if (answer instanceof PushAnswer.TooLarge large) {
      return Problem.of(
          Code.PAYLOAD_TOO_LARGE,
          "the notification is "
              + large.excessBytes()
              + " bytes longer than "
              + large.service().word()
              + " takes; shorten `body` or `data`");
    }
    if (answer instanceof PushAnswer.NoDevice) {
      return Problem.of(
          Code.NO_DEVICE,
          "none of the users and devices in `to` has registered for push, or not for a service that"
              + " is enabled here");
    }
    if (answer instanceof PushAnswer.TooManyDevices many) {
      return Problem.of(
          Code.TOO_MANY_ITEMS,
          "this would go to more than " + many.limit() + " devices; send it in parts");
    }
    return answer instanceof PushAnswer.Unknown
        ? Problem.of(Code.NOT_FOUND, "there is nothing of this id, or not any more")
        : null;
  }

  private static String off(PushAnswer.Off off) {
    PushService service = off.service();
    if (service == null) {
      return "no push service is configured here (broadcasty.push.*)";
    }
    return "`"
        + service.word()
        + "` is not configured here; enabled: "
        + off.enabled().stream().map(PushService::word).collect(Collectors.joining(", "));
  }

  private static Response ok(Json.Body body) {
    return Response.ok(Json.object(body)).build();
  }

  private static void write(JsonGenerator json, PushSubscription subscription) throws IOException {
    json.writeStringField("id", subscription.id());
    json.writeStringField("user", subscription.user());
    json.writeStringField("service", subscription.address().service().word());
    if (subscription.device() != null) {
      json.writeStringField("device", subscription.device());
    }
    json.writeArrayFieldStart("topics");
    for (ChannelName topic : subscription.topics()) {
      json.writeString(topic.value());
    }
    json.writeEndArray();
    json.writeNumberField("confirmedAt", subscription.confirmedAtMillis());
  }

  private static void write(JsonGenerator json, PushAnswer.Taken taken) throws IOException {
    json.writeStringField("id", taken.id());
    json.writeNumberField("devices", taken.devices());
    json.writeBooleanField("duplicate", taken.duplicate());
    if (!taken.unknown().isEmpty()) {
      json.writeArrayFieldStart("unknown");
      for (String each : taken.unknown()) {
        json.writeString(each);
      }
      json.writeEndArray();
    }
  }

  private static void write(JsonGenerator json, SendStatus status) throws IOException {
    json.writeStringField("id", status.id());
    json.writeNumberField("createdAt", status.createdAtMillis());
    json.writeNumberField("expiresAt", status.expiresAtMillis());
    json.writeNumberField("devices", status.devices());
    json.writeObjectFieldStart("counts");
    for (DispatchState state : DispatchState.values()) {
      Integer count = status.counts().get(state);
      if (count != null) {
        json.writeNumberField(state.word(), count);
      }
    }
    json.writeEndObject();
    json.writeArrayFieldStart("outcomes");
    for (SendStatus.Device device : status.page()) {
      write(json, device);
    }
    json.writeEndArray();
    if (status.next() > 0) {
      json.writeNumberField("next", status.next());
    } else {
      json.writeNullField("next");
    }
  }

  private static void write(JsonGenerator json, SendStatus.Device device) throws IOException {
    json.writeStartObject();
    json.writeStringField("device", device.recipient().subscriptionId());
    json.writeStringField("user", device.recipient().user());
    json.writeStringField("service", device.recipient().service().word());
    json.writeStringField("state", device.state().word());
    json.writeNumberField("attempts", device.attempts());
    if (device.reason() != null) {
      json.writeStringField("reason", device.reason());
    }
    if (device.nextAtMillis() != null) {
      json.writeNumberField("nextAt", device.nextAtMillis());
    }
    if (device.serviceId() != null) {
      json.writeStringField("serviceId", device.serviceId());
    }
    json.writeNumberField("changedAt", device.changedAtMillis());
    json.writeEndObject();
  }
}
