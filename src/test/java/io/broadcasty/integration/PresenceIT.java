package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;

/** Tests the members of a channel as clients see them over HTTP, WebSocket and SSE. */
class PresenceIT extends BuiltWarTestBase {

  private final String room = Api.freshChannel("presence-");

  private HttpResponse<String> post(String what, String token, String rest) {
    return api.post(
        "/broadcasty/presence/" + what, token, "{\"channel\":\"" + room + "\"" + rest + "}");
  }

  private String members(String rest) {
    HttpResponse<String> answer =
        api.get("/broadcasty/presence?channel=" + room + rest, api.tokens.member());
    assertEquals(200, answer.statusCode(), answer.body());
    return answer.body();
  }

  private static String command(String command, String channel, String rest) {
    return "{\"id\":1,\"command\":\"%s\",\"channel\":\"%s\"%s}".formatted(command, channel, rest);
  }

  @Test
  void membersJoinAndLeaveOverHttp() {
    String publisher = api.tokens.publisher();
    HttpResponse<String> joined =
        post("join", publisher, ",\"member\":{\"id\":\"42\",\"name\":\"TY\"}");
    assertEquals(200, joined.statusCode(), joined.body());
    assertTrue(joined.body().contains("\"member\":{\"id\":\"42\",\"name\":\"TY\"}"), joined.body());
    assertTrue(joined.body().contains("\"ttl\":60"), joined.body());
    for (int i = 0; i < 5; i++) {
      assertEquals(
          200, post("join", publisher, ",\"member\":{\"id\":\"5" + i + "\"}").statusCode());
    }
    assertTrue(members("").contains("\"count\":6"), members(""));
    String page = members("&limit=2&after=42");
    assertTrue(
        page.contains("\"members\":[{\"id\":\"50\"},{\"id\":\"51\"}],\"next\":\"51\""), page);
    assertEquals(200, post("heartbeat", publisher, ",\"id\":\"42\"").statusCode());
    assertEquals(200, post("leave", publisher, ",\"id\":\"42\"").statusCode());
    assertEquals(404, post("leave", publisher, ",\"id\":\"42\"").statusCode());
    assertEquals(404, post("heartbeat", publisher, ",\"id\":\"42\"").statusCode());
    assertTrue(members("").contains("\"count\":5"), members(""));
  }

  @Test
  void everyTransportShowsJoinsAndLeaves() {
    try (SseStream events =
            SseStream.open(
                api.request("/broadcasty/sse?presence=true&channel=" + room, api.tokens.member())
                    .build(),
                api);
        WsStream watcher = WsStream.open(api, api.tokens.publisher())) {
      assertEquals("subscribed", events.next().kind());
      Stream.Event nobody = events.next();
      assertEquals("presence", nobody.kind());
      assertEquals("0", nobody.field("count"));
      watcher.send(command("subscribe", room, "")).next();
      assertEquals("0", watcher.send(command("presence", room, "")).next().field("count"));

      WsStream member = WsStream.open(api, api.tokens.member());
      assertEquals(
          "bob", member.send(command("join", room, ",\"member\":{\"x\":1}")).next().field("id"));
      for (Stream stream : java.util.List.of(events, watcher)) {
        Stream.Event change = stream.next();
        assertEquals("presence", change.kind());
        assertTrue(
            change.json().contains("\"joined\":[{\"id\":\"bob\",\"x\":1}],\"left\":[]"),
            change.json());
      }
      member.breakConnection();
      for (Stream stream : java.util.List.of(events, watcher)) {
        Stream.Event change = stream.next();
        assertTrue(change.json().contains("\"joined\":[],\"left\":[\"bob\"]"), change.json());
      }
    }
  }

  @Test
  void reportsInvalidRequests() {
    String guest = api.tokens.member();
    String publisher = api.tokens.publisher();
    assertEquals(403, post("join", guest, ",\"member\":{\"id\":\"somebody\"}").statusCode());
    assertEquals(200, post("join", guest, "").statusCode());
    assertEquals(400, post("join", publisher, ",\"member\":\"x\"").statusCode());
    assertEquals(400, post("join", publisher, ",\"member\":{\"id\":7}").statusCode());
    assertEquals(400, post("join", publisher, ",\"membre\":{}").statusCode());
    assertEquals(
        413,
        post("join", publisher, ",\"member\":{\"id\":\"l\",\"t\":\"" + "x".repeat(3000) + "\"}")
            .statusCode());
    assertEquals(
        400,
        api.post("/broadcasty/presence/join", publisher, "{\"channel\":\"room\"}").statusCode());
    assertEquals(401, post("join", "", "").statusCode());
    assertEquals(405, api.get("/broadcasty/presence/join", guest).statusCode());
    assertEquals(400, api.get("/broadcasty/presence", guest).statusCode());
    assertEquals(400, api.get("/broadcasty/presence?limit=0&channel=" + room, guest).statusCode());
    assertEquals(
        415,
        api.send(
                api.request("/broadcasty/presence/join", guest)
                    .header("Content-Type", "text/plain")
                    .POST(java.net.http.HttpRequest.BodyPublishers.ofString("{}"))
                    .build())
            .statusCode());
  }
}
