package io.broadcasty.wire;

import com.fasterxml.jackson.core.JsonToken;
import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.presence.Member;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Parses what clients send about members. Pure. */
@ThreadSafe
public final class MemberReader {

  /** The number of members in a page if the client does not ask for another. */
  public static final int DEFAULT_LIMIT = 100;

  /** The most members of a page. */
  public static final int MAX_LIMIT = 1000;

  static final int MAX_ID = 200;

  private MemberReader() {}

  /**
   * The body of a request about one member.
   *
   * @param channel its name, not validated yet
   * @param member JSON text of an object; null when none was given
   * @param id the id beside it; null when none was given
   */
  public record Request(String channel, @Nullable String member, @Nullable String id) {}

  /**
   * Parses {@code {"channel": …, "member"?: {…}, "id"?: …}}.
   *
   * @throws ProblemException when it does not have that form
   */
  public static Request request(byte[] utf8) throws ProblemException {
    try (JsonReader json = new JsonReader(utf8)) {
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
          case "member" -> member = readObject(json);
          case "id" -> id = json.text(field, MAX_ID);
          default ->
              throw new ProblemException(
                  Code.INVALID_REQUEST,
                  "there is no field `" + PublishReader.abbreviate(field) + "` here");
        }
      }
      json.requireEnd();
      if (channel == null) {
        throw new ProblemException(Code.INVALID_REQUEST, "`channel` is missing");
      }
      return new Request(channel, member, id);
    }
  }

  /** Returns the text of a member's object. */
  static @Nullable String readObject(JsonReader json) throws ProblemException {
    if (json.current() == JsonToken.VALUE_NULL) {
      return null;
    }
    if (json.current() != JsonToken.START_OBJECT) {
      throw new ProblemException(
          Code.INVALID_REQUEST, "`member` must be an object, such as {\"name\": \"Ann\"}");
    }
    return json.rawValue();
  }

  /**
   * Returns a member as others see it: the client's object, with an {@code id} in it.
   *
   * @param json JSON text of the client's object; null for none
   * @param defaultId the id if the object has none
   * @throws ProblemException when the object's id is not valid
   */
  public static Member member(@Nullable String json, String defaultId) throws ProblemException {
    String object = json == null ? "{}" : json;
    String id = readId(object);
    if (id != null) {
      return new Member(id, object);
    }
    String rest = object.substring(1).strip();
    String quoted = JsonWriter.text(writer -> writer.writeString(defaultId));
    return new Member(defaultId, "{\"id\":" + quoted + (rest.equals("}") ? "" : ",") + rest);
  }

  private static @Nullable String readId(String object) throws ProblemException {
    try (JsonReader json = new JsonReader(object.getBytes(StandardCharsets.UTF_8))) {
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
