package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tests the security headers of every answer: of the API, of pages, and of errors. */
class SecurityHeadersIT extends BuiltWarTestBase {

  private static final Map<String, Integer> PAGES =
      Map.of("/", 200, "/demo.js", 200, "/broadcasty-client.js", 200, "/no-such-page", 404);

  private static void assertSecured(String what, HttpResponse<?> answer) {
    assertEquals("nosniff", header(answer, "X-Content-Type-Options"), what);
    assertEquals("DENY", header(answer, "X-Frame-Options"), what);
    assertEquals("no-referrer", header(answer, "Referrer-Policy"), what);
    String policy = header(answer, "Content-Security-Policy");
    assertTrue(policy.contains("frame-ancestors 'none'"), what + ": " + policy);
    assertTrue(!policy.contains("unsafe"), what + ": " + policy);
  }

  private static String header(HttpResponse<?> answer, String name) {
    List<String> values = answer.headers().allValues(name);
    assertEquals(1, values.size(), () -> name + ": " + values + " of " + answer);
    return values.get(0);
  }

  @Test
  void pagesAndScriptsHaveThem() {
    PAGES.forEach(
        (path, status) -> {
          HttpResponse<String> answer = api.get(path, "");
          assertEquals(status, answer.statusCode(), path);
          assertSecured(path, answer);
          assertTrue(header(answer, "Content-Security-Policy").contains("script-src 'self'"), path);
        });
    assertSecured("tokens", api.get("/dev/tokens", ""));
  }

  @Test
  void answersOfTheApiHaveThem() {
    String guest = api.tokens.guest();
    String publisher = api.tokens.publisher();
    String publication = "{\"channel\":\"headers.a\",\"payload\":1}";
    Map<String, HttpResponse<String>> answers =
        Map.of(
            "204", api.get("/broadcasty/ping", ""),
            "200", api.post("/broadcasty/publish", publisher, publication),
            "200 too", api.get("/broadcasty/replay?channel=headers.a", guest),
            "400", api.post("/broadcasty/publish", publisher, "{"),
            "401", api.get("/broadcasty/replay?channel=a", ""),
            "401 too", api.get("/broadcasty/sse?channel=a", "nonsense"),
            "403", api.get("/broadcasty/admin/nodes", guest),
            "404", api.get("/broadcasty/no-such-resource", guest),
            "405", api.send(api.request("/broadcasty/publish", guest).DELETE().build()));
    answers.forEach(
        (status, answer) -> {
          assertEquals(status.substring(0, 3), String.valueOf(answer.statusCode()), status);
          assertSecured(status, answer);
          assertTrue(
              header(answer, "Content-Security-Policy").startsWith("default-src 'none';"), status);
        });
    HttpResponse<String> foreign =
        api.send(
            api.request("/broadcasty/ping", "").header("Origin", "https://evil.example").build());
    assertEquals(403, foreign.statusCode());
    assertSecured("a foreign origin", foreign);
    HttpResponse<String> worker = api.get("/broadcasty/push/sw.js", "");
    assertEquals(200, worker.statusCode());
    assertSecured("the service worker", worker);
  }

  @Test
  void transportSecurityIsForHttpsOnly() {
    for (String path : List.of("/", "/broadcasty/ping", "/broadcasty/replay?channel=a")) {
      assertEquals(List.of(), transportSecurity(path, "http"), path);
      assertEquals(List.of("max-age=31536000"), transportSecurity(path, "https"), path);
    }
  }

  private List<String> transportSecurity(String path, String scheme) {
    return api.send(api.request(path, "").header("X-Forwarded-Proto", scheme).build())
        .headers()
        .allValues("Strict-Transport-Security");
  }
}
