package io.broadcasty.protocol;

import com.fasterxml.jackson.core.JsonToken;
import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.presence.Member;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads what clients say of members. Pure. */
@ThreadSafe
public final class MemberJson {

  /** How many members a page has unless more or fewer are asked for. */
  public static final int DEFAULT_LIMIT = 100;

  /** The most members of a page. */
  public static final int MAX_LIMIT = 1000;

  static final int MAX_ID = 200;

  private MemberJson() {}

  /**
   * The body of a request about one member.
   *
   * @param channel its name, not checked yet
   * @param member JSON of an object; null when none was given
   * @param id the id beside it; null when none was given
   */
  public record Request(String channel, @Nullable String member, @Nullable String id) {}

  /**
   * Reads {@code {"channel": …, "member"?: {…}, "id"?: …}}.
   *
   * @throws ProblemException when it is not of that form
   */
  public static Request request(byte[] utf8) throws ProblemException {
    try (JsonReading json = new JsonReading(utf8)) {
      if (json.next() != JsonToken.START_OBJECT) {
        throw new ProblemException(
            Code.INVALID_REQUEST, "the body is a JSON object with `channel` and `member` or `id`");
      }
      String channel = null;
      String member = null;
      String id = null;
      for (String field = json.nextField(); field != null; field = json.nextField()) {
        switch (field) {
          case "channel" -> channel = json.text(field, Integer.MAX_VALUE); // checked as a name
          case "member" -> member = raw(json);
          case "id" -> id = json.text(field, MAX_ID);
          default ->
              throw new ProblemException(
                  Code.INVALID_REQUEST,
                  "there is no field `" + PublishReader.abbreviated(field) + "` here");
        }
      }
      json.end();
      if (channel == null) {
        throw new ProblemException(Code.INVALID_REQUEST, "`channel` is missing");
      }
      return new Request(channel, member, id);
    }
  }

  /** The text of a member's object. */
  static @Nullable String raw(JsonReading json) throws ProblemException {
    if (json.current() == JsonToken.VALUE_NULL) {
      return null;
    }
    if (json.current() != JsonToken.START_OBJECT) {
      throw new ProblemException(
          Code.INVALID_REQUEST, "`member` must be an object, such as {\"name\": \"Ann\"}");
    }
    return json.raw();
  }

  /**
   * A member as others are to see it: what was said, with an {@code id} in it.
   *
   * @param said JSON of an object; null for nothing
   * @param usualId the id where none is said
   * @throws ProblemException when the id that is said is none
   */
  public static Member member(@Nullable String said, String usualId) throws ProblemException {
    String object = said == null ? "{}" : said;
    String id = idIn(object);
    if (id != null) {
      return new Member(id, object);
    }
    String rest = object.substring(1).strip();
    String quoted = Json.text(json -> json.writeString(usualId));
    return new Member(usualId, "{\"id\":" + quoted + (rest.equals("}") ? "" : ",") + rest);
  }

  private static @Nullable String idIn(String object) throws ProblemException {
    try (JsonReading json = new JsonReading(object.getBytes(StandardCharsets.UTF_8))) {
      json.next();
      String id = null;
      for (String field = json.nextField(); field != null; field = json.nextField()) {
        if (field.equals("id")) {
          id = json.text("id", MAX_ID);
          if (id == null || id.isEmpty()) {
            throw new ProblemException(
                Code.INVALID_REQUEST, "the member's `id` must be a string that is not empty");
          }
        } else {
          json.skip();
        }
      }
      return id;
    }
  }
}
