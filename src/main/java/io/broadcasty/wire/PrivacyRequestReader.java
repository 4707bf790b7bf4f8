package io.broadcasty.wire;

import com.fasterxml.jackson.core.JsonToken;
import com.google.errorprone.annotations.ThreadSafe;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Parses the bodies of requests to export or erase the data of a user. Pure. */
@ThreadSafe
public final class PrivacyRequestReader {

  private static final int MAX_TEXT = 201;

  private PrivacyRequestReader() {}

  /**
   * A request.
   *
   * @param tenant null for the caller's own
   * @param channels channels, or patterns that end in {@code *}, as they were given
   */
  public record Request(@Nullable String tenant, List<String> channels) {
    public Request {
      channels = List.copyOf(channels);
    }
  }

  /**
   * Parses {@code {"tenant"?, "channels"?: [text]}}; an empty body is an empty object.
   *
   * @param maxChannels the most channels
   * @throws ProblemException when it is not valid; unknown fields are rejected
   */
  public static Request read(byte[] utf8, int maxChannels) throws ProblemException {
    String tenant = null;
    List<String> channels = new ArrayList<>();
    if (utf8.length == 0) {
      return new Request(null, channels);
    }
    try (JsonReader json = new JsonReader(utf8)) {
      JsonReader.requireObject(json.next(), "the body");
      for (String field = json.nextField(); field != null; field = json.nextField()) {
        switch (field) {
          case "tenant" -> tenant = json.text(field, MAX_TEXT);
          case "channels" -> readChannels(json, channels, maxChannels);
          default -> throw JsonReader.unknown(field, "`tenant` and `channels`");
        }
      }
      json.requireEnd();
    }
    return new Request(tenant, channels);
  }

  private static void readChannels(JsonReader json, List<String> channels, int max)
      throws ProblemException {
    json.requireArray("channels");
    for (JsonToken next = json.next(); next != JsonToken.END_ARRAY; next = json.next()) {
      JsonReader.requireRoom(channels.size() + 1, max, "channels");
      String channel = json.text("channels", MAX_TEXT);
      if (channel == null) {
        throw new ProblemException(Code.INVALID_REQUEST, "`channels` must be names or patterns");
      }
      channels.add(channel);
    }
  }
}
