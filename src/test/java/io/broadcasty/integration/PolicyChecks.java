package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Checks channel policies over HTTP, on a running server that stores them. */
final class PolicyChecks {

  private static final String POLICIES = "/broadcasty/admin/policies";
  private static final String EXPLAIN = "/broadcasty/admin/access/explain";
  private static final String OWN =
      "{\"channels\":\"private-user:{sub}\",\"rules\":[{\"allow\":[\"subscribe\",\"replay\"]},"
          + "{\"allow\":[\"publish\"],\"roles\":[\"publisher\"],\"channels\":\"all\"}]}";
  private static final String QUESTION =
      "{\"subject\":\"ann\",\"roles\":[\"member\"],\"operation\":\"subscribe\","
          + "\"channel\":\"private-user:bob\"";

  private final Api api;

  PolicyChecks(Api api) {
    this.api = api;
  }

  void run() {
    HttpResponse<String> created = api.post(POLICIES, token("boss", "admin"), OWN);
    assertAnswer(201, "\"channels\":\"private-user:{sub}\"", created);
    String path = created.headers().firstValue("Location").orElse("");
    String tag = created.headers().firstValue("ETag").orElse("");
    Matcher id = Pattern.compile("\"id\":\"([0-9a-f]{16})\"").matcher(created.body());
    assertTrue(id.find(), created.body());
    assertEquals(POLICIES + "/" + id.group(1), path);
    Api.await("the policy", () -> replay("bob", "private-user:ann") == 403);
    decides();
    explains();
    isForItsAdministratorsOnly(path);
    refusesInvalidRequests(path);
    narrowsStreams(path, tag);
    keepsChannelsAsTheySay();
  }

  /** The settings of a policy are in force, and shown. */
  private void keepsChannelsAsTheySay() {
    String boss = token("boss", "admin");
    String rules = "\"rules\":[{\"allow\":[\"subscribe\",\"replay\",\"publish\"]}]";
    HttpResponse<String> created =
        api.post(
            POLICIES,
            boss,
            "{\"channels\":\"prices.*\"," + rules + ",\"settings\":{\"partitions\":2}}");
    assertAnswer(201, "\"settings\":{\"partitions\":2}", created);
    String path = created.headers().firstValue("Location").orElse("");
    String settings = "\"settings\":{\"retention\":{\"count\":2},\"compaction\":true}";
    assertAnswer(200, settings, send("PATCH", path, boss, "{" + settings + "}", "*"));
    assertAnswer(400, "settings", send("PATCH", path, boss, "{}", "*"));
    Api.await(
        "the retention",
        () -> api.get("/broadcasty/admin/channels/prices.eu", boss).body().contains("count\":2,"));
    for (int i = 0; i < 3; i++) {
      assertEquals(200, publish("member", "prices.eu"));
    }
    assertAnswer(
        200, "\"first\":2,\"head\":3", api.get("/broadcasty/admin/channels/prices.eu", boss));
    assertEquals(204, send("DELETE", path, boss, "", "*").statusCode());
  }

  private String token(String subject, String role) {
    return api.tokens.token("acme", subject, Duration.ofMinutes(10), List.of(role));
  }

  private HttpResponse<String> send(
      String method, String path, String token, String json, String match) {
    return api.send(
        api.request(path, token)
            .header("Content-Type", "application/json")
            .header("If-Match", match)
            .method(method, HttpRequest.BodyPublishers.ofString(json))
            .build());
  }

  private int replay(String subject, String channel) {
    return api.get("/broadcasty/replay?channel=" + channel, token(subject, "member")).statusCode();
  }

  private int publish(String role, String channel) {
    String json = "{\"channel\":\"" + channel + "\",\"payload\":1}";
    return api.post("/broadcasty/publish", token("ann", role), json).statusCode();
  }

  private static void assertAnswer(int status, String part, HttpResponse<String> answer) {
    assertEquals(status, answer.statusCode(), answer.body());
    assertTrue(answer.body().contains(part), answer.body());
  }

  private void decides() {
    assertEquals(200, replay("ann", "private-user:ann"));
    assertEquals(403, replay("ann", "private-user:bob"));
    assertEquals(200, replay("ann", "private-other"), "the built-in rules");
    assertEquals(200, publish("publisher", "private-user:bob"));
    assertEquals(403, publish("admin", "private-user:bob"));
    assertEquals(403, publish("participant", "private-user:ann"));
  }

  private void explains() {
    String boss = token("boss", "admin");
    assertAnswer(200, "{\"allowed\":false,\"steps\":[{\"check\":\"policy\"", ask(boss, "}"));
    assertAnswer(
        200,
        "\"allowed\":true",
        ask(
            boss,
            ",\"draft\":{\"channels\":\"private-user:*\",\"rules\":[]}}"
                .replace("user:*", "user:{id}")
                .replace("[]", "[{\"allow\":[\"subscribe\"],\"channels\":\"all\"}]")));
    assertAnswer(200, "built-in", ask(api.tokens.operator(), "}"));
    assertAnswer(200, "\"check\":\"policy\"", ask(api.tokens.operator(), ",\"tenant\":\"acme\"}"));
    assertAnswer(403, "forbidden", ask(token("ann", "member"), "}"));
    assertAnswer(403, "forbidden", ask(boss, ",\"tenant\":\"other\"}"));
    assertAnswer(400, "subject", api.post(EXPLAIN, boss, "{}"));
    assertAnswer(400, "invalid_json", api.post(EXPLAIN, boss, "{"));
  }

  private HttpResponse<String> ask(String token, String end) {
    return api.post(EXPLAIN, token, QUESTION + end);
  }

  private void isForItsAdministratorsOnly(String path) {
    String other =
        api.tokens.token("other", "boss", Duration.ofMinutes(10), List.of("admin", "publisher"));
    assertAnswer(200, "{\"policies\":[]}", api.get(POLICIES, other));
    assertAnswer(404, "not_found", api.get(path, other));
    assertAnswer(404, "not_found", send("PATCH", path, other, "{\"rules\":[]}", "*"));
    assertAnswer(404, "not_found", send("DELETE", path, other, "", "*"));
    assertAnswer(403, "forbidden", api.get(POLICIES + "?tenant=acme", other));
    assertAnswer(
        403,
        "forbidden",
        api.post(POLICIES, other, OWN.replace("{\"ch", "{\"tenant\":\"acme\",\"ch")));
    assertAnswer(403, "forbidden", api.get(POLICIES, token("ann", "publisher")));
    assertAnswer(200, "{sub}", api.get(POLICIES + "?tenant=acme&limit=1", api.tokens.operator()));
    assertAnswer(200, "{sub}", api.get(path, api.tokens.operator()));
  }

  private void refusesInvalidRequests(String path) {
    String boss = token("boss", "admin");
    assertAnswer(409, "already_exists", api.post(POLICIES, boss, OWN.replace("{sub}", "{id}")));
    assertAnswer(400, "whole segment", api.post(POLICIES, boss, OWN.replace("{sub}", "x{sub}")));
    assertAnswer(400, "rules", api.post(POLICIES, boss, "{\"channels\":\"a\"}"));
    assertAnswer(400, "operations", api.post(POLICIES, boss, OWN.replace("replay", "read")));
    assertAnswer(400, "If-Match", send("PATCH", path, boss, "{\"rules\":[]}", "1"));
    assertAnswer(400, "channels", send("PATCH", path, boss, OWN, "*"));
    assertAnswer(404, "not_found", api.get(POLICIES + "/0123456789abcdef", boss));
  }

  private void narrowsStreams(String path, String tag) {
    String boss = token("boss", "admin");
    String ann = token("ann", "member");
    HttpRequest own = api.request("/broadcasty/sse?channel=private-user:ann", ann).GET().build();
    try (SseStream stream = SseStream.open(own, api);
        WsStream socket = WsStream.open(api, ann)) {
      socket.send("{\"id\":1,\"command\":\"subscribe\",\"channel\":\"private-user:ann\"}");
      assertEquals("subscribed", socket.next().kind());
      HttpResponse<String> changed = send("PATCH", path, boss, "{\"rules\":[]}", tag);
      assertAnswer(200, "\"rules\":[]", changed);
      assertEquals("unsubscribed", socket.next().kind());
      Api.await("the end of the stream", stream::isEnded);
      assertEquals(403, replay("ann", "private-user:ann"));
      assertAnswer(412, "precondition_failed", send("PATCH", path, boss, "{\"rules\":[]}", tag));
      assertAnswer(412, "precondition_failed", send("DELETE", path, boss, "", tag));
      String now = changed.headers().firstValue("ETag").orElse("");
      assertEquals(204, send("DELETE", path, boss, "", now).statusCode());
      Api.await("the built-in rules", () -> replay("ann", "private-user:bob") == 200);
    }
  }
}
