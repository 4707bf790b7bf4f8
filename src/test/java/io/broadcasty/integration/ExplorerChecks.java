package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;

/** Checks what administrators see of a running node. */
final class ExplorerChecks {

  private static final String ADMIN = "/broadcasty/admin/";

  private final Api api;

  ExplorerChecks(Api api) {
    this.api = api;
  }

  private String token(String user, String role) {
    return api.tokens.token("umbrella", user, Duration.ofMinutes(10), List.of(role));
  }

  private HttpResponse<String> get(String path) {
    return api.get(ADMIN + path, token("ada", "admin"));
  }

  private void publish(String channel) {
    String json = "{\"channel\":\"" + channel + "\",\"payload\":{\"n\":1}}";
    assertEquals(
        200, api.post("/broadcasty/publish", token("pub", "publisher"), json).statusCode());
  }

  private static void assertAnswer(int status, String part, HttpResponse<String> answer) {
    assertEquals(status, answer.statusCode(), answer.body());
    assertTrue(answer.body().contains(part), answer.body());
  }

  void showTheNode() throws Exception {
    publish("orders.eu");
    publish("orders.us");
    publish("private-orders");
    try (SseStream stream =
        SseStream.open(
            api.request("/broadcasty/sse?channel=orders.eu", token("ann", "member")).GET().build(),
            api)) {
      findChannels();
      showOneChannel();
      findConnections();
      showMembers();
      showAReplay();
      showPush();
      assertFalse(stream.isEnded());
    }
    refuseOthers();
  }

  private void findChannels() {
    HttpResponse<String> page = get("channels?prefix=o&limit=1");
    assertAnswer(200, "{\"channels\":[{\"name\":\"orders.eu\",\"kind\":\"public\",", page);
    assertAnswer(200, "\"subscribers\":1,\"nodes\":{", page);
    assertAnswer(200, "\"next\":\"orders.eu\",\"missing\":[]}", page);
    page = get("channels?prefix=o&after=orders.eu");
    assertAnswer(200, "{\"channels\":[{\"name\":\"orders.us\",", page);
    assertAnswer(200, "\"subscribers\":0,\"nodes\":{}}],\"missing\":[]}", page);
    page = get("channels?occupied=true");
    assertAnswer(200, "\"orders.eu\"", page);
    assertFalse(page.body().contains("orders.us"), page.body());
    page = get("channels?pattern=private-*");
    assertAnswer(200, "{\"channels\":[{\"name\":\"private-orders\",\"kind\":\"private\"", page);
    assertAnswer(400, "invalid_channel", get("channels?prefix=a%20b"));
    assertAnswer(400, "invalid_channel", get("channels?after=a%20b"));
    assertAnswer(400, "invalid_channel", get("channels?pattern=a"));
    assertAnswer(400, "pattern", get("channels?pattern=a*&prefix=a"));
    assertAnswer(400, "limit", get("channels?limit=201"));
    assertAnswer(400, "occupied", get("channels?occupied=yes"));
  }

  private void showOneChannel() {
    HttpResponse<String> one = get("channels/orders.eu");
    assertAnswer(200, "{\"name\":\"orders.eu\",\"kind\":\"public\",\"partitions\":[{", one);
    assertAnswer(200, "\"first\":1,\"head\":1}],\"subscribers\":1,\"nodes\":{", one);
    assertAnswer(200, "\"retention\":{\"seconds\":", one);
    assertAnswer(200, "\"members\":0,", get("channels/presence-room"));
    assertAnswer(400, "invalid_channel", get("channels/a%20b"));
  }

  private void findConnections() {
    HttpResponse<String> page = get("connections");
    assertAnswer(200, "\"transport\":\"sse\",\"user\":\"ann\",", page);
    assertAnswer(200, "\"subscriptions\":1,", page);
    assertAnswer(200, "],\"count\":1,\"nodes\":{\"", page);
    assertFalse(page.body().contains("token"), page.body());
    assertAnswer(200, "\"count\":1,", get("connections?user=ann&transport=sse"));
    assertAnswer(200, "{\"connections\":[],\"count\":0,", get("connections?transport=websocket"));
    assertAnswer(200, "{\"connections\":[],\"count\":0,", get("connections?user=bob"));
    assertAnswer(200, "\"count\":0,\"nodes\":{},\"missing\":[]}", get("connections?node=gone"));
    assertAnswer(400, "after", get("connections?after=x"));
    assertAnswer(400, "transport", get("connections?transport=pigeon"));
  }

  private void showMembers() {
    String room = "{\"channel\":\"presence-room\",\"member\":{\"id\":\"ann\",\"name\":\"Ann\"}}";
    assertAnswer(
        200, "ttl", api.post("/broadcasty/presence/join", token("ann", "participant"), room));
    assertAnswer(
        200,
        "\"count\":1,\"members\":[{\"id\":\"ann\",\"name\":\"Ann\"}],\"next\":null}",
        get("presence?channel=presence-room"));
    assertAnswer(200, "\"members\":1,", get("channels/presence-room"));
    assertAnswer(200, "\"members\":[]", get("presence?channel=presence-room&after=ann"));
    assertAnswer(400, "invalid_channel", get("presence?channel=orders.eu"));
    assertAnswer(400, "channel", get("presence"));
  }

  private HttpResponse<String> replay(String json) {
    return api.post(ADMIN + "replay", token("ada", "admin"), json);
  }

  private void showAReplay() {
    HttpResponse<String> seen =
        replay("{\"channel\":\"orders.eu\",\"subject\":\"ann\",\"roles\":[\"member\"]}");
    assertAnswer(200, "{\"allowed\":true,\"steps\":[", seen);
    assertAnswer(200, "\"recovered\":true,\"lost\":null,\"publications\":[{", seen);
    assertAnswer(200, "\"payload\":{\"n\":1}", seen);
    assertAnswer(
        200,
        "\"lost\":{\"channel\":\"orders.eu\",\"reason\":\"epoch\"",
        replay("{\"channel\":\"orders.eu\",\"subject\":\"ann\",\"epoch\":\"gone\",\"from\":2}"));
    HttpResponse<String> denied = replay("{\"channel\":\"private-orders\",\"subject\":\"ann\"}");
    assertAnswer(200, "{\"allowed\":false,\"steps\":[{\"check\":", denied);
    assertFalse(denied.body().contains("\"replay\""), denied.body());
    assertAnswer(400, "subject", replay("{\"channel\":\"orders.eu\"}"));
    assertAnswer(400, "invalid_channel", replay("{\"channel\":\"a b\",\"subject\":\"ann\"}"));
    assertAnswer(
        200,
        "\"target\":\"channel:private-orders\"",
        get("audit?action=channel.replay&actor=ada&target=channel:private-orders"));
  }

  /** The server has a push service, and no device. */
  private void showPush() {
    assertAnswer(200, "{\"services\":[{\"service\":\"onesignal\",\"waiting\":0,", get("push"));
    assertAnswer(200, "{\"devices\":[]}", get("push/devices?user=ann"));
    assertAnswer(200, "{\"failed\":[]}", get("push/failed"));
    assertAnswer(200, "{\"failed\":[]}", get("push/failed?after=17:order-1"));
    assertAnswer(400, "user", get("push/devices"));
    assertAnswer(400, "after", get("push/failed?after=x"));
    assertAnswer(403, "forbidden", api.get(ADMIN + "push/failed", token("ann", "member")));
    assertAnswer(
        403,
        "forbidden",
        api.get(ADMIN + "push/devices?user=ann&tenant=umbrella", api.tokens.admin()));
  }

  private void refuseOthers() {
    String question = "{\"channel\":\"orders.eu\",\"subject\":\"ann\",\"tenant\":\"umbrella\"}";
    assertAnswer(403, "forbidden", api.post(ADMIN + "replay", token("ann", "member"), question));
    assertAnswer(403, "forbidden", api.post(ADMIN + "replay", api.tokens.admin(), question));
    assertAnswer(200, "orders.eu", api.post(ADMIN + "replay", api.tokens.operator(), question));
    assertEquals(401, api.post(ADMIN + "replay", "", question).statusCode());
    String members = ADMIN + "presence?channel=presence-room";
    assertAnswer(403, "forbidden", api.get(members, token("ann", "member")));
    assertAnswer(403, "forbidden", api.get(members + "&tenant=umbrella", api.tokens.admin()));
    assertAnswer(200, "\"members\":[]", api.get(members, api.tokens.admin()));
    assertEquals(401, api.get(members, "").statusCode());
    assertAnswer(403, "forbidden", api.get(ADMIN + "connections", token("ann", "member")));
    assertAnswer(
        403, "forbidden", api.get(ADMIN + "connections?tenant=umbrella", api.tokens.admin()));
    assertEquals(401, api.get(ADMIN + "connections", "").statusCode());
    for (String path : List.of("channels", "channels/orders.eu")) {
      assertAnswer(403, "forbidden", api.get(ADMIN + path, token("ann", "member")));
      assertAnswer(
          403, "forbidden", api.get(ADMIN + path + "?tenant=umbrella", api.tokens.admin()));
      assertAnswer(
          200, "orders.eu", api.get(ADMIN + path + "?tenant=umbrella", api.tokens.operator()));
      assertEquals(401, api.get(ADMIN + path, "").statusCode());
    }
    assertAnswer(200, "{\"channels\":[", api.get(ADMIN + "channels", api.tokens.admin()));
    assertFalse(api.get(ADMIN + "channels", api.tokens.admin()).body().contains("orders.eu"));
  }
}
