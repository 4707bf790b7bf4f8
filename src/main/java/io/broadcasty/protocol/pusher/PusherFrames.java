package io.broadcasty.protocol.pusher;

import com.fasterxml.jackson.core.JsonGenerator;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.delivery.hub.EncodedFrame;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.JsonWriter;
import io.broadcasty.wire.Problem;
import io.broadcasty.wire.PusherChannel;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes the messages of the server. Pure. */
final class PusherFrames {

  /** The answer to a ping. */
  static final EncodedFrame PONG = EncodedFrame.message("{\"event\":\"pusher:pong\",\"data\":{}}");

  private PusherFrames() {}

  /**
   * Returns the first message of a connection.
   *
   * @param activitySeconds after how long a silence the client asks whether the server is there
   */
  static EncodedFrame established(String socketId, long activitySeconds) {
    return event(
        "pusher:connection_established",
        null,
        JsonWriter.object(
            json -> {
              json.writeStringField("socket_id", socketId);
              json.writeNumberField("activity_timeout", activitySeconds);
            }));
  }

  /** Returns an event whose data is a text, as all data of channels is. */
  static EncodedFrame event(String event, @Nullable ChannelName channel, String data) {
    return EncodedFrame.message(text(event, channel, data, null, null));
  }

  /**
   * Returns the text of an event.
   *
   * @param userId who has sent it; null for an unknown sender
   * @param id the same when the event is sent again; null for none
   */
  static String text(
      String event,
      @Nullable ChannelName channel,
      String data,
      @Nullable String userId,
      @Nullable String id) {
    return JsonWriter.object(
        json -> {
          json.writeStringField("event", event);
          if (channel != null) {
            json.writeStringField("channel", PusherChannel.toPusher(channel));
          }
          json.writeStringField("data", data);
          if (userId != null) {
            json.writeStringField("user_id", userId);
          }
          if (id != null) {
            json.writeStringField("id", id);
          }
        });
  }

  static EncodedFrame subscribed(ChannelName channel, String data) {
    return event("pusher_internal:subscription_succeeded", channel, data);
  }

  /**
   * Returns the refusal of a subscription.
   *
   * @param channel as the client has written it
   */
  static EncodedFrame subscriptionError(String channel, Problem problem) {
    int status = problem.code().httpStatus();
    return EncodedFrame.message(
        JsonWriter.object(
            json -> {
              json.writeStringField("event", "pusher:subscription_error");
              json.writeStringField("channel", channel);
              json.writeObjectFieldStart("data");
              json.writeStringField(
                  "type", isAuthError(problem.code()) ? "AuthError" : "LimitReached");
              json.writeStringField("error", problem.detail());
              json.writeNumberField("status", status == 0 ? 500 : status);
              json.writeEndObject();
            }));
  }

  private static boolean isAuthError(Code code) {
    return code == Code.UNAUTHORIZED || code == Code.FORBIDDEN;
  }

  /**
   * Returns an error.
   *
   * @param code 0 for none
   */
  static EncodedFrame error(int code, String message) {
    return EncodedFrame.message(
        JsonWriter.object(
            json -> {
              json.writeStringField("event", "pusher:error");
              json.writeObjectFieldStart("data");
              if (code == 0) {
                json.writeNullField("code");
              } else {
                json.writeNumberField("code", code);
              }
              json.writeStringField("message", message);
              json.writeEndObject();
            }));
  }

  /** Returns the answer to a sign-in. */
  static EncodedFrame signedIn(String userData) {
    return EncodedFrame.message(
        JsonWriter.object(
            json -> {
              json.writeStringField("event", "pusher:signin_success");
              json.writeObjectFieldStart("data");
              json.writeStringField("user_data", userData);
              json.writeEndObject();
            }));
  }

  /** Returns the notice that a channel has no last event. */
  static EncodedFrame cacheMiss(ChannelName channel) {
    return EncodedFrame.message(
        JsonWriter.object(
            json -> {
              json.writeStringField("event", "pusher:cache_miss");
              json.writeStringField("channel", PusherChannel.toPusher(channel));
            }));
  }

  /** Returns the data of a subscription to a channel with members. */
  static String members(List<PusherMember> members) {
    return JsonWriter.object(
        json -> {
          json.writeObjectFieldStart("presence");
          json.writeArrayFieldStart("ids");
          for (PusherMember each : members) {
            json.writeString(each.id());
          }
          json.writeEndArray();
          json.writeObjectFieldStart("hash");
          for (PusherMember each : members) {
            json.writeFieldName(each.id());
            json.writeRawValue(each.info());
          }
          json.writeEndObject();
          json.writeNumberField("count", members.size());
          json.writeEndObject();
        });
  }

  static EncodedFrame memberAdded(ChannelName channel, PusherMember member) {
    return event(
        "pusher_internal:member_added",
        channel,
        JsonWriter.object(
            json -> {
              json.writeStringField("user_id", member.id());
              json.writeFieldName("user_info");
              json.writeRawValue(member.info());
            }));
  }

  static EncodedFrame memberRemoved(ChannelName channel, String id) {
    return event(
        "pusher_internal:member_removed",
        channel,
        JsonWriter.object(json -> json.writeStringField("user_id", id)));
  }

  static EncodedFrame subscriptionCount(ChannelName channel, int count) {
    return event(
        "pusher_internal:subscription_count",
        channel,
        JsonWriter.object(json -> json.writeNumberField("subscription_count", count)));
  }

  /** Returns which users of a watchlist are signed in now, and which are not any more. */
  static EncodedFrame watchlistEvents(List<String> online, List<String> offline) {
    return event(
        "pusher_internal:watchlist_events",
        null,
        JsonWriter.object(
            json -> {
              json.writeArrayFieldStart("events");
              writeUsers(json, "online", online);
              writeUsers(json, "offline", offline);
              json.writeEndArray();
            }));
  }

  private static void writeUsers(JsonGenerator json, String name, List<String> users)
      throws IOException {
    if (users.isEmpty()) {
      return;
    }
    json.writeStartObject();
    json.writeStringField("name", name);
    json.writeArrayFieldStart("user_ids");
    for (String each : users) {
      json.writeString(each);
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
