package io.broadcasty.client;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Notifications to browsers and phones. All methods fail with {@code push_off} where the server has
 * no push service.
 */
public final class Push {

  private final HttpRequests requests;

  Push(HttpRequests requests) {
    this.requests = requests;
  }

  /**
   * Who gets a notification. Build it from {@link #users}, {@link #devices}, {@link #topics} and
   * {@link #absentFollowers}, of which at least one is needed.
   */
  public static final class Recipients {

    private final Map<String, Object> fields = new LinkedHashMap<>();

    /** All devices of these users. */
    public static Recipients users(String... users) {
      return new Recipients().with("users", List.of(users));
    }

    /** These subscriptions, by their ids. */
    public static Recipients devices(String... devices) {
      return new Recipients().with("devices", List.of(devices));
    }

    /** The followers of these topics. */
    public static Recipients topics(String... topics) {
      return new Recipients().with("topics", List.of(topics));
    }

    /** The followers of a presence channel who are not present. */
    public static Recipients absentFollowers(String channel) {
      return new Recipients().with("channel", channel);
    }

    /** Adds those of another one. */
    public Recipients and(Recipients others) {
      Recipients all = new Recipients();
      all.fields.putAll(fields);
      all.fields.putAll(others.fields);
      return all;
    }

    private Recipients with(String name, Object value) {
      fields.put(name, value);
      return this;
    }
  }

  /**
   * A notification has been stored, and is sent until its time to live has passed.
   *
   * @param id its id, for {@link Push#outcome}
   * @param devices to how many devices it goes
   * @param duplicate whether an earlier request with the same id has stored it
   */
  public record Sent(String id, long devices, boolean duplicate) {}

  /** Sends a notification with a random id. */
  public Sent send(Recipients to, Map<String, ?> notification) {
    return send(UUID.randomUUID().toString(), to, notification);
  }

  /**
   * Sends a notification.
   *
   * @param id the same id is sent once
   * @param notification {@code title}, and perhaps {@code body}, {@code url}, {@code data}, {@code
   *     ttl}, {@code urgency} and {@code collapseKey}, as the protocol describes them
   */
  public Sent send(String id, Recipients to, Map<String, ?> notification) {
    Map<String, Object> body = Map.of("id", id, "to", to.fields, "notification", notification);
    Json answer = post("/broadcasty/push/send", body);
    return new Sent(
        id,
        answer.get("devices").map(Json::asLong).orElse(0L),
        answer.get("duplicate").map(Json::asBoolean).orElse(false));
  }

  /** Returns what has come of a notification on each device, as the protocol describes it. */
  public Json outcome(String id) {
    return get("/broadcasty/push/" + HttpRequests.escape(id));
  }

  /** Registers a device, as the protocol describes it; returns its subscription. */
  public Json register(Map<String, ?> device) {
    return post("/broadcasty/push/subscriptions", device);
  }

  /** Returns the subscriptions of the caller. */
  public List<Json> subscriptions() {
    return get("/broadcasty/push/subscriptions")
        .get("subscriptions")
        .map(Json::items)
        .orElse(List.of());
  }

  /** Removes a subscription. */
  public void remove(String id) {
    HttpRequests.await(
        requests.send(
            "DELETE",
            "/broadcasty/push/subscriptions/" + HttpRequests.escape(id),
            "",
            null,
            HttpRequests.Repeat.NEVER));
  }

  private Json get(String path) {
    return HttpRequests.await(requests.send("GET", path, "", null, HttpRequests.Repeat.SAFE));
  }

  private Json post(String path, Map<String, ?> body) {
    return HttpRequests.await(
        requests.send("POST", path, "", JsonWriter.write(body), HttpRequests.Repeat.SAFE));
  }
}
