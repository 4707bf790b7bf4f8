package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Checks the stream of events of administrators on a running node. */
final class AdminEventChecks {

  private static final String EVENTS = "/broadcasty/admin/events";

  /** As many streams as a node has for one tenant. */
  private static final int PLACES = 8;

  private final Api api;

  AdminEventChecks(Api api) {
    this.api = api;
  }

  private String token(String user, String role, Duration life) {
    return api.tokens.token("wayne", user, life, List.of(role));
  }

  private String admin() {
    return token("ada", "admin", Duration.ofMinutes(10));
  }

  private SseStream open(String path, String token) {
    return SseStream.open(
        api.request(path, token).header("Accept", "text/event-stream").GET().build(), api);
  }

  private static Stream.Event next(SseStream stream, Predicate<Stream.Event> wanted) {
    while (true) {
      Stream.Event event = stream.next();
      if (wanted.test(event)) {
        return event;
      }
    }
  }

  private static Stream.Event next(SseStream stream, String kind, String part) {
    return next(stream, event -> event.kind().equals(kind) && event.json().contains(part));
  }

  void tellWhatHappens() throws Exception {
    try (SseStream events = open(EVENTS, admin());
        SseStream all = open(EVENTS, api.tokens.operator())) {
      assertEquals("no-store", events.response().headers().firstValue("Cache-Control").orElse(""));
      Api.await("the first comment", () -> events.comments() > 0);
      next(events, "connections", "{\"tenant\":\"wayne\",\"count\":0,\"nodes\":{}}");
      try (SseStream stream =
          open("/broadcasty/sse?channel=watched", token("ann", "member", Duration.ofMinutes(10)))) {
        next(
            events,
            "channel",
            "{\"tenant\":\"wayne\",\"channel\":\"watched\",\"change\":\"occupied\"}");
        next(all, "channel", "\"watched\",\"change\":\"occupied\"");
        next(events, "connections", "\"count\":1,");
      }
      next(events, "channel", "\"watched\",\"change\":\"vacated\"");
      HttpResponse<String> unused =
          api.post("/broadcasty/admin/revocations", admin(), "{\"user\":\"nobody\"}");
      next(events, "audit", "\"action\":\"revocation.create\"");
      next(all, "audit", "\"actor\":\"ada\"");
    }
    refuseOthers();
    endWithTheToken();
    areReleased();
  }

  private void refuseOthers() {
    assertRefused(403, EVENTS, token("ann", "member", Duration.ofMinutes(10)));
    assertRefused(403, EVENTS + "?tenant=wayne", api.tokens.admin());
    assertRefused(400, EVENTS + "?tenant=", api.tokens.operator());
    assertRefused(400, EVENTS + "?tenant=no%20tenant", api.tokens.operator());
    assertRefused(401, EVENTS, "");
    HttpRequest head =
        api.request(EVENTS, admin()).method("HEAD", HttpRequest.BodyPublishers.noBody()).build();
    HttpResponse<String> answer = api.send(head);
    assertEquals(200, answer.statusCode());
    assertTrue(
        answer.headers().firstValue("Content-Type").orElse("").startsWith("text/event-stream"),
        answer.headers().toString());
  }

  private void assertRefused(int status, String path, String token) {
    HttpResponse<String> refused = api.get(path, token);
    assertEquals(status, refused.statusCode(), refused.body());
    assertEquals(
        "application/problem+json", refused.headers().firstValue("Content-Type").orElse(""));
  }

  private void endWithTheToken() {
    try (SseStream revoked = open(EVENTS, token("eve", "admin", Duration.ofMinutes(10)))) {
      HttpResponse<String> answer =
          api.post("/broadcasty/admin/revocations", admin(), "{\"user\":\"eve\"}");
      assertEquals(201, answer.statusCode(), answer.body());
      next(revoked, "end", "\"code\":\"unauthorized\"");
      Api.await("the end of the stream", revoked::isEnded);
    }
  }

  private void areReleased() {
    List<SseStream> open = new ArrayList<>();
    try {
      for (int i = 0; i < PLACES; i++) {
        open.add(openWhenThereIsRoom());
      }
      HttpResponse<String> refused = api.get(EVENTS, admin());
      assertEquals(503, refused.statusCode(), refused.body());
      assertTrue(refused.body().contains("overloaded"), refused.body());
      open.get(0).close();
      open.add(openWhenThereIsRoom());
    } finally {
      open.forEach(SseStream::close);
    }
  }

  /** Opens a stream once the server has noticed the end of another one. */
  private SseStream openWhenThereIsRoom() {
    List<SseStream> opened = new ArrayList<>();
    Api.await(
        "a place",
        Duration.ofSeconds(40),
        Duration.ofMillis(500),
        () -> {
          try {
            opened.add(open(EVENTS, admin()));
          } catch (AssertionError full) {
            return false;
          }
          return true;
        });
    return opened.get(0);
  }
}
