package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.jwk.RSAKey;
import io.broadcasty.DocumentPage;
import io.broadcasty.TokensPage;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Follows the pages about tokens, about a policy of one's own and about large tokens, and starts
 * the server with nothing but what they say.
 */
class PagesIT {

  private static final DocumentPage POLICY = new DocumentPage("docs/howto/policy.md");
  private static final DocumentPage LARGE_TOKENS = new DocumentPage("docs/howto/large-tokens.md");

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path home;

  @SuppressWarnings("NullAway.Init")
  private TokensPage tokens;

  @BeforeEach
  void makeKeys() throws IOException {
    tokens = new TokensPage(Files.createDirectories(home.resolve("keys")));
  }

  @Test
  void aServerWithKeysAPolicyAndRoomForLargeTokens() throws Exception {
    Map<String, String> settings = new HashMap<>();
    settings.put("BROADCASTY_DEV", "false");
    settings.put("BROADCASTY_PROM", "false");
    settings.put("BROADCASTY_JWT_ALGORITHMS", "RS256,ES256,EdDSA");
    settings.put(
        "BROADCASTY_JWT_PUBLIC_KEY",
        tokens.file("public.pem") + tokens.file("ec-public.pem") + tokens.file("ed-public.pem"));
    Ports ports = Ports.free();
    ServerKind kind = ServerKind.current();
    ProcessBuilder prepared = kind.process(home, warWithPolicy(), ports);
    kind.takeLargeTokens(LARGE_TOKENS, home, prepared);
    try (ServerProcess server = ServerProcess.start(home, ports, settings, prepared)) {
      Api api = server.awaitAnswer("/broadcasty/ping", 204);
      warnsOfForeignTokens(server);
      String byShell = tokens.signByShell();
      assertEquals(200, read(api, byShell).statusCode());
      assertEquals(401, read(api, byShell.substring(1)).statusCode());
      assertEquals(200, read(api, tokens.signByJava()).statusCode());
      thePolicyDecides(server, api);
      largeTokensAreTaken(api);
      noMetersAreServed(api);
      assertEquals(200, read(api, tokens.signByNode()).statusCode()); // last: may be missing
    }
  }

  @Test
  @Tag("any-server")
  void aServerWithASecret() throws IOException {
    String token = tokens.signByPython();
    Map<String, String> settings =
        Map.of("BROADCASTY_DEV", "false", "BROADCASTY_JWT_SECRET", tokens.file("secret.txt"));
    try (ServerProcess server = ServerProcess.start(home, Ports.free(), settings)) {
      Api api = server.awaitAnswer("/broadcasty/ping", 204);
      warnsOfForeignTokens(server);
      assertEquals(200, read(api, token).statusCode());
      assertEquals(401, read(api, tokens.signByShell()).statusCode());
    }
  }

  private Path warWithPolicy() throws IOException {
    Path folder = Files.createDirectories(home.resolve("war"));
    Path war = folder.resolve("broadcasty.war");
    Path built = Path.of(System.getProperty("broadcasty.war"));
    Files.copy(built, war);
    Files.copy(built.resolveSibling("broadcasty-api.jar"), folder.resolve("broadcasty-api.jar"));
    Files.writeString(folder.resolve("TeamPolicy.java"), POLICY.blocks("java").get(0));
    String made = DocumentPage.runShell(folder, POLICY.blocks("bash").get(0));
    assertEquals("", made);
    dropInTheExample(folder);
    return war;
  }

  /** Replaces the jar of the page by that of examples/policy-resolver, which has the same class. */
  private static void dropInTheExample(Path folder) throws IOException {
    Path build = Path.of("examples", "policy-resolver", "build").toAbsolutePath();
    String update = POLICY.blocks("bash").get(0).lines().reduce((first, last) -> last).orElse("");
    assertTrue(update.startsWith("jar --update"), update);
    String made =
        DocumentPage.runShell(
            folder, build + " broadcasty-api.jar example; cp example/*.jar WEB-INF/lib; " + update);
    assertEquals("", made);
    String compiled = "classes/com/example/TeamPolicy.class";
    assertEquals(
        -1,
        Files.mismatch(
            folder.resolve("policy/" + compiled), folder.resolve("example/" + compiled)));
  }

  private static void warnsOfForeignTokens(ServerProcess server) {
    for (String warning : List.of("TOKENS OF ANY ISSUER", "TOKENS FOR ANY AUDIENCE")) {
      assertTrue(server.log().contains(warning), warning);
    }
  }

  private void thePolicyDecides(ServerProcess server, Api api) throws Exception {
    assertTrue(server.log().contains("channel policy: com.example.TeamPolicy"), server::log);
    String publisher = token(List.of("publisher"), Map.of());
    assertEquals(200, publish(api, publisher, "news").statusCode());
    String member = token(List.of("member"), Map.of());
    assertEquals(403, publish(api, member, "news").statusCode());
    String red = token(List.of(), Map.of("teams", List.of("red")));
    assertEquals(200, publish(api, red, "private-team.red").statusCode());
    assertEquals(403, publish(api, red, "private-team.blue").statusCode());
    assertEquals(403, publish(api, publisher, "private-team.red").statusCode());
    assertEquals(403, api.get("/broadcasty/replay?channel=private-team.red", member).statusCode());
    HttpResponse<String> team = api.get("/broadcasty/replay?channel=private-team.red", red);
    assertTrue(team.body().contains("\"sender\":\"ann\""), team.body());
  }

  private void largeTokensAreTaken(Api api) throws Exception {
    int length = ServerKind.current().largeToken();
    String large = token(List.of(), Map.of("groups", "g".repeat(length * 3 / 4)));
    assertTrue(large.length() >= length, "" + large.length());
    HttpResponse<String> answer = read(api, large);
    assertEquals(200, answer.statusCode(), answer.body());
  }

  private void noMetersAreServed(Api api) throws Exception {
    HttpResponse<String> answer = api.get("/broadcasty/metrics", token(List.of("admin"), Map.of()));
    assertEquals(404, answer.statusCode(), answer.body());
    assertTrue(answer.body().contains("BROADCASTY_PROM"), answer.body());
    assertEquals(
        api.get("/broadcasty/no-such-path", "").statusCode(),
        api.get("/broadcasty/metrics", "").statusCode(),
        "without a token it answers like any address that does not exist");
  }

  private static HttpResponse<String> read(Api api, String token) {
    return api.get("/broadcasty/replay?channel=news", token);
  }

  private static HttpResponse<String> publish(Api api, String token, String channel) {
    return api.post(
        "/broadcasty/publish", token, "{\"channel\":\"" + channel + "\",\"payload\":1}");
  }

  /** Signs a token of {@code ann} with the page's RSA key. */
  private String token(List<String> roles, Map<String, Object> more) throws Exception {
    var claims = DevTokens.claims("acme", "ann", Duration.ofMinutes(15), roles);
    more.forEach(claims::claim);
    return DevTokens.sign(rsaKey(), claims.build());
  }

  private RSAKey rsaKey() throws GeneralSecurityException {
    String pem = tokens.file("private.pem").replaceAll("-----[A-Z ]+-----", "");
    KeyFactory keys = KeyFactory.getInstance("RSA");
    RSAPrivateCrtKey secret =
        (RSAPrivateCrtKey)
            keys.generatePrivate(new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem)));
    RSAPublicKeySpec open = new RSAPublicKeySpec(secret.getModulus(), secret.getPublicExponent());
    return new RSAKey.Builder((RSAPublicKey) keys.generatePublic(open)).privateKey(secret).build();
  }
}
