package io.broadcasty.transport.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.delivery.session.PushMapper;
import io.broadcasty.push.PushResult;
import io.broadcasty.push.device.PushSubscription;
import io.broadcasty.push.queue.DispatchState;
import io.broadcasty.push.queue.SendStatus;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.Problem;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Converts answers of push to JAX-RS responses, without the addresses of devices. */
final class PushResponses {

  private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

  private PushResponses() {}

  static Response response(PushResult answer) {
    Problem problem = PushMapper.problem(answer);
    if (problem != null) {
      return ProblemResponses.of(problem);
    }
    if (answer instanceof PushResult.Registered registered) {
      return ok(
          json -> {
            write(json, registered.subscription());
            if (!registered.dropped().isEmpty()) {
              writeTopics(json, "dropped", registered.dropped());
            }
          });
    }
    if (answer instanceof PushResult.Devices devices) {
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
    if (answer instanceof PushResult.Removed removed) {
      return ok(json -> json.writeStringField("id", removed.id()));
    }
    if (answer instanceof PushResult.Accepted taken) {
      return Response.status(Response.Status.ACCEPTED)
          .entity(JsonWriter.object(json -> write(json, taken)))
          .build();
    }
    SendStatus status = ((PushResult.Status) answer).status();
    return ok(json -> write(json, status));
  }

  /** Returns the problem of a database that does not answer. */
  static Problem unavailable() {
    return new Problem(
        Code.UNAVAILABLE, "push cannot reach its database or the members now", RETRY_AFTER);
  }

  private static Response ok(JsonWriter.Body body) {
    return Response.ok(JsonWriter.object(body)).build();
  }

  /** Writes a device without its address and secrets. */
  static void write(JsonGenerator json, PushSubscription subscription) throws IOException {
    json.writeStringField("id", subscription.id());
    json.writeStringField("user", subscription.user());
    json.writeStringField("service", subscription.address().service().name());
    if (subscription.device() != null) {
      json.writeStringField("device", subscription.device());
    }
    writeTopics(json, "topics", subscription.topics());
    json.writeNumberField("confirmedAt", subscription.confirmedAtMillis());
  }

  private static void writeTopics(JsonGenerator json, String field, List<ChannelName> topics)
      throws IOException {
    json.writeArrayFieldStart(field);
    for (ChannelName topic : topics) {
      json.writeString(topic.value());
    }
    json.writeEndArray();
  }

  private static void write(JsonGenerator json, PushResult.Accepted taken) throws IOException {
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
        json.writeNumberField(state.wireName(), count);
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

  static void write(JsonGenerator json, SendStatus.Device device) throws IOException {
    json.writeStartObject();
    json.writeStringField("device", device.recipient().subscriptionId());
    json.writeStringField("user", device.recipient().user());
    json.writeStringField("service", device.recipient().service().name());
    json.writeStringField("state", device.state().wireName());
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
