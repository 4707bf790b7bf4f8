package io.broadcasty.client;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/**
 * What is to be published.
 *
 * <pre>{@code
 * Message.to("orders.eu").payload(new Order(17, "PAID")).id("order-17-paid").build()
 * }</pre>
 */
public final class Message {

  private final String channel;
  private final String id;
  private final String json;

  private Message(Builder builder) {
    this.channel = builder.channel;
    this.id = (String) builder.fields.get("id");
    this.json = JsonWriter.write(builder.fields);
  }

  /** Begins a message to a channel. */
  public static Builder to(String channel) {
    return new Builder(channel);
  }

  /** Returns the channel. */
  public String channel() {
    return channel;
  }

  /** Returns the id by which the server recognises a repetition. */
  public String id() {
    return id;
  }

  /** Returns the body of the request. */
  String json() {
    return json;
  }

  /** Builds a message. Only channel and payload are required. */
  public static final class Builder {

    private final String channel;
    private final Map<String, Object> fields = new LinkedHashMap<>();
    private final Map<String, String> headers = new LinkedHashMap<>();

    private Builder(String channel) {
      this.channel = Objects.requireNonNull(channel, "channel");
      fields.put("channel", channel);
    }

    /**
     * Sets the payload: null, a string, number, boolean, enum, array, collection, map, record, or
     * {@link Json}.
     *
     * @throws JsonException if it cannot be written; use {@link #payload(Object, Codec)} then
     */
    public Builder payload(Object payload) {
      return json(JsonWriter.write(payload));
    }

    /** Sets the payload to what a codec makes of it. */
    public <T> Builder payload(T payload, Codec<? super T> codec) {
      return json(codec.encode(payload));
    }

    /**
     * Sets the payload to a JSON text, which subscribers get exactly so.
     *
     * @throws JsonException if it is not JSON
     */
    public Builder json(String json) {
      fields.put("payload", Json.parse(json));
      return this;
    }

    /** Sets meta data about the payload, such as its schema. The same types as for payloads. */
    public Builder meta(Object meta) {
      fields.put("meta", Json.parse(JsonWriter.write(meta)));
      return this;
    }

    /**
     * Sets the id, 1–200 characters. The same id on the same channel is published once, however
     * often it is sent. Without one the message gets a random id, so that the client can repeat
     * requests whose answer was lost.
     */
    public Builder id(String id) {
      return field("id", id);
    }

    /** Sets the type of the event, 1–200 characters. */
    public Builder event(String event) {
      return field("event", event);
    }

    /** Sets the key whose publications keep their order on channels with several partitions. */
    public Builder partitionKey(String partitionKey) {
      return field("partitionKey", partitionKey);
    }

    /**
     * Sets the key, 1–200 characters, whose earlier publications this one replaces on a channel
     * that is compacted: new subscribers get the newest one only.
     */
    public Builder compactionKey(String compactionKey) {
      return field("compactionKey", compactionKey);
    }

    /** Names the request that this is about. */
    public Builder correlationId(String correlationId) {
      return field("correlationId", correlationId);
    }

    /** Names the channel that an answer should go to. */
    public Builder replyTo(String replyTo) {
      return field("replyTo", replyTo);
    }

    /** Adds a short text that accompanies the publication. */
    public Builder header(String name, String value) {
      headers.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(value, "value"));
      fields.put("headers", headers);
      return this;
    }

    /** Delivers it to the subscribers of the moment, and does not keep it. */
    public Builder ephemeral() {
      fields.put("store", false);
      return this;
    }

    /** Leaves out the connection with this session. */
    public Builder toOthers(String session) {
      return field("toOthers", session);
    }

    /**
     * Builds the message.
     *
     * @throws IllegalStateException if it has no payload
     */
    public Message build() {
      if (!fields.containsKey("payload")) {
        throw new IllegalStateException("the message to " + channel + " needs a payload");
      }
      fields.putIfAbsent("id", UUID.randomUUID().toString());
      return new Message(this);
    }

    private Builder field(String name, String value) {
      fields.put(name, Objects.requireNonNull(value, name));
      return this;
    }
  }
}
