package io.broadcasty.wire;

import com.fasterxml.jackson.core.JsonToken;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Parses what clients and back ends of the Pusher protocol send. Fields that it does not know are
 * ignored, since the libraries of later versions send some. Pure.
 */
public final class PusherReader {

  /** The most characters of an event's name. */
  public static final int MAX_EVENT = 200;

  /** The most channels of one event. */
  public static final int MAX_CHANNELS = 100;

  /** The most events of one batch. */
  public static final int MAX_BATCH = 10;

  private static final String CLIENT_PREFIX = "client-";
  private static final Pattern SOCKET_ID = Pattern.compile("[0-9]{1,20}\\.[0-9]{1,20}");
  private static final Pattern USER_ID = Pattern.compile("[A-Za-z0-9_\\-=@,.;]{1,128}");
  private static final int MAX_AUTH = 1000;
  private static final int MAX_SIGNED = 16 * 1024;
  private static final int MAX_ROLES = 100;
  private static final int MAX_LISTED = 10_000;

  private PusherReader() {}

  /**
   * An event of a back end.
   *
   * @param channels names in the Pusher protocol, not validated yet
   * @param data the event's data
   * @param socketId the connection that does not get it; null for none
   * @param info attributes of the channels to be answered
   */
  public record Event(
      String name,
      List<String> channels,
      String data,
      @Nullable String socketId,
      Set<String> info) {

    /** Omits the data. */
    @Override
    public String toString() {
      return "Event" + channels;
    }
  }

  /**
   * Who signs in.
   *
   * @param id the user's id
   * @param info JSON text of an object that others see
   * @param roles null when none were signed
   * @param watchlist the users whose presence the client wants to know, perhaps more than allowed
   */
  public record User(String id, String info, @Nullable Set<String> roles, List<String> watchlist) {}

  /**
   * Who joins a channel.
   *
   * @param id the member's id
   * @param info JSON text of an object
   * @param roles null when none were signed
   */
  public record Participant(String id, String info, @Nullable Set<String> roles) {}

  /**
   * Parses a client's message.
   *
   * @throws ProblemException when it is no event of the protocol
   */
  public static PusherCommand command(String text) throws ProblemException {
    Fields frame = fields(text, "the message", MAX_EVENT);
    String event = frame.text("event", MAX_EVENT);
    if (event.startsWith(CLIENT_PREFIX)) {
      String data = frame.strings.get("data");
      return new PusherCommand.ClientEvent(
          event,
          frame.text("channel", Integer.MAX_VALUE),
          data == null ? frame.json.getOrDefault("data", "null") : PusherData.payload(data));
    }
    return switch (event) {
      case "pusher:ping" -> new PusherCommand.Ping();
      case "pusher:pong" -> new PusherCommand.Pong();
      case "pusher:subscribe" -> {
        Fields data = frame.object("data");
        String auth = data.strings.getOrDefault("auth", "");
        yield new PusherCommand.Subscribe(
            data.text("channel", Integer.MAX_VALUE),
            auth.length() > MAX_AUTH ? "" : auth,
            data.strings.containsKey("channel_data")
                ? data.text("channel_data", MAX_SIGNED)
                : null);
      }
      case "pusher:unsubscribe" ->
          new PusherCommand.Unsubscribe(frame.object("data").text("channel", Integer.MAX_VALUE));
      case "pusher:signin" -> {
        Fields data = frame.object("data");
        yield new PusherCommand.Signin(
            data.text("auth", MAX_AUTH), data.text("user_data", MAX_SIGNED));
      }
      default ->
          throw new ProblemException(
              Code.UNKNOWN_COMMAND,
              "there is no event `" + PublishReader.abbreviate(event) + "` that clients may send");
    };
  }

  /** Parses the body of an event. */
  public static Event event(byte[] body, int maxDataBytes) throws ProblemException {
    try (JsonReader json = new JsonReader(body)) {
      JsonReader.requireObject(json.next(), "the body");
      Event event = event(json, maxDataBytes);
      json.requireEnd();
      return event;
    }
  }

  /** Parses the body of a batch. */
  public static List<Event> batch(byte[] body, int maxDataBytes) throws ProblemException {
    try (JsonReader json = new JsonReader(body)) {
      JsonReader.requireObject(json.next(), "the body");
      List<Event> events = null;
      for (String field = json.nextField(); field != null; field = json.nextField()) {
        if (!field.equals("batch")) {
          json.skip();
          continue;
        }
        json.requireArray(field);
        events = new ArrayList<>();
        while (json.next() != JsonToken.END_ARRAY) {
          JsonReader.requireRoom(events.size() + 1, MAX_BATCH, field);
          JsonReader.requireObject(json.current(), "each element of `batch`");
          Event event = event(json, maxDataBytes);
          if (event.channels().size() != 1) {
            throw new ProblemException(
                Code.INVALID_REQUEST, "each element of `batch` must have one `channel`");
          }
          events.add(event);
        }
      }
      json.requireEnd();
      if (events == null || events.isEmpty()) {
        throw missing("batch");
      }
      return events;
    }
  }

  /** Parses who signs in: {@code {"id": …, "watchlist"?: […]}}. */
  public static User user(String text) throws ProblemException {
    try (JsonReader json = new JsonReader(text.getBytes(StandardCharsets.UTF_8))) {
      JsonReader.requireObject(json.next(), "`user_data`");
      String id = null;
      String info = "{}";
      Set<String> roles = null;
      List<String> watchlist = new ArrayList<>();
      for (String field = json.nextField(); field != null; field = json.nextField()) {
        if (field.equals("id")) {
          id = json.text(field, Integer.MAX_VALUE);
        } else if (field.equals("user_info") && json.current() == JsonToken.START_OBJECT) {
          info = json.rawValue();
        } else if (field.equals("roles")) {
          roles = new TreeSet<>(texts(json, field, MAX_ROLES));
        } else if (field.equals("watchlist") && json.current() == JsonToken.START_ARRAY) {
          watchlist = texts(json, field, MAX_LISTED);
        } else {
          json.skip();
        }
      }
      json.requireEnd();
      return new User(userId(id, "id"), info, roles, watchlist);
    }
  }

  /** Parses who joins a channel: {@code {"user_id": …, "user_info"?: {…}}}. */
  public static Participant participant(String text) throws ProblemException {
    try (JsonReader json = new JsonReader(text.getBytes(StandardCharsets.UTF_8))) {
      JsonReader.requireObject(json.next(), "`channel_data`");
      String id = null;
      String info = "{}";
      Set<String> roles = null;
      for (String field = json.nextField(); field != null; field = json.nextField()) {
        if (field.equals("user_id") && json.current() == JsonToken.VALUE_NUMBER_INT) {
          id = json.rawValue();
        } else if (field.equals("user_id")) {
          id = json.text(field, Integer.MAX_VALUE);
        } else if (field.equals("user_info") && json.current() != JsonToken.VALUE_NULL) {
          JsonReader.requireObject(json.current(), "`user_info`");
          info = json.rawValue();
        } else if (field.equals("roles")) {
          roles = new TreeSet<>(texts(json, field, MAX_ROLES));
        } else {
          json.skip();
        }
      }
      json.requireEnd();
      return new Participant(userId(id, "user_id"), info, roles);
    }
  }

  /**
   * Returns what clients see of a member: its {@code user_info} if that is an object, otherwise the
   * whole object.
   *
   * @param member JSON text of an object
   */
  public static String memberInfo(String member) {
    try (JsonReader json = new JsonReader(member.getBytes(StandardCharsets.UTF_8))) {
      json.next();
      for (String field = json.nextField(); field != null; field = json.nextField()) {
        if (field.equals("user_info") && json.current() == JsonToken.START_OBJECT) {
          return json.rawValue();
        }
        json.skip();
      }
      return member;
    } catch (ProblemException e) {
      return member; // a field that occurs twice
    }
  }

  /** Returns whether a text has the form of a connection's id. */
  public static boolean isSocketId(String text) {
    return SOCKET_ID.matcher(text).matches();
  }

  /** Returns whether a text has the form of a user's id. */
  public static boolean isUserId(String text) {
    return USER_ID.matcher(text).matches();
  }

  private static List<String> texts(JsonReader json, String field, int max)
      throws ProblemException {
    json.requireArray(field);
    List<String> texts = new ArrayList<>();
    while (json.next() != JsonToken.END_ARRAY) {
      JsonReader.requireRoom(texts.size() + 1, max, field);
      String text = json.text(field, MAX_EVENT);
      if (text != null) {
        texts.add(text);
      }
    }
    return texts;
  }

  /** Returns the fields of an object that are strings. */
  public static Map<String, String> texts(byte[] body) throws ProblemException {
    return fields(new String(body, StandardCharsets.UTF_8), "the body", MAX_EVENT).strings;
  }

  private static String userId(@Nullable String id, String field) throws ProblemException {
    if (id == null || !isUserId(id)) {
      throw new ProblemException(
          Code.INVALID_REQUEST,
          "`" + field + "` must be 1 to 128 characters out of A-Z a-z 0-9 _ - = @ , . ;");
    }
    return id;
  }

  private static Event event(JsonReader json, int maxDataBytes) throws ProblemException {
    String name = null;
    String data = null;
    String socketId = null;
    List<String> channels = new ArrayList<>();
    Set<String> info = new TreeSet<>();
    for (String field = json.nextField(); field != null; field = json.nextField()) {
      switch (field) {
        case "name" -> name = json.text(field, MAX_EVENT);
        case "data" -> data = json.text(field, Integer.MAX_VALUE);
        case "channel" -> add(channels, json.text(field, Integer.MAX_VALUE), field);
        case "channels" -> {
          json.requireArray(field);
          while (json.next() != JsonToken.END_ARRAY) {
            JsonReader.requireRoom(channels.size() + 1, MAX_CHANNELS, field);
            add(channels, json.text(field, Integer.MAX_VALUE), field);
          }
        }
        case "socket_id" -> socketId = json.text(field, MAX_EVENT);
        case "info" -> info = info(json.text(field, MAX_EVENT));
        default -> json.skip();
      }
    }
    check(name, data, channels, socketId, maxDataBytes);
    return new Event(
        java.util.Objects.requireNonNull(name),
        channels,
        java.util.Objects.requireNonNull(data),
        socketId,
        info);
  }

  private static void add(List<String> channels, @Nullable String channel, String field)
      throws ProblemException {
    if (channel == null) {
      throw missing(field);
    }
    if (!channels.contains(channel)) {
      channels.add(channel);
    }
  }

  private static void check(
      @Nullable String name,
      @Nullable String data,
      List<String> channels,
      @Nullable String socketId,
      int maxDataBytes)
      throws ProblemException {
    if (name == null || name.isEmpty()) {
      throw missing("name");
    }
    if (isReserved(name)) {
      throw new ProblemException(
          Code.INVALID_REQUEST, "names of events that begin with `pusher` are reserved");
    }
    if (data == null) {
      throw missing("data");
    }
    if (channels.isEmpty()) {
      throw missing("channels");
    }
    if (socketId != null && !isSocketId(socketId)) {
      throw new ProblemException(
          Code.INVALID_REQUEST, "`socket_id` must be two numbers with a dot between");
    }
    if (data.getBytes(StandardCharsets.UTF_8).length > maxDataBytes) {
      throw new ProblemException(
          Code.PAYLOAD_TOO_LARGE, "`data` may have at most " + maxDataBytes + " bytes");
    }
  }

  /** Returns whether only the server may send events of a name. */
  public static boolean isReserved(String event) {
    return event.startsWith("pusher:") || event.startsWith("pusher_internal:");
  }

  /** Returns the attributes in a list with commas. */
  public static Set<String> info(@Nullable String list) {
    Set<String> info = new TreeSet<>();
    for (String each : list == null ? new String[0] : list.split(",", -1)) {
      if (!each.isBlank()) {
        info.add(each.strip());
      }
    }
    return info;
  }

  private static ProblemException missing(String field) {
    return new ProblemException(Code.INVALID_REQUEST, "`" + field + "` is missing");
  }

  private static Fields fields(String text, String what, int maxField) throws ProblemException {
    Fields fields = new Fields();
    try (JsonReader json = new JsonReader(text.getBytes(StandardCharsets.UTF_8))) {
      JsonReader.requireObject(json.next(), what);
      for (String field = json.nextField(); field != null; field = json.nextField()) {
        if (field.length() > maxField) {
          json.skip();
        } else if (json.current() == JsonToken.VALUE_STRING) {
          String value = json.text(field, Integer.MAX_VALUE);
          if (value != null) {
            fields.strings.put(field, value);
          }
        } else {
          fields.json.put(field, json.rawValue());
        }
      }
      json.requireEnd();
    }
    return fields;
  }

  /** The fields of an object: strings decoded, all others as JSON text. */
  private static final class Fields {
    final Map<String, String> strings = new HashMap<>();
    final Map<String, String> json = new HashMap<>();

    String text(String field, int maxLength) throws ProblemException {
      String text = strings.get(field);
      if (text == null) {
        throw new ProblemException(
            Code.INVALID_REQUEST, "`" + field + "` is missing, or is not a string");
      }
      if (text.length() > maxLength) {
        throw new ProblemException(
            Code.INVALID_REQUEST, "`" + field + "` may have at most " + maxLength + " characters");
      }
      return text;
    }

    /** Returns the fields of an object, which may also be sent as a string of JSON. */
    Fields object(String field) throws ProblemException {
      String text = strings.getOrDefault(field, json.getOrDefault(field, ""));
      return fields(text, "`" + field + "`", MAX_EVENT);
    }
  }
}
