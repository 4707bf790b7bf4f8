package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.delivery.session.JsonTree;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests small rate limits behind a trusted proxy. */
class LimitsIT {

  private static final Map<String, String> FEW_SOCKETS =
      Map.of(
          "BROADCASTY_STREAM_CONNECT_TIMEOUT", "1h",
          "BROADCASTY_LIMITS_UNAUTHENTICATED_CONNECTIONS_PER_ADDRESS", "3");

  /** Each test has users, channels and addresses of its own. */
  private static final Map<String, String> SMALL =
      Map.ofEntries(
          Map.entry("BROADCASTY_TRUSTED_PROXIES", "127.0.0.0/8"),
          Map.entry("BROADCASTY_LIMITS_IP_BURST", "20"),
          Map.entry("BROADCASTY_LIMITS_IP_PER_SECOND", "1"),
          Map.entry("BROADCASTY_LIMITS_USER_BURST", "10"),
          Map.entry("BROADCASTY_LIMITS_USER_PER_SECOND", "1"),
          Map.entry("BROADCASTY_LIMITS_USER_BYTES_BURST", "8000"),
          Map.entry("BROADCASTY_LIMITS_USER_BYTES_PER_SECOND", "1024"),
          Map.entry("BROADCASTY_LIMITS_CHANNEL_BURST", "5"),
          Map.entry("BROADCASTY_LIMITS_CHANNEL_PER_SECOND", "1"),
          Map.entry("BROADCASTY_TENANT_SMALL_LIMITS_USER_BURST", "2"),
          Map.entry("BROADCASTY_TENANT_SMALL_LIMITS_USER_PER_SECOND", "1"),
          Map.entry("BROADCASTY_TENANT_SMALL_LIMITS_PAYLOAD_BYTES", "10"),
          Map.entry("BROADCASTY_TENANT_LIGHT_LIMITS_TENANT_BYTES_BURST", "6000"),
          Map.entry("BROADCASTY_TENANT_LIGHT_LIMITS_TENANT_BYTES_PER_SECOND", "1024"));

  private static final AtomicInteger ADDRESSES = new AtomicInteger();

  private static final Pattern LINE = Pattern.compile("\\{\"event\":.*}");

  @TempDir
  @SuppressWarnings("NullAway.Init")
  static Path home;

  @SuppressWarnings("NullAway.Init")
  private static ServerProcess server;

  @SuppressWarnings("NullAway.Init")
  private static Api api;

  @BeforeAll
  static void start() throws IOException {
    Map<String, String> settings = new HashMap<>(SMALL);
    settings.putAll(FEW_SOCKETS);
    server = ServerProcess.start(home.resolve("small"), Ports.free(), settings);
    api = server.awaitReady();
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  @Tag("any-server")
  void aRefusedRequestGetsARetryDelay() {
    HttpResponse<String> channel = firstRefusal(api, "198.51.100.1", "ann", "hot");
    assertTrue(channel.body().contains("for this channel"), channel.body());
    HttpResponse<String> user = firstRefusal(api, "198.51.100.2", "ben", "");
    assertTrue(user.body().contains("for this user"), user.body());
    HttpResponse<String> address = firstRefusal(api, "198.51.100.3", "", "");
    assertTrue(address.body().contains("for this address"), address.body());
    HttpResponse<String> otherAddress = publish(api, "198.51.100.4", "somebody", "elsewhere");
    assertEquals(200, otherAddress.statusCode(), otherAddress.body());

    try (WsStream socket = WsStream.open(api, token(api, "cid"))) {
      Stream.Event reply = publish(socket);
      while (!reply.kind().equals("error")) {
        reply = publish(socket);
      }
      assertEquals("rate_limited", reply.field("code"));
      assertTrue(Integer.parseInt(reply.field("retryAfter")) >= 1);
    }
    checkSecurityLog();
  }

  /** Checks that the log of the server says who was refused, and that nobody forges its lines. */
  private static void checkSecurityLog() {
    String forger = "eve\n{\"event\":\"connected\"}";
    String token = api.tokens.token("demo", forger, Duration.ofMinutes(5), List.of());
    assertEquals(403, publishFrom("198.51.100.5", api, token).statusCode());
    assertEquals(401, publishFrom("198.51.100.6", api, token + "x").statusCode());

    Api.await("the lines", () -> securityLog("198.51.100.6").size() == 1);
    Map<String, Object> denied = securityLog("198.51.100.5").get(0);
    assertEquals("denied", denied.get("event"));
    assertEquals("publish", denied.get("cause"));
    assertEquals("demo", denied.get("tenant"));
    assertEquals(forger, denied.get("user"));
    Map<String, Object> refused = securityLog("198.51.100.6").get(0);
    assertEquals("token_refused", refused.get("event"));
    assertEquals("invalid", refused.get("cause"));
    Map<String, Object> limited = securityLog("198.51.100.3").get(0);
    assertEquals("limit_reached", limited.get("event"));
    assertEquals("rate_address", limited.get("cause"));
    assertFalse(server.log().contains("\n{\"event\":\"connected\"}"), "a forged line");
    assertFalse(server.log().contains(token), "a token");
  }

  /** Returns the security log's lines about an address. */
  private static List<Map<String, Object>> securityLog(String address) {
    return LINE.matcher(server.log())
        .results()
        .map(line -> JsonTree.object(line.group()))
        .filter(line -> address.equals(line.get("address")))
        .toList();
  }

  private static HttpResponse<String> publishFrom(String address, Api api, String token) {
    return api.send(
        api.request("/broadcasty/publish", token)
            .header("X-Forwarded-For", address)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString("{\"channel\":\"of.one\",\"payload\":1}"))
            .build());
  }

  @Test
  @Tag("any-server")
  void aTenantMayHaveItsOwnLimits() {
    String small = tokenOf(api, "small");
    String demo = tokenOf(api, "demo");
    assertEquals(413, publish(api, small, "\"longer than ten bytes\"").statusCode());
    for (int i = 0; i < 5; i++) {
      HttpResponse<String> answer = publish(api, demo, "\"longer than ten bytes\"");
      assertEquals(200, answer.statusCode(), answer.body());
    }
    int taken = 0;
    HttpResponse<String> last = publish(api, small, "1");
    while (last.statusCode() == 200 && taken < 10) {
      taken++;
      last = publish(api, small, "1");
    }
    assertTrue(taken >= 2, "as many as its burst");
    assertEquals(429, last.statusCode(), last.body());
    assertEquals(200, publish(api, demo, "1").statusCode());
  }

  @Test
  void everyRequestCountsForItsAddress() {
    int last = 0;
    for (String path :
        List.of("/", "/no-such-file", "/broadcasty/no-such-path", "/broadcasty/publish")) {
      String address = "203.0.113." + ++last;
      for (int i = 0; i < 20; i++) {
        assertNotEquals(429, request(api, "OPTIONS", path, address).statusCode(), path);
      }
      HttpResponse<String> refused = answerOf(api, "OPTIONS", path, address, 429);
      assertTrue(refused.headers().firstValue("Retry-After").isPresent(), path);
      answerOf(api, "GET", path, address, 429);
      assertEquals(204, request(api, "GET", "/broadcasty/ping", address).statusCode());
    }
    for (int i = 0; i < 20; i++) {
      request(api, "GET", "/", "2001:db8::" + i);
    }
    answerOf(api, "GET", "/", "2001:db8::ffff", 429);
    assertEquals(200, request(api, "GET", "/", "2001:db8:0:1::1").statusCode());
  }

  /** Requests until the status comes, since a permit may have come back meanwhile. */
  private static HttpResponse<String> answerOf(
      Api api, String method, String path, String address, int status) {
    for (int i = 0; i < 10; i++) {
      HttpResponse<String> answer = request(api, method, path, address);
      if (answer.statusCode() == status) {
        return answer;
      }
    }
    throw new AssertionError(method + " " + path + " is never answered with " + status);
  }

  private static HttpResponse<String> request(Api api, String method, String path, String address) {
    return api.send(
        HttpRequest.newBuilder(api.base.resolve(path))
            .header("X-Forwarded-For", address)
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build());
  }

  @Test
  @Tag("any-server")
  void bytesAreLimitedForUserAndTenant() {
    String five = "\"" + "x".repeat(5000) + "\"";
    String ada = token(api, "ada");
    assertEquals(200, publish(api, ada, five).statusCode());
    assertRefusedBytes("for this user", publish(api, ada, five));
    String bea = token(api, "bea");
    assertEquals(200, publishInChunks(api, bea, five).statusCode());
    assertRefusedBytes("for this user", publishInChunks(api, bea, five));
    HttpResponse<String> tooLarge =
        publish(api, token(api, "cleo"), "\"" + "x".repeat(9000) + "\"");
    assertEquals(413, tooLarge.statusCode(), tooLarge.body());
    assertTrue(tooLarge.body().contains("at most 8000 at once"), tooLarge.body());
    assertEquals(200, publish(api, tokenOf(api, "light"), five).statusCode());
    String other = api.tokens.token("light", "ben", Duration.ofMinutes(5), List.of("publisher"));
    assertRefusedBytes("for this tenant", publish(api, other, five));
    try (WsStream socket = WsStream.open(api, token(api, "dan"))) {
      String command =
          "{\"id\":1,\"command\":\"publish\",\"channel\":\"ws\",\"payload\":" + five + "}";
      assertEquals("reply", socket.send(command).next().kind());
      assertEquals("rate_limited", socket.send(command).next().field("code"));
    }
  }

  private static void assertRefusedBytes(String owner, HttpResponse<String> answer) {
    assertEquals(429, answer.statusCode(), answer.body());
    assertTrue(answer.body().contains("bytes " + owner), answer.body());
    assertTrue(answer.headers().firstValue("Retry-After").isPresent());
  }

  private static HttpResponse<String> publishInChunks(Api api, String token, String payload) {
    byte[] body =
        "{\"channel\":\"%s\",\"payload\":%s}"
            .formatted(Api.freshChannel("any."), payload)
            .getBytes(StandardCharsets.UTF_8);
    return api.send(
        api.request("/broadcasty/publish", token)
            .header("X-Forwarded-For", "192.0.2." + ADDRESSES.incrementAndGet())
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)))
            .build());
  }

  @Test
  void webSocketsWithoutATokenAreLimitedAtOnce() {
    assertLimitsWebSocketsWithoutAToken(api);
  }

  @Test
  void theServersOwnWebSocketsWithoutATokenAreLimitedAtOnce() throws IOException {
    Map<String, String> settings = new HashMap<>(FEW_SOCKETS);
    settings.put("BROADCASTY_STREAM_WEBSOCKET", "container");
    try (ServerProcess other =
        ServerProcess.start(home.resolve("container"), Ports.free(), settings)) {
      assertLimitsWebSocketsWithoutAToken(other.awaitReady());
    }
  }

  private static void assertLimitsWebSocketsWithoutAToken(Api api) {
    List<WsStream> open = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      open.add(WsStream.open(api, ""));
    }
    CompletionException refused =
        assertThrows(CompletionException.class, () -> WsStream.open(api, ""));
    WebSocketHandshakeException handshake =
        assertInstanceOf(WebSocketHandshakeException.class, refused.getCause());
    assertEquals(429, handshake.getResponse().statusCode());
    assertEquals("1", handshake.getResponse().headers().firstValue("Retry-After").orElse(""));
    open.add(WsStream.open(api, token(api, "ann")));
    open.get(0).send("{\"id\":1,\"command\":\"connect\",\"token\":\"" + token(api, "ben") + "\"}");
    assertEquals("reply", open.get(0).next().kind());
    open.add(WsStream.open(api, ""));
    open.get(1).breakConnection();
    Api.await(
        "the place of a client that has left",
        () -> {
          try {
            open.add(WsStream.open(api, ""));
            return true;
          } catch (CompletionException e) {
            return false;
          }
        });
    open.forEach(WsStream::breakConnection);
  }

  private static String tokenOf(Api api, String tenant) {
    return api.tokens.token(tenant, "amy", Duration.ofMinutes(5), List.of("publisher"));
  }

  private static HttpResponse<String> publish(Api api, String token, String payload) {
    return api.send(
        api.request("/broadcasty/publish", token)
            .header("X-Forwarded-For", "192.0.2." + ADDRESSES.incrementAndGet())
            .header("Content-Type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "{\"channel\":\"%s\",\"payload\":%s}"
                        .formatted(Api.freshChannel("any."), payload)))
            .build());
  }

  private static Stream.Event publish(WsStream socket) {
    return socket
        .send("{\"id\":1,\"command\":\"publish\",\"channel\":\"ws.limited\",\"payload\":1}")
        .next();
  }

  /**
   * Publishes until a request is refused; an empty user or channel stands for another one each
   * time.
   */
  private static HttpResponse<String> firstRefusal(
      Api api, String address, String user, String channel) {
    for (int i = 0; i < 40; i++) {
      HttpResponse<String> answer =
          publish(
              api,
              address,
              user.isEmpty() ? "user" + i : user,
              channel.isEmpty() ? Api.freshChannel("any.") : channel);
      if (answer.statusCode() == 429) {
        assertTrue(answer.headers().firstValue("Retry-After").isPresent());
        assertTrue(answer.headers().firstValue("RateLimit").orElse("").contains(";r=0"));
        assertTrue(answer.body().contains("\"code\":\"rate_limited\""), answer.body());
        return answer;
      }
      assertEquals(200, answer.statusCode(), answer.body());
    }
    throw new AssertionError("never refused");
  }

  private static HttpResponse<String> publish(
      Api api, String address, String user, String channel) {
    return api.send(
        api.request("/broadcasty/publish", token(api, user))
            .header("Content-Type", "application/json")
            .header("X-Forwarded-For", address)
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "{\"channel\":\"" + channel + "\",\"payload\":1}"))
            .build());
  }

  private static String token(Api api, String user) {
    return api.tokens.token("demo", user, Duration.ofMinutes(5), List.of("publisher"));
  }
}
