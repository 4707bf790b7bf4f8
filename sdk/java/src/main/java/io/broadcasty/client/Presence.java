package io.broadcasty.client;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Who is present on a channel. Members that join here stay for a while ({@link Lease#seconds}) and
 * have to say so again before it has passed; members on streams need not.
 */
public final class Presence {

  private final HttpRequests requests;
  private final String channel;

  Presence(HttpRequests requests, String channel) {
    this.requests = requests;
    this.channel = channel;
  }

  /**
   * Members in the order of their ids.
   *
   * @param count how many there are in all
   * @param members a page of them; each has an {@code id} and the fields that it joined with
   * @param next the {@code after} of the next page; null at the end
   */
  public record Members(long count, List<Json> members, String next) {}

  /**
   * A member's right to be present.
   *
   * @param id the member's id
   * @param seconds how long it stays present from now on
   */
  public record Lease(String id, long seconds) {}

  /** Returns the first page of members. */
  public Members members() {
    return members(null, 100);
  }

  /**
   * Returns a page of members.
   *
   * @param after the {@code next} of the page before; null for the first
   * @param limit at most this many, 1–1000
   */
  public Members members(String after, int limit) {
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("channel", channel);
    parameters.put("limit", limit);
    parameters.put("after", after);
    Json page =
        HttpRequests.await(
            requests.send(
                "GET",
                "/broadcasty/presence",
                HttpRequests.query(parameters),
                null,
                HttpRequests.Repeat.SAFE));
    return new Members(
        page.get("count").map(Json::asLong).orElse(0L),
        page.get("members").map(Json::items).orElse(List.of()),
        page.get("next").map(Json::asString).orElse(null));
  }

  /**
   * Joins, or changes the fields of a member.
   *
   * @param id the member's id, 1–200 characters; back ends may name others than themselves
   * @param fields what others see of the member; as payloads, and it must be an object
   */
  public Lease join(String id, Map<String, ?> fields) {
    Map<String, Object> member = new LinkedHashMap<>();
    member.put("id", id);
    member.putAll(fields);
    member.put("id", id);
    Json answer = post("join", Map.of("channel", channel, "member", member));
    return new Lease(id, answer.get("ttl").map(Json::asLong).orElse(0L));
  }

  /**
   * Stays present.
   *
   * @throws BroadcastyException {@code not_present} if the member's time has passed already
   */
  public Lease heartbeat(String id) {
    Json answer = post("heartbeat", Map.of("channel", channel, "id", id));
    return new Lease(id, answer.get("ttl").map(Json::asLong).orElse(0L));
  }

  /**
   * Leaves.
   *
   * @throws BroadcastyException {@code not_present} if the member's time has passed already
   */
  public void leave(String id) {
    post("leave", Map.of("channel", channel, "id", id));
  }

  private Json post(String what, Map<String, ?> body) {
    return HttpRequests.await(
        requests.send(
            "POST",
            "/broadcasty/presence/" + what,
            "",
            JsonWriter.write(body),
            HttpRequests.Repeat.SAFE));
  }
}
