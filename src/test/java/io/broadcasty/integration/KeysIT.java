package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests API keys from their creation to their revocation, and channel policies, on each server. */
class KeysIT {

  private static final String KEYS = "/broadcasty/admin/keys";
  private static final String ORDERS =
      "{\"name\":\"back end\",\"scopes\":[{\"channels\":\"private-orders.*\","
          + "\"operations\":[\"publish\",\"subscribe\"]}]}";
  private static final Map<String, String> SETTINGS =
      Map.of(
          "BROADCASTY_REPLAY_STORE",
          "database",
          "BROADCASTY_MASTER_KEY",
          Base64.getEncoder().encodeToString(new byte[32]));

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path home;

  @SuppressWarnings("NullAway.Init")
  private Api api;

  private String token(String tenant, String role) {
    return api.tokens.token(tenant, "ann", Duration.ofMinutes(10), List.of(role));
  }

  private HttpResponse<String> delete(String path, String token) {
    return api.send(api.request(path, token).DELETE().build());
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

  @Test
  void aKeyIsCreatedUsedRotatedAndRevoked() throws Exception {
    Ports ports = Ports.free();
    String path;
    String before;
    String after;
    try (ServerProcess server = ServerProcess.start(home, ports, SETTINGS)) {
      api = server.awaitReady();
      HttpResponse<String> created = api.post(KEYS, token("acme", "admin"), ORDERS);
      assertAnswer(201, "\"state\":\"active\"", created);
      assertEquals("no-store", created.headers().firstValue("Cache-Control").orElse(""));
      path = KEYS + "/" + field("id", created);
      assertEquals(path, created.headers().firstValue("Location").orElse(""));
      before = field("secret", created);
      Api.await("the key", () -> publish(before, "private-orders.eu").statusCode() == 200);
      staysWithinItsScopes(before);
      isForItsAdministratorsOnly(path, before);

      HttpResponse<String> rotated = api.post(path + "/rotate", token("acme", "admin"), "{}");
      assertAnswer(200, "previousSecretUntil", rotated);
      after = field("secret", rotated);
      Api.await("the new secret", () -> publish(after, "private-orders.eu").statusCode() == 200);
      assertEquals(200, publish(before, "private-orders.eu").statusCode());
      Api.await("its use", () -> api.get(path, token("acme", "admin")).body().contains("lastUsed"));
      HttpRequest request =
          api.request("/broadcasty/sse?channel=private-orders.eu", after).GET().build();
      try (SseStream stream = SseStream.open(request, api)) {
        assertEquals(204, delete(path, token("acme", "admin")).statusCode());
        Api.await("the end of its stream", stream::isEnded);
      }
      Api.await("the refusal", () -> publish(after, "private-orders.eu").statusCode() == 401);
      assertEquals(401, publish(before, "private-orders.eu").statusCode());
      new PolicyChecks(api).run();
      server.kill();
    }
    try (ServerProcess server = ServerProcess.start(home, ports, SETTINGS)) {
      api = server.awaitReady();
      assertEquals(401, publish(after, "private-orders.eu").statusCode());
      assertAnswer(200, "\"revoked\"", api.get(path, token("acme", "admin")));
      deletesThemWithTheirTenant();
      assertAnswer(
          200, "\"encrypted\":0", api.post(KEYS + "/rotate-master", api.tokens.operator(), ""));
    }
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
