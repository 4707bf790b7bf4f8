package io.broadcasty.wire;

import com.fasterxml.jackson.core.JsonToken;
import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.InvalidChannelException;
import io.broadcasty.core.tenant.PublishCaps;
import io.broadcasty.streams.broker.Headers;
import io.broadcasty.streams.broker.Message;
import io.broadcasty.streams.broker.Origin;
import io.broadcasty.streams.broker.PublishRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Parses the body of a publish request: one object, or an array of objects. Pure. */
@ThreadSafe
public final class PublishReader {

  private static final int MAX_TEXT = 200;
  private static final int MAX_SESSION = 64;

  /** Stands in a publication's {@code exceptSession} for the connection that publishes it. */
  public static final String THIS_SESSION = "";

  /**
   * An item of a request: what to publish, or what is wrong with it. Exactly one of the two is set.
   *
   * @param push what to push if the publication is not delivered; null for nothing
   */
  public record Item(
      @Nullable PublishRequest request,
      @Nullable Problem problem,
      PushReader.@Nullable Undelivered push) {}

  /**
   * A publish request.
   *
   * @param batch whether it was an array, so that the response is one
   */
  public record Request(boolean batch, List<Item> items) {}

  /**
   * Parses a body.
   *
   * @param caps of the caller's tenant
   * @throws ProblemException when it is not JSON, neither object nor array, or has too many items;
   *     the problem of a single item is in its place
   */
  public Request read(byte[] utf8, PublishCaps caps) throws ProblemException {
    try (JsonReader json = new JsonReader(utf8)) {
      JsonToken start = json.next();
      List<Item> items = new ArrayList<>();
      if (start == JsonToken.START_ARRAY) {
        while (json.next() != JsonToken.END_ARRAY) {
          if (items.size() == caps.maxBatch()) {
            throw new ProblemException(
                Code.TOO_MANY_ITEMS,
                "a batch has at most " + caps.maxBatch() + " items; send several batches");
          }
          items.add(readItem(json, caps));
        }
        if (items.isEmpty()) {
          throw new ProblemException(Code.INVALID_REQUEST, "the batch is empty");
        }
      } else {
        items.add(readItem(json, caps));
      }
      json.requireEnd();
      return new Request(start == JsonToken.START_ARRAY, items);
    }
  }

  private Item readItem(JsonReader json, PublishCaps caps) throws ProblemException {
    if (json.current() == null) {
      throw new ProblemException(Code.INVALID_JSON, "the body is empty; send a JSON object");
    }
    if (json.current() != JsonToken.START_OBJECT) {
      json.skip();
      return problem(
          Problem.of(
              Code.INVALID_REQUEST, "a publication is a JSON object with `channel` and `payload`"));
    }
    Fields fields = new Fields("id");
    JsonReader.RepeatedField repeated = name -> fields.fault(JsonReader.repeated(name));
    for (String name = json.nextField(repeated); name != null; name = json.nextField(repeated)) {
      if (name.equals("pushIfUndelivered")) {
        fields.readPush(json);
      } else if (!fields.read(name, json)) {
        json.skip();
        fields.fault("there is no field `" + abbreviate(name) + "` in a publication");
      }
    }
    if (THIS_SESSION.equals(fields.exceptSession)) {
      fields.fault("over HTTP `toOthers` is the `session` of the connection to leave out");
    }
    return item(fields, caps);
  }

  /** Creates the item from the fields read; also used for the publish command on a connection. */
  Item item(Fields fields, PublishCaps caps) {
    if (fields.fault != null) {
      return problem(fields.fault);
    }
    if (fields.channel == null) {
      return problem(Problem.of(Code.INVALID_REQUEST, "`channel` is missing"));
    }
    if (fields.payload == null) {
      return problem(
          Problem.of(
              Code.INVALID_REQUEST, "`payload` is missing; any JSON value will do, null too"));
    }
    int bytes = fields.payloadBytes + fields.metaBytes;
    if (bytes > caps.maxPayloadBytes()) {
      return problem(
          Problem.of(
              Code.PAYLOAD_TOO_LARGE,
              "`payload` and `meta` have "
                  + bytes
                  + " bytes; at most "
                  + caps.maxPayloadBytes()
                  + " are allowed"));
    }
    if (fields.push != null && fields.id == null) {
      return problem(
          Problem.of(
              Code.INVALID_REQUEST,
              "`pushIfUndelivered` needs `"
                  + fields.idField
                  + "` too, so that a repetition neither publishes nor pushes twice"));
    }
    if (fields.push != null && fields.ephemeral) {
      return problem(
          Problem.of(
              Code.INVALID_REQUEST,
              "`pushIfUndelivered` is not possible with `store` false: what is not kept is not"
                  + " delivered later either"));
    }
    if (fields.compactionKey != null && fields.ephemeral) {
      return problem(
          Problem.of(
              Code.INVALID_REQUEST,
              "`compactionKey` is not possible with `store` false: what is not kept replaces"
                  + " nothing"));
    }
    if (ChannelPattern.isPattern(fields.channel)) {
      return problem(
          Problem.of(Code.INVALID_CHANNEL, "a pattern can be subscribed to, but not published to"));
    }
    try {
      return new Item(
          new PublishRequest(
              new ChannelName(fields.channel),
              fields.id,
              fields.partitionKey == null ? fields.compactionKey : fields.partitionKey,
              new Message(
                  fields.payload,
                  fields.meta,
                  fields.event,
                  fields.correlationId,
                  fields.replyTo,
                  fields.headers,
                  fields.origin()),
              fields.ephemeral),
          null,
          fields.push);
    } catch (InvalidChannelException e) {
      return problem(Problem.of(Code.INVALID_CHANNEL, String.valueOf(e.getMessage())));
    }
  }

  private static Item problem(Problem problem) {
    return new Item(null, problem, null);
  }

  static String abbreviate(String text) {
    return text.length() <= 40 ? text : text.substring(0, 40) + "…";
  }

  /** The fields of a publication as they are read. */
  static final class Fields {
    private final String idField;
    @Nullable String channel;
    @Nullable String payload;
    int payloadBytes;
    @Nullable String meta;
    int metaBytes;
    @Nullable String id;
    @Nullable String partitionKey;
    @Nullable String compactionKey;
    @Nullable String event;
    @Nullable String correlationId;
    @Nullable String replyTo;
    Headers headers = Headers.NONE;
    boolean ephemeral;
    @Nullable String exceptSession;
    PushReader.@Nullable Undelivered push;
    @Nullable Problem fault;

    /**
     * Creates an empty publication.
     *
     * @param idField the name of the publication's id in this message
     */
    Fields(String idField) {
      this.idField = idField;
    }

    Origin origin() {
      return exceptSession == null && compactionKey == null
          ? Origin.NONE
          : new Origin(null, exceptSession, compactionKey, false);
    }

    void readId(JsonReader json) throws ProblemException {
      id = text(idField, json, MAX_TEXT);
    }

    /**
     * Reads the value as a whole first, so that the reader is at its end even when it is not valid.
     */
    void readPush(JsonReader json) throws ProblemException {
      String text = rawValue(json);
      try {
        push = text == null ? null : PushReader.undelivered(text);
      } catch (ProblemException e) {
        fault(e.problem());
      }
    }

    /** Reads the current value if the field belongs to a publication; returns whether it does. */
    boolean read(String name, JsonReader json) throws ProblemException {
      switch (name) {
        case "channel" -> channel = text(name, json, Integer.MAX_VALUE); // checked as a name
        case "payload" -> {
          payload = rawValue(json);
          payloadBytes = json.rawBytes();
        }
        case "meta" -> {
          meta = rawValue(json);
          metaBytes = json.rawBytes();
        }
        case "id" -> readId(json);
        case "partitionKey" -> partitionKey = text(name, json, MAX_TEXT);
        case "compactionKey" -> compactionKey = text(name, json, MAX_TEXT);
        case "event" -> event = text(name, json, MAX_TEXT);
        case "correlationId" -> correlationId = text(name, json, MAX_TEXT);
        case "replyTo" -> replyTo = text(name, json, ChannelName.MAX_LENGTH);
        case "headers" -> readHeaders(json);
        case "store" -> readStore(json);
        case "toOthers" -> readToOthers(json);
        default -> {
          return false;
        }
      }
      return true;
    }

    private void readStore(JsonReader json) throws ProblemException {
      if (json.current() == JsonToken.VALUE_TRUE || json.current() == JsonToken.VALUE_FALSE) {
        ephemeral = json.current() == JsonToken.VALUE_FALSE;
        return;
      }
      json.skip();
      fault("`store` must be true or false");
    }

    private void readToOthers(JsonReader json) throws ProblemException {
      JsonToken value = json.current();
      if (value == JsonToken.VALUE_STRING) {
        exceptSession = text("toOthers", json, MAX_SESSION);
      } else if (value == JsonToken.VALUE_TRUE) {
        exceptSession = THIS_SESSION;
      } else if (value != JsonToken.VALUE_FALSE && value != JsonToken.VALUE_NULL) {
        json.skip();
        fault("`toOthers` must be true, false or the `session` of a connection");
      }
    }

    /** Reads a value of any kind; a problem of it affects this publication only. */
    private @Nullable String rawValue(JsonReader json) throws ProblemException {
      try {
        return json.rawValue();
      } catch (ProblemException e) {
        if (e.problem().code() == Code.INVALID_JSON) {
          throw e;
        }
        fault(e.problem());
        return null;
      }
    }

    private void readHeaders(JsonReader json) throws ProblemException {
      if (json.current() == JsonToken.VALUE_NULL) {
        return;
      }
      if (json.current() != JsonToken.START_OBJECT) {
        json.skip();
        fault("`headers` must be an object of strings");
        return;
      }
      Headers.Builder builder = new Headers.Builder();
      JsonReader.RepeatedField ofBuilder = name -> {}; // which refuses it
      for (String name = json.nextField(ofBuilder);
          name != null;
          name = json.nextField(ofBuilder)) {
        readHeader(name, json, builder);
      }
      headers = builder.build();
    }

    private void readHeader(String name, JsonReader json, Headers.Builder builder)
        throws ProblemException {
      if (json.current() != JsonToken.VALUE_STRING) {
        json.skip();
        fault("the value of `" + abbreviate(name) + "` in `headers` must be a string");
        return;
      }
      try {
        String value = json.text("headers", Integer.MAX_VALUE); // the builder limits all together
        String problem = builder.add(name, Objects.requireNonNull(value));
        if (problem != null) {
          fault(problem);
        }
      } catch (ProblemException e) {
        if (e.problem().code() == Code.INVALID_JSON) {
          throw e;
        }
        fault(e.problem());
      }
    }

    void fault(String detail) {
      fault(Problem.of(Code.INVALID_REQUEST, detail));
    }

    private void fault(Problem problem) {
      if (fault == null) {
        fault = problem;
      }
    }

    /** Reads a text; a problem in it affects this publication, not the whole message. */
    private @Nullable String text(String name, JsonReader json, int maxLength)
        throws ProblemException {
      try {
        String text = json.text(name, maxLength);
        if (text != null && text.isEmpty()) {
          fault("`" + name + "` is empty; leave it out");
        }
        return text;
      } catch (ProblemException e) {
        if (e.problem().code() == Code.INVALID_JSON) {
          throw e;
        }
        json.skip();
        fault(e.problem());
        return null;
      }
    }
  }
}
