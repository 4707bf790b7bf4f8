package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Checks API keys from their creation to their revocation on a server, and after its restart. */
final class KeyChecks {

  private static final String KEYS = "/broadcasty/admin/keys";
  private static final String SCOPES =
      "[{\"channels\":\"private-orders.*\",\"operations\":[\"publish\",\"subscribe\"]}]";
  private static final String ORDERS = "{\"name\":\"back end\",\"scopes\":" + SCOPES + "}";
  private final Api api;
  private String path = "";
  private String before = "";
  private String after = "";

  KeyChecks(Api api) {
    this.api = api;
  }

  /** Returns checks of the same key on a server that was started again. */
  KeyChecks on(Api restarted) {
    KeyChecks checks = new KeyChecks(restarted);
    checks.path = path;
    checks.before = before;
    checks.after = after;
    return checks;
  }

  private String token(String tenant, String role) {
    return api.tokens.token(tenant, "ann", Duration.ofMinutes(10), List.of(role));
  }

  private HttpResponse<String> delete(String path, String token) {
    return api.send(api.request(path, token).DELETE().build());
  }

  /** Revokes the key at a path as tokens are revoked. */
  private HttpResponse<String> revoke(String path, String token) {
    String id = path.substring(path.lastIndexOf('/') + 1);
    return api.post("/broadcasty/admin/revocations", token, "{\"key\":\"" + id + "\"}");
  }

  private HttpResponse<String> publish(String key, String channel) {
    return api.post("/broadcasty/publish", key, "{\"channel\":\"" + channel + "\",\"payload\":1}");
  }

  private static void assertAnswer(int status, String part, HttpResponse<String> answer) {
    assertEquals(status, answer.statusCode(), answer.body());
    assertTrue(answer.body().contains(part), answer.body());
  }

  private static String field(String name, HttpResponse<String> answer) {
    Matcher field = Pattern.compile("\"" + name + "\":\"([^\"]+)\"").matcher(answer.body());
    assertTrue(field.find(), answer.body());
    return field.group(1);
  }

  void areCreatedUsedRotatedAndRevoked() throws Exception {
    HttpResponse<String> created = api.post(KEYS, token("acme", "admin"), ORDERS);
    assertAnswer(201, "\"state\":\"active\"", created);
    assertEquals("no-store", created.headers().firstValue("Cache-Control").orElse(""));
    path = KEYS + "/" + field("id", created);
    assertEquals(path, created.headers().firstValue("Location").orElse(""));
    before = field("secret", created);
    Api.await("the key", () -> publish(before, "private-orders.eu").statusCode() == 200);
    staysWithinItsScopes(before);
    isForItsAdministratorsOnly(path, before);
    isNotTakenFromTheQuery(before);
    signsRequests(before);
    losesStreamsWithItsScopes(path, before);

    HttpResponse<String> rotated = api.post(path + "/rotate", token("acme", "admin"), "{}");
    assertAnswer(200, "previousSecretUntil", rotated);
    after = field("secret", rotated);
    Api.await("the new secret", () -> publish(after, "private-orders.eu").statusCode() == 200);
    assertEquals(200, publish(before, "private-orders.eu").statusCode());
    assertAnswer(409, "rotation_pending", api.post(path + "/rotate", token("acme", "admin"), "{}"));
    assertEquals(200, publish(before, "private-orders.eu").statusCode());
    Api.await("its use", () -> api.get(path, token("acme", "admin")).body().contains("lastUsed"));
    HttpRequest request =
        api.request("/broadcasty/sse?channel=private-orders.eu", after).GET().build();
    try (SseStream stream = SseStream.open(request, api)) {
      HttpResponse<String> gone = revoke(path, token("acme", "admin"));
      assertEquals(204, gone.statusCode(), gone.body());
      Api.await("the end of its stream", stream::isEnded);
    }
    Api.await("the refusal", () -> publish(after, "private-orders.eu").statusCode() == 401);
    assertEquals(401, publish(before, "private-orders.eu").statusCode());
    assertEquals(204, delete(path, token("acme", "admin")).statusCode(), "it does no harm");
  }

  void stayRevokedAndEndWithTheirTenant() {
    assertEquals(401, publish(after, "private-orders.eu").statusCode());
    assertAnswer(200, "\"revoked\"", api.get(path, token("acme", "admin")));
    deletesThemWithTheirTenant();
    assertAnswer(
        200, "\"encrypted\":0", api.post(KEYS + "/rotate-master", api.tokens.operator(), ""));
  }

  private void deletesThemWithTheirTenant() {
    String tenants = "/broadcasty/admin/tenants";
    assertEquals(201, api.post(tenants, api.tokens.operator(), "{\"id\":\"acme\"}").statusCode());
    String key = field("secret", api.post(KEYS, token("acme", "admin"), ORDERS));
    Api.await("the key", () -> publish(key, "private-orders.eu").statusCode() == 200);
    assertEquals(204, delete(tenants + "/acme", api.tokens.operator()).statusCode());
    Api.await("its refusal", () -> publish(key, "private-orders.eu").statusCode() == 401);
    assertAnswer(200, "{\"keys\":[]}", api.get(KEYS, token("acme", "admin")));
  }

  private void isNotTakenFromTheQuery(String key) {
    assertAnswer(
        401,
        "must not be in the URL",
        api.get("/broadcasty/sse?channel=private-orders.eu&access_token=" + key, ""));
  }

  private void losesStreamsWithItsScopes(String path, String key) throws Exception {
    String admin = token("acme", "admin");
    try (SseStream narrowed = open(key, "private-orders.eu");
        SseStream kept = open(key, "private-orders.us")) {
      assertAnswer(
          200,
          "\"name\":\"narrow\"",
          patch(
              path,
              admin,
              "{\"name\":\"narrow\",\"scopes\":[{\"channels\":\"private-orders.us\","
                  + "\"operations\":[\"subscribe\"]}]}"));
      Api.await("the end of what it lost", narrowed::isEnded);
      assertEquals(403, publish(key, "private-orders.eu").statusCode());
      assertFalse(kept.isEnded());
    }
    assertAnswer(200, "private-orders.*", patch(path, admin, "{\"scopes\":" + SCOPES + "}"));
    Api.await("its scopes", () -> publish(key, "private-orders.eu").statusCode() == 200);
    assertAnswer(400, "expiresAt", patch(path, admin, "{\"expiresAt\":\"2001-01-01T00:00:00Z\"}"));
    assertAnswer(404, "not_found", patch(path, token("other", "admin"), "{\"name\":\"mine\"}"));
    assertAnswer(403, "forbidden", patch(path, token("acme", "publisher"), "{\"name\":\"mine\"}"));
  }

  private HttpResponse<String> patch(String path, String token, String json) {
    return api.send(
        api.request(path, token)
            .header("Content-Type", "application/json")
            .method("PATCH", HttpRequest.BodyPublishers.ofString(json))
            .build());
  }

  private SseStream open(String key, String channel) throws Exception {
    return SseStream.open(
        api.request("/broadcasty/sse?channel=" + channel, key).GET().build(), api);
  }

  private void signsRequests(String key) throws Exception {
    String body = "{\"channel\":\"private-orders.eu\",\"payload\":\"signed\"}";
    HttpRequest.Builder once = signed(key, "POST", "/broadcasty/publish", "", body);
    assertAnswer(200, "sequence", send(once, body));
    assertAnswer(401, "replayed", send(once, body));
    long published = sequence(key);
    String other = body.replace("signed", "forged");
    assertAnswer(
        401,
        "invalid_signature",
        send(signed(key, "POST", "/broadcasty/publish", "", body), other));
    String large = body.replace("signed", "x".repeat(70_000));
    assertAnswer(
        401,
        "invalid_signature",
        send(signed(key, "POST", "/broadcasty/publish", "", body), large));
    assertAnswer(
        401,
        "invalid_signature",
        send(signed(key + "x", "POST", "/broadcasty/publish", "", body), body));
    assertEquals(published, sequence(key));
    String query = "last=2&channel=private-orders.eu";
    HttpResponse<String> read =
        api.send(signed(key, "GET", "/broadcasty/replay", query, "").GET().build());
    assertAnswer(200, "\"signed\"", read);
    assertFalse(read.body().contains("forged"));
    HttpRequest stream =
        signed(key, "GET", "/broadcasty/sse", "channel=private-orders.eu", "").GET().build();
    try (SseStream events = SseStream.open(stream, api)) {
      assertFalse(events.isEnded());
    }
    String entry = "{\"channel\":\"private-orders.eu\",\"payload\":\"" + "y".repeat(700) + "\"}";
    String batch = "[" + entry + (',' + entry).repeat(99) + "]";
    assertAnswer(
        200, "sequence", send(signed(key, "POST", "/broadcasty/publish", "", batch), batch));
  }

  private HttpResponse<String> send(HttpRequest.Builder signed, String body) {
    return api.send(
        signed
            .setHeader("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build());
  }

  /** Returns the sequence of the last publication. */
  private long sequence(String key) {
    Matcher heads =
        Pattern.compile("\"sequence\":(\\d+)")
            .matcher(api.get("/broadcasty/replay?channel=private-orders.eu&last=1", key).body());
    assertTrue(heads.find());
    return Long.parseLong(heads.group(1));
  }

  private HttpRequest.Builder signed(
      String key, String method, String path, String query, String body) throws Exception {
    String now = Long.toString(System.currentTimeMillis() / 1000);
    String nonce = UUID.randomUUID().toString();
    byte[] digest =
        MessageDigest.getInstance("SHA-256").digest(body.getBytes(StandardCharsets.UTF_8));
    String hash = HexFormat.of().formatHex(digest);
    String[] parameters = query.split("&", -1);
    Arrays.sort(parameters);
    String text =
        String.join(
            "\n",
            "Broadcasty-HMAC-SHA256",
            method,
            path,
            String.join("&", parameters),
            hash,
            now,
            nonce);
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    String signature = HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    return api.request(query.isEmpty() ? path : path + "?" + query, "")
        .header("Broadcasty-Timestamp", now)
        .header("Broadcasty-Nonce", nonce)
        .header("Broadcasty-Body-SHA256", hash)
        .header(
            "Authorization",
            "Broadcasty-HMAC-SHA256 key=" + key.substring(3, 19) + ", signature=" + signature);
  }

  private void staysWithinItsScopes(String key) {
    assertAnswer(403, "forbidden", publish(key, "private-other"));
    assertAnswer(403, "forbidden", publish(key, "orders.eu"));
    assertEquals(200, api.get("/broadcasty/replay?channel=private-orders.eu", key).statusCode());
    assertAnswer(403, "forbidden", api.get("/broadcasty/replay?channel=orders.eu", key));
    assertAnswer(403, "forbidden", api.get(KEYS, key));
    assertEquals(401, publish(key + "x", "private-orders.a").statusCode());
  }

  private void isForItsAdministratorsOnly(String path, String secret) {
    HttpResponse<String> own = api.get(KEYS, token("acme", "admin"));
    assertAnswer(200, "\"back end\"", own);
    assertFalse(own.body().contains(secret));
    assertFalse(own.body().contains("secret\""));
    assertAnswer(200, "{\"keys\":[]}", api.get(KEYS, token("other", "admin")));
    assertAnswer(403, "forbidden", api.get(KEYS + "?tenant=acme", token("other", "admin")));
    assertAnswer(200, "back end", api.get(KEYS + "?tenant=acme", api.tokens.operator()));
    assertAnswer(403, "forbidden", api.get(KEYS, token("acme", "publisher")));
    assertAnswer(404, "not_found", api.get(path, token("other", "admin")));
    assertAnswer(404, "not_found", api.post(path + "/rotate", token("other", "admin"), ""));
    assertAnswer(404, "not_found", delete(path, token("other", "admin")));
    assertAnswer(403, "forbidden", api.post(KEYS + "/rotate-master", token("acme", "admin"), ""));
    assertAnswer(400, "scopes", api.post(KEYS, token("acme", "admin"), "{\"name\":\"a\"}"));
    assertAnswer(400, "invalid_json", api.post(KEYS, token("acme", "admin"), "{"));
  }
}
