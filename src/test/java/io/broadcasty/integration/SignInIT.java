package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.nimbusds.jwt.SignedJWT;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Signs users of two tenants in at real OpenID Connect providers, with the settings of their pages
 * word by word and, at Keycloak, nothing mapped.
 */
@Tag("any-server")
class SignInIT {

  private static final int ROTATIONS = 3;
  private static final int PUBLICATIONS = 20;

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path home;

  @Test
  void nodeOidcProviderSignsUsersOfTwoTenantsIn() throws Exception {
    try (OidcServer provider = NodeOidcProvider.start(NodePrograms.installed(), home)) {
      signsUsersOfTwoTenantsIn(provider, "other");
    }
  }

  /** With the profile {@code keycloak}, which brings its distribution. */
  @Test
  void keycloakSignsUsersOfTwoTenantsIn() throws Exception {
    Path distribution = Path.of(System.getProperty("it.servers"), "keycloak");
    assumeTrue(Files.exists(distribution), "-Pkeycloak is not set");
    try (OidcServer provider = Keycloak.start(distribution, home)) {
      signsUsersOfTwoTenantsIn(provider, "keycloak");
    }
  }

  /**
   * @param evil the issuer in the settings that claims another's tenant
   */
  private void signsUsersOfTwoTenantsIn(OidcServer provider, String evil) throws Exception {
    Map<String, String> settings = new HashMap<>();
    settings.put("BROADCASTY_REPLAY_STORE", "database");
    settings.put("BROADCASTY_LIMITS_ENABLED", "false");
    provider
        .settings()
        .forEach(
            (key, value) ->
                settings.put(key.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_"), value));
    try (ServerProcess server = ServerProcess.start(home, Ports.free(), settings)) {
      provider.awaitReady();
      Api api = server.awaitReady();
      usersOfTwoTenantsStreamAndPublish(provider, api);
      nobodySpeaksForAnotherTenant(provider, api, evil);
      keysRotateDuringTrafficWithoutARefusal(provider, api);
    }
  }

  private static void usersOfTwoTenantsStreamAndPublish(OidcServer provider, Api api) {
    String ann = provider.signIn("ann");
    String bob = provider.signIn("bob");
    String channel = Api.freshChannel("private-orders.");
    try (SseStream ofAnn = stream(api, channel, ann);
        SseStream ofBob = stream(api, channel, bob);
        WsStream socket = WsStream.open(api, ann)) {
      assertEquals("subscribed", ofAnn.next().kind());
      assertEquals("subscribed", ofBob.next().kind());
      socket.send("{\"id\":1,\"command\":\"subscribe\",\"channel\":\"%s\"}".formatted(channel));
      assertEquals("subscribed", socket.next().kind());
      assertEquals(200, publish(api, ann, channel, 1).statusCode());
      assertEquals(200, publish(api, bob, channel, 2).statusCode());
      assertEquals("1", ofAnn.next().field("payload"));
      assertEquals("1", socket.next().field("payload"));
      assertEquals("2", ofBob.next().field("payload"), "each tenant has channels of its own");
    }
  }

  /** A user of a company that the issuer may not speak for, though its token is valid. */
  private static void nobodySpeaksForAnotherTenant(OidcServer provider, Api api, String issuer) {
    HttpResponse<String> refused = publish(api, provider.signIn("eve"), "orders", 3);
    assertEquals(403, refused.statusCode(), refused.body());
    assertTrue(refused.body().contains("\"tenant_refused\""), refused.body());
    String token = provider.signIn("ann");
    HttpResponse<String> forged =
        publish(api, token.substring(0, token.length() - 8) + "AAAAAAAA", "orders", 3);
    assertEquals(401, forged.statusCode(), forged.body());
    Api.await(
        "the audit log",
        () -> {
          String entries =
              api.get("/broadcasty/admin/audit?outcome=refused", api.tokens.operator()).body();
          return entries.contains("claimedTenant") && entries.contains(issuer);
        });
  }

  private static void keysRotateDuringTrafficWithoutARefusal(OidcServer provider, Api api)
      throws Exception {
    String channel = Api.freshChannel("private-rotation.");
    String first = provider.signIn("ann");
    Set<String> keys = new HashSet<>(Set.of(key(first)));
    AtomicReference<String> latest = new AtomicReference<>(first);
    AtomicBoolean over = new AtomicBoolean();
    ExecutorService traffic = Executors.newSingleThreadExecutor();
    try (SseStream stream = stream(api, channel, first)) {
      assertEquals("subscribed", stream.next().kind());
      Future<Integer> published =
          traffic.submit(
              () -> {
                int count = 0;
                while (!over.get()) {
                  for (String token : new LinkedHashSet<>(List.of(first, latest.get()))) {
                    HttpResponse<String> answer = publish(api, token, channel, count);
                    assertEquals(200, answer.statusCode(), answer.body());
                    count++;
                  }
                }
                return count;
              });
      for (int i = 0; i < ROTATIONS; i++) {
        provider.rotate();
        String next = provider.signIn("ann");
        assertTrue(keys.add(key(next)), "it has not rotated");
        latest.set(next);
        for (int n = 0; n < PUBLICATIONS; n++) {
          HttpResponse<String> answer = api.get("/broadcasty/replay?channel=" + channel, next);
          assertEquals(200, answer.statusCode(), answer.body());
        }
        assertFalse(published.isDone(), "a publication was refused");
      }
      over.set(true);
      int count = published.get(60, TimeUnit.SECONDS);
      for (int n = 0; n < count; n++) {
        assertEquals(String.valueOf(n), stream.next().field("payload"));
      }
    } finally {
      over.set(true);
      traffic.shutdownNow();
    }
  }

  private static SseStream stream(Api api, String channel, String token) {
    return SseStream.open(
        api.request("/broadcasty/sse?channel=" + channel, token).GET().build(), api);
  }

  private static HttpResponse<String> publish(Api api, String token, String channel, int payload) {
    return api.post(
        "/broadcasty/publish",
        token,
        "{\"channel\":\"%s\",\"payload\":%d}".formatted(channel, payload));
  }

  private static String key(String token) throws ParseException {
    return SignedJWT.parse(token).getHeader().getKeyID();
  }
}
