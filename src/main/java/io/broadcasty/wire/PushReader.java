package io.broadcasty.wire;

import com.fasterxml.jackson.core.JsonToken;
import com.google.errorprone.annotations.ThreadSafe;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Parses push requests. Pure. */
@ThreadSafe
public final class PushReader {

  /** The number of devices in a page of a send's status if the client does not ask for another. */
  public static final int DEFAULT_LIMIT = 100;

  /** The most devices of a page. */
  public static final int MAX_LIMIT = 1000;

  private static final int MAX_TEXT = 200;
  private static final int MAX_TOKEN = 2048;
  private static final int MAX_TITLE = 1000;
  private static final int MAX_BODY = 4000;
  private static final int MAX_URL = 2048;

  /** URLs that would run a script, or show content of their own, when they are opened. */
  private static final Pattern SCRIPT =
      Pattern.compile("\\s*(javascript|vbscript|data)\\s*:", Pattern.CASE_INSENSITIVE);

  private static final int MAX_NAMES = 10_000;
  private static final long MAX_TTL_SECONDS = 4 * 7 * 86_400;
  private static final long DEFAULT_TTL_SECONDS = 86_400;
  private static final long MIN_AFTER_SECONDS = 2;
  private static final long MAX_AFTER_SECONDS = 3600;
  private static final String WEB_PUSH = "webpush";
  private static final Set<String> ENCODINGS = Set.of("aes128gcm", "aesgcm");

  private PushReader() {}

  /**
   * A request to register a device.
   *
   * @param service the name of a push service, not validated yet
   * @param token the endpoint, or the service's token for the device
   * @param topics names, not validated yet; null when none were given
   */
  public record Device(
      String service,
      String token,
      @Nullable String publicKey,
      @Nullable String authSecret,
      @Nullable String user,
      @Nullable String device,
      @Nullable Set<String> topics) {}

  /**
   * A request to send a notification.
   *
   * @param topics names, not validated yet
   * @param channel a name, not validated yet
   */
  public record SendRequest(
      @Nullable String id,
      Set<String> users,
      Set<String> devices,
      Set<String> topics,
      @Nullable String channel,
      NotificationContent notification) {}

  /**
   * A request to push a publication that is not delivered in time.
   *
   * @param users the addressed users; null for the followers of the channel
   */
  public record Undelivered(
      long afterSeconds, @Nullable Set<String> users, NotificationContent notification) {}

  /**
   * The content of a notification.
   *
   * @param data the text of a JSON object
   * @param urgency a name, not validated yet; null when none was given
   */
  public record NotificationContent(
      String title,
      @Nullable String body,
      @Nullable String url,
      @Nullable String data,
      long ttlSeconds,
      @Nullable String urgency,
      @Nullable String collapseKey) {}

  /**
   * Parses a browser's {@code PushSubscription}, {@code {"endpoint", "keys": {"p256dh", "auth"}}},
   * or {@code {"service", "token"}}; either with {@code user}, {@code device} and {@code topics}.
   *
   * @throws ProblemException when it does not have that form
   */
  public static Device device(byte[] utf8) throws ProblemException {
    try (JsonReader json = new JsonReader(utf8)) {
      begin(json, "with `endpoint` and `keys`, or `service` and `token`");
      DeviceFields fields = new DeviceFields();
      for (String field = json.nextField(); field != null; field = json.nextField()) {
        fields.read(field, json);
      }
      json.requireEnd();
      return fields.device();
    }
  }

  private static final class DeviceFields {
    private @Nullable String service;
    private @Nullable String token;
    private @Nullable String endpoint;
    private @Nullable String publicKey;
    private @Nullable String authSecret;
    private @Nullable String user;
    private @Nullable String device;
    private @Nullable Set<String> topics;

    void read(String field, JsonReader json) throws ProblemException {
      switch (field) {
        case "service" -> service = json.text(field, MAX_TEXT);
        case "token" -> token = nonEmptyText(field, json, MAX_TOKEN);
        case "endpoint" -> endpoint = nonEmptyText(field, json, MAX_TOKEN);
        case "expirationTime" -> json.skip(); // a browser's; the push service reports the end
        case "keys" -> keys(json);
        case "contentEncoding" -> contentEncoding(json);
        case "user" -> user = nonEmptyText(field, json, MAX_TEXT);
        case "device" -> device = nonEmptyText(field, json, MAX_TEXT);
        case "topics" -> topics = names(field, json);
        default -> throw unknown(field);
      }
    }

    /**
     * Checks an encoding that libraries store with a subscription: every browser takes aes128gcm.
     */
    private static void contentEncoding(JsonReader json) throws ProblemException {
      String encoding = json.text("contentEncoding", MAX_TEXT);
      if (encoding != null && !ENCODINGS.contains(encoding)) {
        throw invalid("`contentEncoding` must be aes128gcm, or aesgcm of older libraries");
      }
    }

    private void keys(JsonReader json) throws ProblemException {
      object("keys", json, "{\"p256dh\": …, \"auth\": …}");
      for (String field = json.nextField(); field != null; field = json.nextField()) {
        switch (field) {
          case "p256dh" -> publicKey = nonEmptyText(field, json, MAX_TEXT);
          case "auth" -> authSecret = nonEmptyText(field, json, MAX_TEXT / 2);
          default -> json.skip();
        }
      }
    }

    Device device() throws ProblemException {
      String kind = service == null && endpoint != null ? WEB_PUSH : service;
      if (kind == null) {
        throw invalid(
            "`endpoint` is missing, or `service` and `token`; the service is webpush, fcm, apns or"
                + " onesignal");
      }
      boolean web = kind.equals(WEB_PUSH);
      String address = web ? endpoint : token;
      if (address == null) {
        throw invalid(web ? "`endpoint` is missing" : "`token` is missing");
      }
      if (web && (publicKey == null || authSecret == null)) {
        throw invalid(
            "`keys.p256dh` and `keys.auth` are needed; send the browser's PushSubscription as it"
                + " is");
      }
      return new Device(
          kind, address, web ? publicKey : null, web ? authSecret : null, user, device, topics);
    }
  }

  /**
   * Parses {@code {"id"?, "to": {"users"?, "devices"?, "topics"?, "channel"?}, "notification":
   * {"title", …}}}.
   *
   * @throws ProblemException when it does not have that form
   */
  public static SendRequest sendRequest(byte[] utf8) throws ProblemException {
    try (JsonReader json = new JsonReader(utf8)) {
      begin(json, "with `to` and `notification`");
      SendRequestFields fields = new SendRequestFields();
      for (String field = json.nextField(); field != null; field = json.nextField()) {
        switch (field) {
          case "id" -> fields.id = nonEmptyText(field, json, MAX_TEXT);
          case "to" -> fields.to(json);
          case "notification" -> fields.notification = notification(json);
          default -> throw unknown(field);
        }
      }
      json.requireEnd();
      return fields.sendRequest();
    }
  }

  private static final class SendRequestFields {
    private @Nullable String id;
    private Set<String> users = Set.of();
    private Set<String> devices = Set.of();
    private Set<String> topics = Set.of();
    private @Nullable String channel;
    private @Nullable NotificationContent notification;

    void to(JsonReader json) throws ProblemException {
      object("to", json, "{\"users\": [\"ann\"]}");
      for (String field = json.nextField(); field != null; field = json.nextField()) {
        switch (field) {
          case "users" -> users = names("to.users", json);
          case "devices" -> devices = names("to.devices", json);
          case "topics" -> topics = names("to.topics", json);
          case "channel" -> channel = json.text("to.channel", Integer.MAX_VALUE);
          default -> throw unknown("to." + field);
        }
      }
    }

    SendRequest sendRequest() throws ProblemException {
      if (notification == null) {
        throw invalid("`notification` is missing; it needs a `title`");
      }
      return new SendRequest(id, users, devices, topics, channel, notification);
    }
  }

  /**
   * Parses {@code {"after", "users"?, "notification"}}, the field {@code pushIfUndelivered} of a
   * publication.
   *
   * @throws ProblemException when it does not have that form
   */
  static Undelivered undelivered(String text) throws ProblemException {
    try (JsonReader json = new JsonReader(text.getBytes(StandardCharsets.UTF_8))) {
      json.next();
      object("pushIfUndelivered", json, "{\"after\": 10, \"notification\": {\"title\": \"Paid\"}}");
      long after = 0;
      Set<String> users = null;
      NotificationContent message = null;
      for (String field = json.nextField(); field != null; field = json.nextField()) {
        switch (field) {
          case "after" ->
              after = json.number("pushIfUndelivered.after", MIN_AFTER_SECONDS, MAX_AFTER_SECONDS);
          case "users" -> users = names("pushIfUndelivered.users", json);
          case "notification" -> message = notification(json);
          default -> throw unknown("pushIfUndelivered." + field);
        }
      }
      if (after == 0) {
        throw invalid("`pushIfUndelivered.after` is missing, a number of seconds");
      }
      if (message == null) {
        throw invalid("`pushIfUndelivered.notification` is missing; it needs a `title`");
      }
      return new Undelivered(after, users, message);
    }
  }

  private static NotificationContent notification(JsonReader json) throws ProblemException {
    NotificationFields fields = new NotificationFields();
    fields.read(json);
    return fields.content();
  }

  private static final class NotificationFields {
    private @Nullable String title;
    private @Nullable String body;
    private @Nullable String url;
    private @Nullable String data;
    private long ttlSeconds = DEFAULT_TTL_SECONDS;
    private @Nullable String urgency;
    private @Nullable String collapseKey;

    void read(JsonReader json) throws ProblemException {
      object("notification", json, "{\"title\": \"Paid\", \"body\": \"Order 17\"}");
      for (String field = json.nextField(); field != null; field = json.nextField()) {
        String name = "notification." + field;
        switch (field) {
          case "title" -> title = nonEmptyText(name, json, MAX_TITLE);
          case "body" -> body = json.text(name, MAX_BODY);
          case "url" -> url = address(name, nonEmptyText(name, json, MAX_URL));
          case "data" -> {
            object(name, json, "{\"order\": 17}");
            data = json.rawValue();
          }
          case "ttl" -> ttlSeconds = json.number(name, 0, MAX_TTL_SECONDS);
          case "urgency" -> urgency = json.text(name, MAX_TEXT);
          case "collapseKey" -> collapseKey = nonEmptyText(name, json, MAX_TEXT);
          default -> throw unknown(name);
        }
      }
    }

    private static @Nullable String address(String name, @Nullable String url)
        throws ProblemException {
      if (url != null && SCRIPT.matcher(url).lookingAt()) {
        throw invalid("`" + name + "` must be a path or an address, such as /orders/17");
      }
      return url;
    }

    NotificationContent content() throws ProblemException {
      if (title == null) {
        throw invalid("`notification.title` is missing");
      }
      return new NotificationContent(title, body, url, data, ttlSeconds, urgency, collapseKey);
    }
  }

  private static void begin(JsonReader json, String with) throws ProblemException {
    if (json.next() != JsonToken.START_OBJECT) {
      throw invalid("the body is a JSON object " + with);
    }
  }

  private static void object(String field, JsonReader json, String example)
      throws ProblemException {
    if (json.current() != JsonToken.START_OBJECT) {
      throw invalid("`" + field + "` must be an object, such as " + example);
    }
  }

  private static @Nullable String nonEmptyText(String field, JsonReader json, int maxLength)
      throws ProblemException {
    String text = json.text(field, maxLength);
    if (text != null && text.isEmpty()) {
      throw invalid("`" + field + "` is empty");
    }
    return text;
  }

  private static Set<String> names(String field, JsonReader json) throws ProblemException {
    if (json.current() != JsonToken.START_ARRAY) {
      throw invalid("`" + field + "` must be an array of strings, such as [\"ann\", \"ben\"]");
    }
    Set<String> names = new LinkedHashSet<>();
    while (json.next() != JsonToken.END_ARRAY) {
      if (json.current() == null) {
        throw new ProblemException(Code.INVALID_JSON, "the message is incomplete");
      }
      String name = nonEmptyText(field, json, MAX_TEXT);
      if (name == null) {
        throw invalid("`" + field + "` must be an array of strings, without null");
      }
      if (names.size() == MAX_NAMES) {
        throw new ProblemException(
            Code.TOO_MANY_ITEMS, "`" + field + "` has at most " + MAX_NAMES + " names");
      }
      names.add(name);
    }
    return names;
  }

  private static ProblemException unknown(String field) {
    return invalid("there is no field `" + PublishReader.abbreviate(field) + "` here");
  }

  private static ProblemException invalid(String detail) {
    return new ProblemException(Code.INVALID_REQUEST, detail);
  }
}
