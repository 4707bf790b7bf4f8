package io.broadcasty.wire;

import com.fasterxml.jackson.core.JsonToken;
import com.google.errorprone.annotations.ThreadSafe;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Parses the bodies of requests about webhooks. Pure. */
@ThreadSafe
public final class WebhookRequestReader {

  private static final int MAX_TEXT = 2048;
  private static final int MAX_EVENTS = 100;

  private WebhookRequestReader() {}

  /**
   * An endpoint, or a change of one; null for fields that are missing.
   *
   * @param events the names of events
   */
  public record Endpoint(
      @Nullable String tenant,
      @Nullable String url,
      @Nullable String description,
      @Nullable String format,
      @Nullable String app,
      @Nullable String secret,
      @Nullable List<String> events,
      @Nullable String channels,
      @Nullable Long ratePerSecond,
      @Nullable String state) {

    /** Omits the URL and the secret. */
    @Override
    public String toString() {
      return "Endpoint";
    }
  }

  /**
   * Parses {@code {"tenant"?, "url", "description"?, "format"?, "app"?, "secret"?, "events"?:
   * [text], "channels"?, "ratePerSecond"?}}.
   *
   * @throws ProblemException when it does not have that form
   */
  public static Endpoint readCreate(byte[] utf8) throws ProblemException {
    Endpoint read = read(utf8, true);
    if (read.url() == null) {
      throw new ProblemException(Code.INVALID_REQUEST, "`url` is missing");
    }
    return read;
  }

  /**
   * Parses {@code {"url"?, "description"?, "events"?: [text], "channels"?, "ratePerSecond"?,
   * "state"?}}, at least one of them.
   *
   * @throws ProblemException when it does not have that form
   */
  public static Endpoint readUpdate(byte[] utf8) throws ProblemException {
    Endpoint read = read(utf8, false);
    if (read.equals(new Endpoint(null, null, null, null, null, null, null, null, null, null))) {
      throw new ProblemException(
          Code.INVALID_REQUEST,
          "name what is to change: `url`, `description`, `events`, `channels`, `ratePerSecond` or"
              + " `state`");
    }
    return read;
  }

  private static Endpoint read(byte[] utf8, boolean creation) throws ProblemException {
    String known =
        creation
            ? "`tenant`, `url`, `description`, `format`, `app`, `secret`, `events`, `channels` and"
                + " `ratePerSecond`"
            : "`url`, `description`, `events`, `channels`, `ratePerSecond` and `state`";
    try (JsonReader json = new JsonReader(utf8)) {
      JsonReader.requireObject(json.next(), "the body");
      String tenant = null;
      String url = null;
      String description = null;
      String format = null;
      String app = null;
      String secret = null;
      List<String> events = null;
      String channels = null;
      Long rate = null;
      String state = null;
      for (String field = json.nextField(); field != null; field = json.nextField()) {
        switch (creation == isOfCreation(field) || isOfBoth(field) ? field : "") {
          case "tenant" -> tenant = json.text(field, MAX_TEXT);
          case "url" -> url = json.text(field, MAX_TEXT);
          case "description" -> description = json.text(field, MAX_TEXT);
          case "format" -> format = json.text(field, MAX_TEXT);
          case "app" -> app = json.text(field, MAX_TEXT);
          case "secret" -> secret = json.text(field, MAX_TEXT);
          case "events" -> events = texts(json, field);
          case "channels" -> channels = json.text(field, MAX_TEXT);
          case "ratePerSecond" -> rate = json.number(field, 0, Integer.MAX_VALUE);
          case "state" -> state = json.text(field, MAX_TEXT);
          default -> throw JsonReader.unknown(field, known);
        }
      }
      json.requireEnd();
      return new Endpoint(
          tenant, url, description, format, app, secret, events, channels, rate, state);
    }
  }

  private static boolean isOfCreation(String field) {
    return switch (field) {
      case "tenant", "format", "app", "secret" -> true;
      default -> false;
    };
  }

  private static boolean isOfBoth(String field) {
    return !isOfCreation(field) && !field.equals("state");
  }

  private static List<String> texts(JsonReader json, String field) throws ProblemException {
    json.requireArray(field);
    List<String> texts = new ArrayList<>();
    for (JsonToken next = json.next(); next != JsonToken.END_ARRAY; next = json.next()) {
      if (next != JsonToken.VALUE_STRING) {
        throw new ProblemException(
            Code.INVALID_REQUEST, "each of `" + field + "` must be a string");
      }
      texts.add(String.valueOf(json.text(field, MAX_TEXT)));
      JsonReader.requireRoom(texts.size(), MAX_EVENTS, field);
    }
    return texts;
  }

  /**
   * Which messages are sent again.
   *
   * @param since a time as ISO 8601 has it
   * @param state null for any
   */
  public record Resend(String since, @Nullable String state) {}

  /**
   * Parses {@code {"since", "state"?}}.
   *
   * @throws ProblemException when it does not have that form
   */
  public static Resend readResend(byte[] utf8) throws ProblemException {
    try (JsonReader json = new JsonReader(utf8)) {
      JsonReader.requireObject(json.next(), "the body");
      String since = null;
      String state = null;
      for (String field = json.nextField(); field != null; field = json.nextField()) {
        switch (field) {
          case "since" -> since = json.text(field, MAX_TEXT);
          case "state" -> state = json.text(field, MAX_TEXT);
          default -> throw JsonReader.unknown(field, "`since` and `state`");
        }
      }
      json.requireEnd();
      if (since == null) {
        throw new ProblemException(Code.INVALID_REQUEST, "`since` is missing");
      }
      return new Resend(since, state);
    }
  }
}
