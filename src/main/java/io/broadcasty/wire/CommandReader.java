package io.broadcasty.wire;

import com.fasterxml.jackson.core.JsonToken;
import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.InvalidChannelException;
import io.broadcasty.core.tenant.PublishCaps;
import io.broadcasty.streams.broker.Position;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Parses a client's frame: one command, or an array of commands. Pure. */
@ThreadSafe
public final class CommandReader {

  private static final int MAX_COMMANDS = 100;
  private static final int MAX_TOKEN = 65_536;
  private static final int MAX_ID = 64;
  private static final int MAX_EPOCH = 32;
  static final int MAX_PARTITION = 1023;
  private static final int MAX_POSITIONS = 10_000;

  private final PublishReader publications;

  public CommandReader(PublishReader publications) {
    this.publications = publications;
  }

  /**
   * A command with its id.
   *
   * @param id JSON text of the id, to be returned unchanged; null when the client gave none
   */
  public record IdentifiedCommand(@Nullable String id, Command command) {}

  /**
   * A frame of one or more commands.
   *
   * @param batch whether it was an array, so that the replies are sent as one
   */
  public record Frame(boolean batch, List<IdentifiedCommand> commands) {}

  /**
   * Parses a frame.
   *
   * @param caps of the caller's tenant; the defaults as long as the connection is not authenticated
   * @throws ProblemException when it is not JSON, neither object nor array, or has too many
   *     commands
   */
  public Frame read(String text, PublishCaps caps) throws ProblemException {
    try (JsonReader json = new JsonReader(text.getBytes(StandardCharsets.UTF_8))) {
      JsonToken start = json.next();
      List<IdentifiedCommand> commands = new ArrayList<>();
      if (start == JsonToken.START_ARRAY) {
        while (json.next() != JsonToken.END_ARRAY) {
          if (commands.size() == MAX_COMMANDS) {
            throw new ProblemException(
                Code.TOO_MANY_ITEMS,
                "a frame has at most " + MAX_COMMANDS + " commands; send several frames");
          }
          commands.add(readCommand(json, caps));
        }
      } else {
        commands.add(readCommand(json, caps));
      }
      json.requireEnd();
      return new Frame(start == JsonToken.START_ARRAY, commands);
    }
  }

  private IdentifiedCommand readCommand(JsonReader json, PublishCaps caps) throws ProblemException {
    if (json.current() != JsonToken.START_OBJECT) {
      if (json.current() == null) {
        throw new ProblemException(Code.INVALID_JSON, "the frame is empty");
      }
      json.skip();
      return new IdentifiedCommand(
          null, malformed("a command is a JSON object with `id` and `command`"));
    }
    CommandFields draft = new CommandFields();
    JsonReader.RepeatedField repeated = field -> draft.fault(JsonReader.repeated(field));
    for (String field = json.nextField(repeated); field != null; field = json.nextField(repeated)) {
      try {
        draft.read(field, json);
      } catch (ProblemException e) {
        if (e.problem().code() == Code.INVALID_JSON) {
          throw e;
        }
        draft.fault(e.problem());
        json.skip();
      }
    }
    Command command = draft.command(publications, caps);
    if (command instanceof Command.Malformed malformed && draft.isIdentifiedPublish()) {
      command = new Command.InvalidPublish(malformed.problem());
    }
    return new IdentifiedCommand(draft.idText, command);
  }

  private static Command malformed(String detail) {
    return new Command.Malformed(Problem.of(Code.INVALID_REQUEST, detail));
  }

  /**
   * The fields of a command as they are read, in any order. {@code id} is the command's id, so a
   * publication's own id is {@code publicationId}.
   */
  private static final class CommandFields {
    private final PublishReader.Fields publication = new PublishReader.Fields("publicationId");
    private @Nullable String idText;
    private @Nullable String name;
    private @Nullable String token;
    private @Nullable List<SincePosition> since;
    private @Nullable Long fromSequence;
    private @Nullable Long last;
    private @Nullable String member;
    private @Nullable String after;
    private int limit = MemberReader.DEFAULT_LIMIT;
    private @Nullable String unknownField;
    private @Nullable Problem fault;

    void read(String field, JsonReader json) throws ProblemException {
      switch (field) {
        case "id" -> idText = readId(json);
        case "command" -> name = json.text(field, MAX_ID);
        case "token" -> token = json.text(field, MAX_TOKEN);
        case "since" -> since = readPositions(json);
        case "fromSequence" -> fromSequence = json.number(field, 0, Long.MAX_VALUE);
        case "last" -> last = json.number(field, 1, Since.Last.MAX);
        case "member" -> member = MemberReader.readObject(json);
        case "after" -> after = json.text(field, MemberReader.MAX_ID);
        case "limit" -> limit = (int) json.number(field, 1, MemberReader.MAX_LIMIT);
        case "publicationId" -> publication.readId(json);
        case "pushIfUndelivered" -> publication.readPush(json);
        default -> {
          if (!publication.read(field, json)) {
            unknownField = PublishReader.abbreviate(field);
            json.skip();
          }
        }
      }
    }

    void fault(Problem problem) {
      if (fault == null) {
        fault = problem;
      }
    }

    boolean isIdentifiedPublish() {
      return idText != null && "publish".equals(name);
    }

    Command command(PublishReader publications, PublishCaps caps) {
      if (fault != null) {
        return new Command.Malformed(fault);
      }
      if (idText == null) {
        return malformed("`id` is missing; give each command a number or a string of its own");
      }
      if (name == null) {
        return malformed("`command` is missing");
      }
      if (unknownField != null) {
        return malformed("there is no field `" + unknownField + "` in a command");
      }
      return switch (name) {
        case "connect" -> token == null ? missing("token") : new Command.Connect(token);
        case "refresh" -> token == null ? missing("token") : new Command.Refresh(token);
        case "subscribe" -> subscribe();
        case "unsubscribe" -> ofChannel(Command.Unsubscribe::new);
        case "join" -> ofChannel(channel -> new Command.Join(channel, member));
        case "leave" -> ofChannel(Command.Leave::new);
        case "presence" -> ofChannel(Command.Presence::new);
        case "members" -> ofChannel(channel -> new Command.Members(channel, after, limit));
        case "publish" -> publish(publications, caps);
        case "ping" -> new Command.Ping();
        default ->
            new Command.Malformed(
                Problem.of(
                    Code.UNKNOWN_COMMAND,
                    "there is no command `"
                        + PublishReader.abbreviate(name)
                        + "`; known are connect, subscribe, unsubscribe, publish, join, leave,"
                        + " presence, members, refresh and ping"));
      };
    }

    private Command publish(PublishReader publications, PublishCaps caps) {
      PublishReader.Item item = publications.item(publication, caps);
      return item.request() != null
          ? new Command.Publish(item.request(), item.push())
          : new Command.Malformed(java.util.Objects.requireNonNull(item.problem()));
    }

    private Command ofChannel(Function<String, Command> command) {
      if (publication.fault != null) {
        return new Command.Malformed(publication.fault);
      }
      return publication.channel == null ? missing("channel") : command.apply(publication.channel);
    }

    private Command subscribe() {
      String channel = publication.channel;
      if (publication.fault != null) {
        return new Command.Malformed(publication.fault);
      }
      if (channel == null) {
        return missing("channel");
      }
      int starts =
          (since == null ? 0 : 1) + (fromSequence == null ? 0 : 1) + (last == null ? 0 : 1);
      if (starts > 1) {
        return malformed("give one of `since`, `fromSequence` and `last`, not several");
      }
      if (since != null) {
        return sinceCommand(channel, since);
      }
      if (last != null) {
        return new Command.Subscribe(channel, new Since.Last(last.intValue()));
      }
      return new Command.Subscribe(
          channel, fromSequence == null ? new Since.Live() : new Since.FromSequence(fromSequence));
    }

    private static Command sinceCommand(String channel, List<SincePosition> since) {
      Map<ChannelName, List<Position>> positions = new HashMap<>();
      try {
        for (SincePosition s : since) {
          if (s.channel == null && ChannelPattern.isPattern(channel)) {
            return malformed("to resume a pattern, each position in `since` needs its `channel`");
          }
          ChannelName name = new ChannelName(s.channel == null ? channel : s.channel);
          positions.computeIfAbsent(name, n -> new ArrayList<>()).add(s.position);
        }
      } catch (InvalidChannelException e) {
        return new Command.Malformed(
            Problem.of(Code.INVALID_CHANNEL, "in `since`: " + e.getMessage()));
      }
      return new Command.Subscribe(channel, new Since.After(positions));
    }

    private static Command missing(String field) {
      return malformed("`" + field + "` is missing");
    }
  }

  private record SincePosition(@Nullable String channel, Position position) {}

  private static String readId(JsonReader json) throws ProblemException {
    if (json.current() == JsonToken.VALUE_STRING) {
      json.text("id", MAX_ID);
      return json.rawValue();
    }
    if (json.current() != JsonToken.VALUE_NUMBER_INT) {
      throw new ProblemException(
          Code.INVALID_REQUEST, "`id` must be a whole number, 0 or more, or a string");
    }
    json.number("id", 0, Long.MAX_VALUE);
    return json.rawValue();
  }

  private static List<SincePosition> readPositions(JsonReader json) throws ProblemException {
    if (json.current() != JsonToken.START_ARRAY) {
      throw new ProblemException(Code.INVALID_REQUEST, "`since` must be an array of positions");
    }
    List<SincePosition> positions = new ArrayList<>();
    ProblemException fault = null;
    while (json.next() != JsonToken.END_ARRAY) {
      if (json.current() == null) {
        throw new ProblemException(Code.INVALID_JSON, "the message is incomplete");
      }
      try {
        if (fault == null) {
          positions.add(readPosition(json));
        } else {
          json.skip();
        }
      } catch (ProblemException e) {
        if (e.problem().code() == Code.INVALID_JSON) {
          throw e;
        }
        fault = e;
      }
    }
    if (positions.size() > MAX_POSITIONS) {
      throw new ProblemException(
          Code.INVALID_REQUEST, "`since` has more than " + MAX_POSITIONS + " positions");
    }
    if (fault != null) {
      throw fault;
    }
    return positions;
  }

  private static SincePosition readPosition(JsonReader json) throws ProblemException {
    if (json.current() != JsonToken.START_OBJECT) {
      json.skip();
      throw invalidPosition();
    }
    String channel = null;
    String epoch = null;
    long partition = 0;
    long sequence = -1;
    List<String> repeated = new ArrayList<>();
    ProblemException fault = null;
    for (String field = json.nextField(repeated::add);
        field != null;
        field = json.nextField(repeated::add)) {
      try {
        switch (field) {
          case "channel" -> channel = json.text(field, Integer.MAX_VALUE); // checked as a name
          case "epoch" -> epoch = json.text(field, MAX_EPOCH);
          case "partition" -> partition = json.number(field, 0, MAX_PARTITION);
          case "sequence" -> sequence = json.number(field, 0, Long.MAX_VALUE);
          default -> json.skip();
        }
      } catch (ProblemException e) {
        if (e.problem().code() == Code.INVALID_JSON) {
          throw e;
        }
        json.skip();
        fault = e;
      }
    }
    if (fault != null) {
      throw fault;
    }
    if (!repeated.isEmpty()) {
      throw new ProblemException(JsonReader.repeated(repeated.get(0)));
    }
    if (epoch == null || epoch.isEmpty() || sequence < 0) {
      throw invalidPosition();
    }
    return new SincePosition(channel, new Position(epoch, (int) partition, sequence));
  }

  private static ProblemException invalidPosition() {
    return new ProblemException(
        Code.INVALID_REQUEST,
        "a position in `since` is an object with `epoch`, `partition` and `sequence`");
  }
}
