package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.broadcasty.OpenApiDocument;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests publish, replay, health and errors over HTTP. */
class HttpIT extends BuiltWarTestBase {

  @Test
  void aPublicationIsAnsweredWithItsPosition() {
    String channel = Api.freshChannel("one.");
    HttpResponse<String> answer =
        api.publish("{\"channel\":\"" + channel + "\",\"payload\":{\"a\":1},\"id\":\"x-1\"}");
    assertEquals(200, answer.statusCode());
    Stream.Event position = json(answer);
    assertEquals("x-1", position.field("id"));
    assertEquals(1, position.sequence());
    assertEquals("false", position.field("duplicate"));
  }

  @Test
  void repeatedIdsGetOnePositionEvenConcurrently() {
    String channel = Api.freshChannel("same.");
    String body = "{\"channel\":\"" + channel + "\",\"payload\":1,\"id\":\"only-once\"}";
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      answers.add(CompletableFuture.supplyAsync(() -> api.publish(body)));
    }
    long first =
        answers.stream()
            .map(CompletableFuture::join)
            .peek(answer -> assertEquals(1, json(answer).sequence()))
            .filter(answer -> json(answer).field("duplicate").equals("false"))
            .count();
    assertEquals(1, first);
  }

  @Test
  void aBatchHasAnOutcomeForEach() {
    String channel = Api.freshChannel("batch.");
    HttpResponse<String> answer =
        api.publish(
            "[{\"channel\":\"%1$s\",\"payload\":1},{\"channel\":\"no good\",\"payload\":1},{\"payload\":1},{\"channel\":\"%1$s\",\"payload\":2}]"
                .formatted(channel));
    assertEquals(200, answer.statusCode());
    String body = answer.body();
    assertTrue(body.contains("\"sequence\":1") && body.contains("\"sequence\":2"), body);
    assertTrue(body.contains("invalid_channel") && body.contains("invalid_request"), body);
  }

  @Test
  void replayBeginsWithTheNewestPublications() {
    String channel = Api.freshChannel("last.");
    for (int i = 1; i <= 5; i++) {
      api.publish("{\"channel\":\"%s\",\"payload\":%d}".formatted(channel, i));
    }
    String path = "/broadcasty/replay?channel=" + channel + "&last=";
    String newest = api.get(path + "2", api.tokens.member()).body();
    assertTrue(newest.contains("\"payload\":4") && newest.contains("\"payload\":5"), newest);
    assertFalse(newest.contains("\"payload\":3"), newest);
    assertTrue(newest.contains("\"next\":null"), newest);
    String all = api.get(path + "1000", api.tokens.member()).body();
    assertTrue(all.contains("\"payload\":1") && all.contains("\"lost\":null"), all);
    for (String bad : List.of("0", "1001", "x", "2&from=1", "2&limit=3")) {
      assertProblem(400, "invalid_request", api.get(path + bad, api.tokens.member()));
    }
  }

  @Test
  void replayGoesPageByPage() {
    String channel = Api.freshChannel("pages.");
    api.publishNumbers(channel, 1, 25);
    String next = "0";
    int seen = 0;
    while (!next.equals("null")) {
      HttpResponse<String> page =
          api.get(
              "/broadcasty/replay?channel=" + channel + "&limit=10&from=" + next,
              api.tokens.guest());
      assertEquals(200, page.statusCode(), page.body());
      assertEquals("true", json(page).field("recovered"));
      seen += page.body().split("\"payload\":", -1).length - 1;
      next = json(page).field("next");
    }
    assertEquals(25, seen);
  }

  @Test
  void headersAreKeptAndTheTraceOfTheRequestGoesIn() {
    String channel = Api.freshChannel("headers.");
    String parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    String item = "{\"channel\":\"" + channel + "\",\"payload\":1,\"headers\":{%s}}";
    String body =
        "["
            + item.formatted("\"tag\":\"a\"")
            + ","
            + item.formatted("\"traceparent\":\"mine\"")
            + "]";
    HttpResponse<String> answer =
        api.send(
            api.request("/broadcasty/publish", api.tokens.publisher())
                .header("Content-Type", "application/json")
                .header("traceparent", parent)
                .header("tracestate", "a=1")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build());
    assertEquals(200, answer.statusCode(), answer.body());
    String kept =
        api.get("/broadcasty/replay?channel=" + channel + "&from=1", api.tokens.member()).body();
    assertTrue(
        kept.contains(
            "\"headers\":{\"tag\":\"a\",\"traceparent\":\""
                + parent
                + "\",\"tracestate\":\"a=1\"}"),
        kept);
    assertTrue(kept.contains("\"headers\":{\"traceparent\":\"mine\"}"), kept);
    HttpResponse<String> preflight =
        api.send(
            api.request("/broadcasty/publish", "")
                .header("Origin", "https://app.example.com")
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody())
                .build());
    assertTrue(
        preflight
            .headers()
            .firstValue("Access-Control-Allow-Headers")
            .orElse("")
            .contains("traceparent, tracestate, baggage"));
  }

  @Test
  void everyInvalidRequestGetsAReason() {
    assertProblem(400, "invalid_json", api.publish("{\"channel\":"));
    assertProblem(400, "invalid_json", api.publish(""));
    assertProblem(400, "invalid_channel", api.publish("{\"channel\":\"a b\",\"payload\":1}"));
    assertProblem(400, "invalid_request", api.publish("{\"channel\":\"a\"}"));
    assertProblem(400, "invalid_request", api.publish("{\"channel\":\"a\",\"payload\":1,\"x\":1}"));
    assertProblem(400, "invalid_request", api.publish("[]"));
    String item = "{\"channel\":\"a\",\"payload\":1}";
    assertProblem(413, "too_many_items", api.publish("[" + (item + ",").repeat(100) + item + "]"));
    assertProblem(
        413,
        "payload_too_large",
        api.publish("{\"channel\":\"a\",\"payload\":\"" + "z".repeat(66_000) + "\"}"));
    String token = api.tokens.member();
    assertProblem(403, "forbidden", api.post("/broadcasty/publish", token, item));
    assertProblem(
        403, "forbidden", api.get("/broadcasty/replay?channel=private-a", api.tokens.guest()));
    assertProblem(400, "invalid_request", api.get("/broadcasty/replay?channel=a&from=-1", token));
    assertProblem(400, "invalid_request", api.get("/broadcasty/replay", token));
    assertProblem(400, "invalid_request", api.get("/broadcasty/sse", token));
    assertProblem(404, "not_found", api.get("/broadcasty/nowhere", token));
    assertProblem(405, "method_not_allowed", api.get("/broadcasty/publish", token));
    assertProblem(405, "method_not_allowed", api.post("/broadcasty/replay", token, "{}"));
    HttpRequest form =
        api.request("/broadcasty/publish", api.tokens.publisher())
            .POST(HttpRequest.BodyPublishers.ofString("a=b"))
            .build();
    assertProblem(415, "unsupported_media_type", api.send(form));
  }

  @Test
  void oneRequestHasOneMeaning() {
    String token = api.tokens.publisher();
    for (String hex : List.of("C1B072697661746578", "EDA0BD", "EDB080", "FF", "E282")) {
      assertProblem(400, "invalid_json", publishBytes("{'channel':'?','payload':1}", hex));
      assertProblem(400, "invalid_json", publishBytes("{'channel':'a','payload':'?'}", hex));
    }
    assertProblem(
        400,
        "invalid_request",
        api.publish("{\"channel\":\"a\",\"channel\":\"private-a\",\"payload\":1}"));
    for (String ill : List.of("%C1%B0rivate-x", "%ED%A0%BD", "%ff")) {
      assertEquals(400, api.get("/broadcasty/replay?channel=" + ill, token).statusCode(), ill);
      assertEquals(400, api.get("/broadcasty/sse?channel=" + ill, token).statusCode(), ill);
    }
    HttpRequest encoded =
        api.request("/broadcasty/publish", token)
            .header("Content-Type", "application/json")
            .header("Content-Encoding", "gzip")
            .POST(HttpRequest.BodyPublishers.ofString("{\"channel\":\"a\",\"payload\":1}"))
            .build();
    assertProblem(415, "unsupported_media_type", api.send(encoded));
  }

  /** Publishes a body with other bytes in place of its question mark. */
  private HttpResponse<String> publishBytes(String body, String hex) {
    String[] around = body.replace('\'', '"').split("\\?", -1);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(around[0].getBytes(StandardCharsets.UTF_8));
    bytes.writeBytes(HexFormat.of().parseHex(hex));
    bytes.writeBytes(around[1].getBytes(StandardCharsets.UTF_8));
    return api.send(
        api.request("/broadcasty/publish", api.tokens.publisher())
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofByteArray(bytes.toByteArray()))
            .build());
  }

  /** Each path answers each method: with a problem, and never with a page or without an end. */
  @Test
  void everyPathAnswersEveryMethod() {
    String token = api.tokens.publisher();
    for (String path :
        List.of(
            "sse?channel=a",
            "ws",
            "publish",
            "replay?channel=a",
            "ping",
            "push/key",
            "push/1",
            "presence?channel=presence-a",
            "presence/join",
            "metrics",
            "admin/nodes")) {
      String allowed = options("/broadcasty/" + path);
      for (String method : List.of("PUT", "PATCH", "DELETE", "FOO", "POST", "GET", "HEAD")) {
        if (!List.of(allowed.split(", ", -1)).contains(method)) {
          HttpResponse<String> answer = api.send(method(method, "/broadcasty/" + path, token));
          assertEquals(405, answer.statusCode(), method + " " + path);
          assertEquals(allowed, answer.headers().firstValue("Allow").orElse(""), path);
          if (!method.equals("HEAD")) {
            assertProblem(405, "method_not_allowed", answer);
          }
        }
      }
      if (allowed.contains("HEAD")) {
        HttpResponse<String> head = api.send(method("HEAD", "/broadcasty/" + path, token));
        assertEquals("", head.body(), path);
        assertTrue(head.statusCode() < 500, path);
      }
    }
    for (String path : List.of("/", "/demo.js", "/nowhere")) {
      for (String method : List.of("PUT", "PATCH", "DELETE", "POST", "FOO")) {
        assertProblem(405, "method_not_allowed", api.send(method(method, path, "")));
      }
      assertTrue(api.send(method("OPTIONS", path, "")).statusCode() < 500, path);
    }
  }

  @Test
  void aHeadOfAStreamEndsAndHoldsNoPlace() throws IOException {
    String token = api.tokens.guest();
    String stream = "/broadcasty/sse?channel=a&access_token=" + token;
    for (int i = 0; i < 120; i++) { // more than a user may have
      HttpResponse<String> head = api.send(method("HEAD", stream, ""));
      assertEquals(200, head.statusCode());
      assertTrue(head.headers().firstValue("Content-Type").orElse("").contains("event-stream"));
    }
    assertEquals(400, api.send(method("HEAD", "/broadcasty/sse", token)).statusCode());
    assertEquals(401, api.send(method("HEAD", "/broadcasty/sse?channel=a", "")).statusCode());
  }

  private HttpRequest method(String method, String path, String token) {
    return api.request(path, token).method(method, HttpRequest.BodyPublishers.noBody()).build();
  }

  private String options(String path) {
    HttpResponse<String> answer = api.send(method("OPTIONS", path, ""));
    assertEquals(204, answer.statusCode(), path);
    return answer.headers().firstValue("Allow").orElse("");
  }

  /**
   * A client that has sent bytes before it closes its connection, as every client with TLS does,
   * was counted until its heartbeats failed; a page that was reloaded had reached the limit by
   * then.
   */
  @Test
  void aPageThatIsReloadedOftenReachesNoLimit() throws IOException {
    String token = api.tokens.token("demo", "reloads", Duration.ofMinutes(5), List.of("guest"));
    for (int reload = 0; reload < 250; reload++) { // a user may have 100
      try (RawSocket page = RawSocket.eventStream(api, token, "reloaded")) {
        page.write("\r\n".getBytes(StandardCharsets.US_ASCII));
        page.closeOutput();
      }
    }
  }

  /** Tokens of users with many roles exceed the limits of servers for headers. */
  @Test
  void aConnectionTakesATokenOf64Kilobytes() throws IOException {
    JWTClaimsSet claims =
        DevTokens.claims("demo", "roles", Duration.ofMinutes(5), List.of("guest"))
            .claim("realm_access", "r".repeat(48_000))
            .build();
    String token = DevTokens.sign(api.tokens.key(), claims);
    assertTrue(token.length() > 64_000 && token.length() <= 65_536, "" + token.length());
    try (RawSocket socket = RawSocket.webSocket(api, "")) {
      socket.writeText("{\"id\":1,\"command\":\"connect\",\"token\":\"" + token + "\"}");
      socket.readUntil("\"subject\":\"roles\"");
      socket.writeText("{\"id\":2,\"command\":\"refresh\",\"token\":\"" + token + "\"}");
      socket.readUntil("\"reply\":2");
    }
  }

  /** A browser adds the credentials of the site to every request. */
  @Test
  void aSiteBehindBasicAuthenticationStreams() {
    HttpRequest stream =
        api.request("/broadcasty/sse?channel=a&access_token=" + api.tokens.guest(), "")
            .header("Authorization", "Basic YWxhZGRpbjpvcGVuc2VzYW1l")
            .method("HEAD", HttpRequest.BodyPublishers.noBody())
            .build();
    assertEquals(200, api.send(stream).statusCode());
    HttpRequest publish =
        api.request("/broadcasty/publish", "")
            .header("Authorization", "Basic YWxhZGRpbjpvcGVuc2VzYW1l")
            .header("Authorization", "Bearer " + api.tokens.publisher())
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString("{\"channel\":\"a\",\"payload\":1}"))
            .build();
    assertEquals(200, api.send(publish).statusCode());
  }

  /** Payara writes the answer without its length; a client would wait for more of it. */
  @Test
  @Timeout(10)
  void aWebSocketsAddressEndsItsAnswerToOthers() {
    for (String path : List.of("/broadcasty/ws", "/app/none")) {
      HttpResponse<String> answer = api.get(path, api.tokens.guest());
      assertEquals(426, answer.statusCode());
      assertTrue(answer.body().endsWith("}"), answer.body());
    }
  }

  @Test
  void theTokenMayBeInTheSecondLineOfAHeaderField() throws IOException {
    try (RawSocket socket = new RawSocket(api)) {
      socket.write(
          ("GET /broadcasty/ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                  + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                  + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                  + "Sec-WebSocket-Protocol: broadcasty.v1\r\nSec-WebSocket-Protocol: bearer."
                  + api.tokens.guest()
                  + "\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      String answer = socket.readUntil("\r\n\r\n");
      assertTrue(answer.contains(" 101 ") && answer.contains("broadcasty.v1"), answer);
      socket.writeText("{\"id\":1,\"command\":\"subscribe\",\"channel\":\"a\"}");
      socket.readUntil("\"reply\":1");
    }
  }

  @Test
  void everyBadTokenIsRefusedEverywhere() throws JOSEException {
    JWTClaimsSet good =
        DevTokens.claims("demo", "mallory", Duration.ofMinutes(5), List.of("publisher")).build();
    String expired =
        api.tokens.token("demo", "mallory", Duration.ofSeconds(-5), List.of("publisher"));
    SignedJWT confused = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), good);
    confused.sign(new MACSigner(api.tokens.key().toRSAPublicKey().getEncoded()));
    List<String> bad =
        List.of(
            "",
            "not.a.token",
            DevTokens.sign(api.tokens.key(), good) + "=",
            DevTokens.sign(api.tokens.key(), good).replace(".", ".*"),
            new PlainJWT(good).serialize(),
            confused.serialize(),
            DevTokens.sign(new RSAKeyGenerator(2048).generate(), good),
            DevTokens.sign(
                api.tokens.key(), new JWTClaimsSet.Builder(good).claim("tid", null).build()),
            DevTokens.sign(
                api.tokens.key(), new JWTClaimsSet.Builder(good).claim("roles", null).build()),
            DevTokens.sign(
                api.tokens.key(), new JWTClaimsSet.Builder(good).issueTime(null).build()));
    for (String token : bad) {
      assertProblem(
          401,
          "unauthorized",
          api.post("/broadcasty/publish", token, "{\"channel\":\"a\",\"payload\":1}"));
      assertProblem(401, "unauthorized", api.get("/broadcasty/sse?channel=a", token));
      assertProblem(401, "unauthorized", api.get("/broadcasty/replay?channel=a", token));
    }
    assertProblem(401, "token_expired", api.get("/broadcasty/replay?channel=a", expired));
    assertProblem(401, "token_expired", api.get("/broadcasty/sse?channel=a", expired));
  }

  @Test
  void refusalsNameTheMetadataOfThisServer() throws IOException {
    String path = "/.well-known/oauth-protected-resource";
    String url = "resource_metadata=\"" + api.base + path + "\"";
    List<HttpResponse<String>> refusals =
        List.of(
            api.get("/broadcasty/replay?channel=a", ""),
            api.get("/broadcasty/admin/nodes", "bad"),
            api.get("/broadcasty/admin/nodes", api.tokens.guest()),
            api.get("/broadcasty/sse?channel=private-a", api.tokens.guest()),
            api.post(
                "/broadcasty/publish", api.tokens.guest(), "{\"channel\":\"a\",\"payload\":1}"));
    for (HttpResponse<String> refusal : refusals) {
      String challenge = refusal.headers().firstValue("WWW-Authenticate").orElse("");
      assertTrue(challenge.startsWith("Bearer") && challenge.contains(url), challenge);
      assertEquals(
          refusal.statusCode() == 403, challenge.contains("insufficient_scope"), challenge);
    }
    byte[] body = "{\"channel\":\"a\",\"payload\":1}".getBytes(StandardCharsets.UTF_8);
    try (RawSocket late = new RawSocket(api)) {
      late.sendPost("/broadcasty/publish", api.tokens.guest(), body.length);
      api.get("/broadcasty/ping", ""); // the server begins without the body meanwhile
      late.write(body);
      String refusal = late.readUntil("}");
      assertTrue(refusal.startsWith("HTTP/1.1 403"), refusal);
      assertTrue(refusal.contains(path + '"'), refusal);
    }
    for (String below : List.of("", "/broadcasty")) {
      HttpResponse<String> metadata = api.get(path + below, "");
      assertEquals(200, metadata.statusCode());
      String resource = "\"resource\":\"" + api.base + below + "\"";
      assertTrue(metadata.body().contains(resource), metadata.body());
    }
  }

  @Test
  void theCookieOfASessionPublishesForPagesOfThisServerAndEnds() {
    String cookie = api.cookie(api.tokens.publisher());
    assertTrue(cookie.startsWith("broadcasty="), cookie);
    String body = "{\"channel\":\"%s\",\"payload\":1}".formatted(Api.freshChannel("cookie."));
    for (String origin : List.of(api.base.resolve("/").toString(), "https://evil.example", "")) {
      HttpRequest.Builder request =
          api.request("/broadcasty/publish", "")
              .header("Cookie", cookie)
              .header("Content-Type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString(body));
      if (!origin.isEmpty()) {
        request.header("Origin", origin);
      }
      assertEquals(
          origin.startsWith("http:") ? 200 : 403, api.send(request.build()).statusCode(), origin);
    }
    HttpResponse<String> ended =
        api.send(
            api.request("/broadcasty/session", "")
                .header("Origin", api.base.resolve("/").toString())
                .DELETE()
                .build());
    assertEquals(204, ended.statusCode());
    String removed = ended.headers().firstValue("Set-Cookie").orElse("");
    assertTrue(removed.contains("Max-Age=0"), removed);
  }

  @Test
  void pagesOfAForeignOriginMayNotCall() {
    for (String path : List.of("/broadcasty/replay?channel=a", "/broadcasty/sse?channel=a")) {
      HttpRequest foreign =
          api.request(path, api.tokens.member()).header("Origin", "https://evil.example").build();
      assertProblem(403, "origin_not_allowed", api.send(foreign));
    }
    HttpRequest known =
        api.request("/broadcasty/replay?channel=a", api.tokens.member())
            .header("Origin", "https://app.example.com")
            .build();
    HttpResponse<String> answer = api.send(known);
    assertEquals(200, answer.statusCode());
    assertEquals(
        "https://app.example.com",
        answer.headers().firstValue("Access-Control-Allow-Origin").orElse(""));
  }

  /** By it clients whose own clock is wrong know how long their token is valid. */
  @Test
  void pagesOfOtherOriginsMayReadTheTimeOfTheServer() {
    for (String path : List.of("/broadcasty/ping", "/broadcasty/replay?channel=a")) {
      HttpRequest request =
          api.request(path, api.tokens.member())
              .header("Origin", "https://app.example.com")
              .build();
      HttpHeaders headers = api.send(request).headers();
      assertEquals(1, headers.allValues("Date").size(), path);
      String date = headers.firstValue("Date").orElse("");
      Instant time = DateTimeFormatter.RFC_1123_DATE_TIME.parse(date, Instant::from);
      Duration off = Duration.between(time, Instant.now()).abs();
      assertTrue(off.compareTo(Duration.ofSeconds(10)) < 0, () -> path + ": " + date);
      String exposed = headers.firstValue("Access-Control-Expose-Headers").orElse("");
      assertTrue(List.of(exposed.split(", ")).contains("Date"), () -> path + ": " + exposed);
    }
  }

  @Test
  void aRequestThatAcceptsNoJsonIsToldSo() {
    HttpRequest ofBrowser =
        api.request("/broadcasty/replay?channel=a", api.tokens.member())
            .header("Accept", "text/html")
            .build();
    HttpResponse<String> answer = api.send(ofBrowser);
    assertEquals(400, answer.statusCode(), answer.body());
    assertTrue(answer.body().contains("`Accept`"), answer.body());
  }

  @Test
  void aWebSocketHandshakeIsRefusedInHttp() throws IOException {
    assertTrue(handshake("Origin: https://evil.example\r\n").startsWith("HTTP/1.1 403"));
    assertTrue(handshake("Authorization: Bearer nonsense\r\n").startsWith("HTTP/1.1 401"));
  }

  @Test
  void aBodyOverTheCapIsRefusedBeforeItIsRead() throws IOException {
    try (RawSocket raw = new RawSocket(api)) {
      raw.write(
          ("POST /broadcasty/publish HTTP/1.1\r\n"
                  + "Host: localhost\r\n"
                  + "Content-Type: application/json\r\n"
                  + "Content-Length: 5000000\r\n"
                  + "Authorization: Bearer "
                  + api.tokens.publisher()
                  + "\r\n\r\n[")
              .getBytes(StandardCharsets.US_ASCII));
      assertTrue(raw.readUntil("\r\n").contains(" 413 "));
    }
  }

  @Test
  void tokensAndPayloadsAreNotShownInErrors() {
    String token = api.tokens.guest() + "tampered";
    String answer =
        api.post("/broadcasty/publish", token, "{\"channel\":\"a\",\"payload\":\"secret-text\"}")
            .body();
    assertFalse(answer.contains(token) || answer.contains("secret-text"), answer);
  }

  @Test
  void healthReportsStartedReadyAndLive() {
    int port =
        Integer.getInteger("it.health-port", api.base.getPort()); // WildFly uses another port
    URI server = URI.create("http://localhost:" + port);
    for (String check : List.of("started", "ready", "live")) {
      HttpResponse<String> health =
          api.send(HttpRequest.newBuilder(server.resolve("/health/" + check)).build());
      assertEquals(200, health.statusCode(), check);
      assertTrue(health.body().contains("broadcasty-" + check), health.body());
      for (String inside : List.of("store", "driver", "embedded", "connections", "warnings")) {
        assertFalse(health.body().contains("\"" + inside + "\""), health.body());
      }
    }
  }

  @Test
  void operatorsAloneReadTheDetailsOfHealth() {
    String path = "/broadcasty/admin/health";
    assertProblem(401, "unauthorized", api.get(path, ""));
    assertProblem(403, "forbidden", api.get(path, api.tokens.member()));
    assertProblem(403, "forbidden", api.get(path, api.tokens.admin()));
    HttpResponse<String> health = api.get(path, api.tokens.operator());
    assertEquals(200, health.statusCode(), health.body());
    assertTrue(health.body().startsWith("{\"status\":\"UP\",\"checks\":["), health.body());
    for (String inside :
        List.of("broadcasty-ready", "\"store\":\"up\"", "\"driver\":\"embedded\"", "live")) {
      assertTrue(health.body().contains(inside), health.body());
    }
  }

  @Test
  void administratorsOfATenantSeeNeitherHostsNorProviders() {
    String nodes = api.get("/broadcasty/admin/nodes", api.tokens.admin()).body();
    assertFalse(nodes.contains("host") || nodes.contains("pid"), nodes);
    assertProblem(403, "forbidden", api.get("/broadcasty/admin/drivers", api.tokens.admin()));
    String impostor = api.tokens.token("demo", "x", Duration.ofMinutes(5), List.of("operator"));
    assertProblem(403, "forbidden", api.get("/broadcasty/admin/drivers", impostor));
    assertProblem(403, "forbidden", api.get("/broadcasty/admin/nodes", impostor));
    String seen = api.get("/broadcasty/admin/nodes", api.tokens.operator()).body();
    assertTrue(seen.contains("\"host\":\"") && seen.contains("(pid "), seen);
    assertEquals(200, api.get("/broadcasty/admin/drivers", api.tokens.operator()).statusCode());
  }

  private String handshake(String header) throws IOException {
    try (RawSocket raw = new RawSocket(api)) {
      raw.write(
          ("GET /broadcasty/ws HTTP/1.1\r\n"
                  + "Host: localhost\r\n"
                  + "Upgrade: websocket\r\n"
                  + "Connection: Upgrade\r\n"
                  + "Sec-WebSocket-Version: 13\r\n"
                  + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                  + header
                  + "\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      return raw.readUntil("\r\n");
    }
  }

  private static void assertProblem(int status, String code, HttpResponse<String> answer) {
    assertEquals(status, answer.statusCode(), answer.body());
    assertEquals(
        "application/problem+json", answer.headers().firstValue("Content-Type").orElse("none"));
    assertEquals(code, json(answer).field("code"), answer.body());
    assertFalse(json(answer).field("detail").isEmpty());
  }

  private static Stream.Event json(HttpResponse<String> answer) {
    return new Stream.Event("answer", answer.body(), null);
  }

  @Test
  void anAdministratorSeesTheNodes() {
    HttpResponse<String> nodes = api.get("/broadcasty/admin/nodes", api.tokens.admin());
    assertEquals(200, nodes.statusCode(), nodes.body());
    assertTrue(nodes.body().startsWith("{\"nodes\":[{\"name\":\""), nodes.body());
    assertTrue(nodes.body().contains("\"self\":true"), nodes.body());
    assertTrue(nodes.body().contains("\"state\":\"ready\""), nodes.body());
    assertFalse(nodes.body().contains("${"), nodes.body());
    HttpResponse<String> refused = api.get("/broadcasty/admin/nodes", api.tokens.publisher());
    assertEquals(403, refused.statusCode());
    assertTrue(refused.body().contains("the role `admin`"), refused.body());
  }

  @Test
  void acceptsARequestWithANonceOnce() {
    String body = "{\"channel\":\"" + Api.freshChannel("nonce") + "\",\"payload\":1}";
    String nonce = java.util.UUID.randomUUID().toString();
    String now = Long.toString(System.currentTimeMillis() / 1000);
    for (int status : new int[] {200, 401}) {
      HttpResponse<String> answer =
          api.send(
              api.request("/broadcasty/publish", api.tokens.publisher())
                  .header("Content-Type", "application/json")
                  .header("Broadcasty-Nonce", nonce)
                  .header("Broadcasty-Timestamp", now)
                  .POST(HttpRequest.BodyPublishers.ofString(body))
                  .build());
      assertEquals(status, answer.statusCode(), answer.body());
      assertEquals(status == 401, answer.body().contains("\"code\":\"replayed\""));
    }
  }

  @Test
  void pingNeedsNoToken() {
    HttpRequest asked =
        api.request("/broadcasty/ping", "").header("Origin", "https://app.example.com").build();
    HttpResponse<String> answer = api.send(asked);
    assertEquals(204, answer.statusCode());
    assertEquals(
        "https://app.example.com",
        answer.headers().firstValue("Access-Control-Allow-Origin").orElse(""));
  }

  @Test
  void describesItsAddressesWithoutAToken() throws IOException {
    for (String accept : List.of("application/yaml", "text/html,*/*;q=0.8")) {
      HttpResponse<String> answer =
          api.send(api.request("/broadcasty/openapi.yaml", "").header("Accept", accept).build());
      assertEquals(200, answer.statusCode(), answer.body());
      assertEquals(Files.readString(OpenApiDocument.FILE), answer.body());
      String type = answer.headers().firstValue("Content-Type").orElse("");
      assertTrue(type.startsWith("application/yaml"), type);
    }
  }

  @Test
  void problemsNameAPageAboutTheirCode() {
    String refused = api.get("/broadcasty/replay?channel=a", "").body();
    assertTrue(refused.contains("\"type\":\"/broadcasty/problems/unauthorized\""), refused);
    HttpResponse<String> page = api.get("/broadcasty/problems/unauthorized", "");
    assertEquals(200, page.statusCode());
    assertTrue(page.body().contains("How do I mend it?"), page.body());
    assertEquals(1, page.headers().allValues("Content-Security-Policy").size());
    String list = api.get("/broadcasty/problems", "").body();
    assertTrue(list.contains("href=\"problems/internal_error\""), list);
    assertEquals(404, api.get("/broadcasty/problems/nothing", "").statusCode());
    assertEquals(401, api.get("/broadcasty/problems/a/b", "").statusCode());
  }

  /** A server has fewer request threads than this. */
  private static final int CROWD = 230;

  @Test
  void bodiesThatDribbleHoldNoThread() throws IOException {
    List<RawSocket> crowd = new ArrayList<>();
    try {
      for (int i = 0; i < CROWD; i++) {
        RawSocket socket = new RawSocket(api);
        crowd.add(socket);
        String token = i % 2 == 0 ? api.tokens.publisher() : "";
        socket.sendPost("/broadcasty/publish", token, 500);
        socket.write(new byte[] {'{'});
      }
      assertEquals(204, api.get("/broadcasty/ping", "").statusCode());
      assertEquals(200, health("live").statusCode());
      String channel = Api.freshChannel("beside.");
      assertEquals(
          200, api.publish("{\"channel\":\"%s\",\"payload\":1}".formatted(channel)).statusCode());
      String first = statusOrEnd(crowd.get(0));
      assertTrue(first.isEmpty() || first.contains(" 408 "), first);
      assertTrue(crowd.get(1).readUntil("\r\n").contains(" 401 "));
      String last = statusOrEnd(crowd.get(CROWD - 2)); // too many, or late like the first
      assertTrue(last.isEmpty() || last.contains(" 429 ") || last.contains(" 408 "), last);
    } finally {
      for (RawSocket socket : crowd) {
        socket.close();
      }
    }
  }

  /**
   * Returns the first line of an answer; empty when the server closed the connection instead, as
   * Payara does when one of its threads waited for the body.
   */
  private static String statusOrEnd(RawSocket socket) {
    try {
      return socket.readUntil("\r\n");
    } catch (IOException closed) {
      return "";
    }
  }

  @Test
  void aBodyThatComesLaterIsReadLikeOneThatComesAtOnce() throws IOException {
    String publication = "{\"channel\":\"%s\",\"payload\":1}".formatted(Api.freshChannel("later."));
    String member = "{\"channel\":\"presence-later\",\"member\":{\"id\":\"alice\"}}";
    assertEquals(" 200 ", statusOfLateBody("/broadcasty/publish", publication));
    assertEquals(" 200 ", statusOfLateBody("/broadcasty/presence/join", member));
    assertEquals(" 400 ", statusOfLateBody("/broadcasty/push/subscriptions", "{}"));
  }

  @ParameterizedTest
  @CsvSource({
    "POST, /broadcasty/publish, text/plain",
    "PUT, /broadcasty/publish, application/json",
    "PATCH, /broadcasty/presence/join, application/json",
    "POST, /broadcasty/presence/join, text/plain",
    "POST, /broadcasty/replay, application/json",
    "DELETE, /broadcasty/replay, text/plain",
    "POST, /broadcasty/nowhere, application/json",
    "POST, /broadcasty/nowhere, text/plain",
    "POST, /broadcasty/sse, application/json",
    "OPTIONS, /broadcasty/publish, application/json",
    "GET, /broadcasty/ping, application/json",
    "POST, /broadcasty/ping, application/json",
    "POST, /broadcasty/metrics, text/plain",
    "POST, /demo/index.html, text/plain",
    "POST, /dev/tokens, application/json"
  })
  void aConnectionGoesOnOrClosesAfterABodyThatNobodyReads(String method, String path, String type)
      throws IOException {
    for (String token : List.of(api.tokens.publisher(), "")) {
      try (RawSocket socket = new RawSocket(api)) {
        socket.sendHead(method, path, token, type, 5);
        api.get("/broadcasty/ping", ""); // the server begins without the body meanwhile
        socket.write("{ }  ".getBytes(StandardCharsets.US_ASCII));
        String head = socket.readUntil("\r\n\r\n");
        if (head.toLowerCase(Locale.ROOT).contains("connection: close")) {
          assertTrue(socket.isClosedByServer(), head);
        } else {
          socket.sendGet("/broadcasty/ping", "");
          assertTrue(isAnsweredOrClosed(socket), head);
        }
      }
    }
  }

  /** Returns whether a ping is answered, or the connection is closed instead. */
  private static boolean isAnsweredOrClosed(RawSocket socket) throws IOException {
    try {
      return !socket.readUntil("HTTP/1.1 204").isEmpty();
    } catch (SocketTimeoutException silence) {
      return false;
    } catch (IOException closed) {
      return true;
    }
  }

  private HttpResponse<String> health(String check) {
    int port = Integer.getInteger("it.health-port", api.base.getPort());
    URI server = URI.create("http://localhost:" + port);
    return api.send(HttpRequest.newBuilder(server.resolve("/health/" + check)).build());
  }

  private String statusOfLateBody(String path, String body) throws IOException {
    try (RawSocket socket = new RawSocket(api)) {
      socket.sendPost(path, api.tokens.publisher(), body.length());
      api.get("/broadcasty/ping", ""); // the server begins without the body meanwhile
      socket.write(body.substring(0, body.length() / 2).getBytes(StandardCharsets.US_ASCII));
      api.get("/broadcasty/ping", "");
      socket.write(body.substring(body.length() / 2).getBytes(StandardCharsets.US_ASCII));
      return socket.readUntil("\r\n").substring("HTTP/1.1".length(), "HTTP/1.1 200 ".length());
    }
  }
}
