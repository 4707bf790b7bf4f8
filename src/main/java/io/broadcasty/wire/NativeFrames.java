package io.broadcasty.wire;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.presence.Member;
import io.broadcasty.presence.PresenceChange;
import io.broadcasty.presence.PresencePage;
import io.broadcasty.streams.broker.LostPosition;
import io.broadcasty.streams.broker.Position;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes the server's frames of the native protocol. Pure. */
@ThreadSafe
public final class NativeFrames {

  private NativeFrames() {}

  /**
   * Returns a reply with a result.
   *
   * @param id JSON text of the command's id; null when it had none
   * @param result the result's fields
   */
  public static String reply(@Nullable String id, JsonWriter.Body result) {
    return JsonWriter.object(
        json -> {
          json.writeFieldName("reply");
          json.writeRawValue(id == null ? "null" : id);
          json.writeObjectFieldStart("result");
          result.write(json);
          json.writeEndObject();
        });
  }

  /** Returns a reply with an error. */
  public static String error(@Nullable String id, Problem problem) {
    return JsonWriter.object(
        json -> {
          json.writeFieldName("reply");
          json.writeRawValue(id == null ? "null" : id);
          json.writeObjectFieldStart("error");
          JsonWriter.write(json, problem);
          json.writeEndObject();
        });
  }

  /** Returns the result of a subscribe. */
  public static JsonWriter.Body subscribed(
      String target, boolean pattern, boolean recovered, Map<ChannelName, List<Position>> heads) {
    return json -> {
      json.writeStringField("channel", target);
      json.writeBooleanField("recovered", recovered);
      json.writeArrayFieldStart("positions");
      for (Map.Entry<ChannelName, List<Position>> head : heads.entrySet()) {
        JsonWriter.writePositions(json, pattern ? head.getKey() : null, head.getValue());
      }
      json.writeEndArray();
    };
  }

  /** Returns a page of members, as the result of a command or the body of a response. */
  public static JsonWriter.Body members(ChannelName channel, PresencePage page) {
    return json -> {
      json.writeStringField("channel", channel.value());
      json.writeNumberField("version", page.version());
      json.writeNumberField("count", page.count());
      writeMembers(json, "members", page.members());
      if (page.next() == null) {
        json.writeNullField("next");
      } else {
        json.writeStringField("next", page.next());
      }
    };
  }

  /** Returns the result of a join. */
  public static JsonWriter.Body joined(ChannelName channel, Member member) {
    return json -> {
      json.writeStringField("channel", channel.value());
      json.writeFieldName("member");
      json.writeRawValue(member.json());
    };
  }

  /** Returns the members that joined and left. */
  public static JsonWriter.Body presence(PresenceChange change) {
    return json -> {
      json.writeStringField("channel", change.channel().name().value());
      json.writeNumberField("version", change.version());
      writeMembers(json, "joined", change.joined());
      json.writeArrayFieldStart("left");
      for (String id : change.left()) {
        json.writeString(id);
      }
      json.writeEndArray();
    };
  }

  /** Returns all members again, since changes were left out. */
  public static JsonWriter.Body presenceReset(ChannelName channel, PresencePage page) {
    return json -> {
      json.writeBooleanField("reset", true);
      members(channel, page).write(json);
    };
  }

  /** Returns a push about members. */
  public static String presencePush(JsonWriter.Body body) {
    return JsonWriter.object(
        json -> {
          json.writeStringField("push", "presence");
          body.write(json);
        });
  }

  private static void writeMembers(
      com.fasterxml.jackson.core.JsonGenerator json, String field, List<Member> members)
      throws java.io.IOException {
    json.writeArrayFieldStart(field);
    for (Member member : members) {
      json.writeRawValue(member.json());
    }
    json.writeEndArray();
  }

  /** Returns the push for a lost position. */
  public static String lost(ChannelName channel, LostPosition lost) {
    return JsonWriter.object(
        json -> {
          json.writeStringField("push", "lost");
          JsonWriter.write(json, channel, lost);
        });
  }

  /**
   * Returns the push for a channel or pattern that is no longer delivered although the client did
   * not unsubscribe.
   */
  public static String unsubscribed(String target, Code code) {
    return ended("unsubscribed", target, code);
  }

  /**
   * Returns the push for a channel whose members are no longer reported, although the channel is
   * still delivered.
   */
  public static String unwatched(ChannelName channel, Code code) {
    return ended("unwatched", channel.value(), code);
  }

  /** Returns the push for a channel in which the connection is not a member any more. */
  public static String left(ChannelName channel, Code code) {
    return ended("left", channel.value(), code);
  }

  private static String ended(String what, String target, Code code) {
    return JsonWriter.object(
        json -> {
          json.writeStringField("push", what);
          json.writeStringField("channel", target);
          json.writeStringField("code", code.wireName());
        });
  }

  /** Returns the last push before the connection closes. */
  public static String end(Problem problem) {
    return JsonWriter.object(
        json -> {
          json.writeStringField("push", "end");
          writeEnd(json, problem);
        });
  }

  /** Writes the fields of the end of a stream. */
  public static void writeEnd(com.fasterxml.jackson.core.JsonGenerator json, Problem problem)
      throws java.io.IOException {
    json.writeStringField("code", problem.code().wireName());
    json.writeStringField("retry", problem.code().retry().wireName());
    Long seconds = problem.retryAfterSeconds();
    if (seconds != null) {
      json.writeNumberField("retryAfter", seconds);
    }
    json.writeStringField("detail", problem.detail());
  }

  /** Returns the push that the token expires soon. */
  public static String expiring(Instant expires) {
    return JsonWriter.object(
        json -> {
          json.writeStringField("push", "expiring");
          json.writeNumberField("expires", expires.toEpochMilli());
        });
  }
}
