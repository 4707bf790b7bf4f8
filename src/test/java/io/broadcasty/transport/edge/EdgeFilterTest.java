package io.broadcasty.transport.edge;

import static io.broadcasty.transport.FakeServlets.fake;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.auth.Authenticator;
import io.broadcasty.core.auth.BearerTokens;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.auth.LocalNonceStore;
import io.broadcasty.core.auth.LocalTicketStore;
import io.broadcasty.core.auth.SignedRequest;
import io.broadcasty.core.auth.Tickets;
import io.broadcasty.core.auth.jwt.DpopProofs;
import io.broadcasty.core.auth.jwt.TestProofs;
import io.broadcasty.core.lifecycle.ConnectionEvent.LimitReached;
import io.broadcasty.core.lifecycle.ConnectionEvent.Replayed;
import io.broadcasty.core.lifecycle.ConnectionEvent.TokenFault;
import io.broadcasty.core.lifecycle.ConnectionEvent.TokenRefused;
import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.ratelimit.ObservedRateLimiter;
import io.broadcasty.core.ratelimit.RateKey;
import io.broadcasty.core.ratelimit.RateLimiter;
import io.broadcasty.core.request.RequestId;
import io.broadcasty.delivery.session.ObservedAuthenticator;
import io.broadcasty.delivery.session.SuspensionReason;
import io.broadcasty.delivery.session.TestNode;
import io.broadcasty.transport.FakeServlets;
import io.broadcasty.transport.container.StreamOutputSelector;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import jakarta.servlet.FilterChain;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that each refusal at the edge is reported with the client's address and the caller. */
class EdgeFilterTest {

  private static final String PROXY = "10.0.0.1";
  private static final String CLIENT = "192.0.2.1";
  private static final String PUBLISH = "/broadcasty/publish";

  private final TestNode node = new TestNode();
  private final EdgeFilter filter = new EdgeFilter();
  private final Tickets tickets =
      new Tickets(
          new LocalTicketStore(Tickets.LIFE, MemoryBudget.unlimited(MemoryArea.IDS), node.time));
  private final List<Caller> passed = new ArrayList<>();
  private final Map<String, String> answered = new HashMap<>();
  private boolean granted = true;
  private boolean tlsRequired;
  private boolean tokensInQuery;

  /** The request id that the chain behind the filter saw last. */
  private @Nullable String servedRequestId;

  /** Whether requests need no caller. */
  private boolean ending;

  @BeforeEach
  void start() throws ReflectiveOperationException {
    RateLimiter limiter =
        new RateLimiter() {
          @Override
          public RateLimiter.Verdict tryAcquire(RateKey key, long permits) {
            return new RateLimiter.Verdict(granted, key.scope(), 10, 0, Duration.ofSeconds(1));
          }

          @Override
          public boolean isEnabled() {
            return true;
          }
        };
    inject(
        "settings",
        new EdgeSettings(
            List.of("https://*.app.example"),
            List.of("X-Mine"),
            List.of(PROXY),
            64,
            1000,
            1000,
            false,
            Duration.ofMinutes(1),
            new MetricsAccess(true, false, null),
            TestBodies.SETTINGS,
            tlsRequired,
            tokensInQuery,
            "X-Tenant-Id"));
    inject("bodies", TestBodies.of(node));
    inject("tenants", node.tenants);
    inject("apps", AppAuthenticatorTest.APPS);
    inject("current", new CurrentCaller());
    inject("authenticator", new BearerTokens(node.context.authenticator()));
    inject("limits", new ObservedRateLimiter(limiter, node.listener));
    inject("connections", node.limits);
    inject("sessions", node.sessions);
    inject("memory", node.memory);
    inject("outputs", new StreamOutputSelector(false, "none"));
    LocalNonceStore nonces =
        new LocalNonceStore(
            Duration.ofMinutes(11), MemoryBudget.unlimited(MemoryArea.IDS), node.time);
    inject("nonces", nonces);
    inject("proofs", new DpopProofs(nonces, node.time));
    inject("tickets", tickets);
    inject(
        "resource",
        new ProtectedResource("https://rt.example/app", List.of(), SessionCookiesTest.SETTINGS));
    inject("listener", node.listener);
    inject("clock", node.time);
    filter.init();
    node.tokens.put("good", new Authenticator.Authenticated(node.ann()));
  }

  private void inject(String name, Object value) throws ReflectiveOperationException {
    Field field = EdgeFilter.class.getDeclaredField(name);
    field.setAccessible(true);
    field.set(filter, value);
  }

  /** Sends a request and returns the status of its answer; 200 when it was let through. */
  private int send(String method, String path, Map<String, String> headers) throws Exception {
    Map<String, Object> attributes = new HashMap<>();
    HttpServletRequest request =
        fake(
            HttpServletRequest.class,
            (name, arguments) ->
                switch (name) {
                  case "getMethod" -> method;
                  case "getRequestURI" -> path.replaceFirst("\\?.*", "");
                  case "getContextPath" -> "";
                  case "getContentLengthLong" -> 0L;
                  case "getRemoteAddr" -> PROXY;
                  case "isSecure" -> false;
                  case "getQueryString" -> queryOf(path);
                  case "getHeaders" ->
                      Collections.enumeration(linesOf(headers.get((String) arguments[0])));
                  case "getHeader" -> firstLine(headers.get((String) arguments[0]));
                  case "getAttribute" -> attributes.get((String) arguments[0]);
                  case "setAttribute" -> attributes.put((String) arguments[0], arguments[1]);
                  default -> null;
                });
    int[] status = {HttpServletResponse.SC_OK};
    HttpServletResponse response =
        fake(
            HttpServletResponse.class,
            (name, arguments) ->
                switch (name) {
                  case "setHeader" -> answered.put((String) arguments[0], (String) arguments[1]);
                  case "setStatus" -> {
                    status[0] = (int) arguments[0];
                    yield null;
                  }
                  case "getStatus" -> status[0];
                  case "getHeader" -> answered.get((String) arguments[0]);
                  case "isCommitted" -> false;
                  case "getOutputStream" -> new FakeServlets.DiscardedOutput();
                  default -> null;
                });
    FilterChain chain =
        (served, answer) -> {
          servedRequestId = RequestId.current();
          if (!ending) {
            passed.add(
                Objects.requireNonNull(
                    CallerRequest.caller(((HttpServletRequest) served).getUserPrincipal())));
          }
        };
    filter.doFilter(request, response, chain);
    return status[0];
  }

  private static @Nullable String queryOf(String path) {
    int mark = path.indexOf('?');
    return mark < 0 ? null : path.substring(mark + 1);
  }

  private static List<String> linesOf(@Nullable String header) {
    return header == null ? List.of() : List.of(header.split("\n", -1));
  }

  /** What {@code getHeader} returns of a field in several lines. */
  private static @Nullable String firstLine(@Nullable String lines) {
    return lines == null ? null : lines.split("\n", -1)[0];
  }

  private int send(String path, String... headers) throws Exception {
    Map<String, String> all = new HashMap<>(Map.of("X-Forwarded-For", CLIENT));
    for (int i = 0; i < headers.length; i += 2) {
      all.put(headers[i], headers[i + 1]);
    }
    return send(path.equals(PUBLISH) ? "POST" : "GET", path, all);
  }

  @ParameterizedTest
  @CsvSource({
    "r-1, , r-1",
    "0a1b.2:3_4-5, 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01, 0a1b.2:3_4-5",
    ", 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01, 4bf92f3577b34da6a3ce929d0e0e4736",
    "a b, 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01,"
        + " 4bf92f3577b34da6a3ce929d0e0e4736",
    "'', 00-00000000000000000000000000000000-00f067aa0ba902b7-01, ",
    "näme, nonsense, ",
    "a\"b, , ",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, , ",
    ", , "
  })
  void eachRequestHasAnId(@Nullable String given, @Nullable String trace, @Nullable String id)
      throws Exception {
    Map<String, String> headers = new HashMap<>(Map.of("Authorization", "Bearer good"));
    if (given != null) {
      headers.put("X-Request-Id", given);
    }
    if (trace != null) {
      headers.put("traceparent", trace);
    }
    assertEquals(200, send("GET", "/broadcasty/replay", headers));
    String answer = Objects.requireNonNull(answered.get("X-Request-Id"));
    assertEquals(answer, servedRequestId);
    assertNull(RequestId.current(), "ends with the request");
    if (id == null) {
      assertTrue(answer.matches("[0-9a-f]{32}"), answer);
    } else {
      assertEquals(id, answer);
    }
    headers.remove("Authorization");
    assertEquals(401, send("GET", "/broadcasty/replay", headers));
    assertNotNull(answered.get("X-Request-Id"));
  }

  @Test
  void aSuspendedNodeRefusesAllButOperators() throws Exception {
    ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
    Problem wrongClock = Problem.of(Code.UNAVAILABLE, "the clock of this node is wrong");
    node.sessions.suspend(SuspensionReason.CLOCK, wrongClock, Duration.ZERO, scheduler);
    scheduler.shutdown();
    for (String path : List.of("sse", "ws", "ping", "publish", "replay", "push/key")) {
      assertEquals(503, send("/broadcasty/" + path, "Authorization", "Bearer good"), path);
    }
    assertEquals(200, send("/broadcasty/admin/health", "Authorization", "Bearer good"));
    node.sessions.resume(SuspensionReason.CLOCK);
    assertEquals(200, send("/broadcasty/replay", "Authorization", "Bearer good"));
  }

  @Test
  void refusesMethodsThatAPathDoesNotHave() throws Exception {
    Map<String, String> token = Map.of("Authorization", "Bearer good");
    for (String method : List.of("PUT", "PATCH", "TRACE", "CONNECT", "FOO", "get", "DELETE")) {
      for (String path : List.of("sse", "ws", "publish", "replay", "ping", "push/key", "metrics")) {
        assertEquals(405, send(method, "/broadcasty/" + path, token), method + " " + path);
      }
    }
    assertEquals(405, send("HEAD", PUBLISH, token));
    assertEquals(405, send("GET", PUBLISH, token));
    assertEquals(405, send("POST", "/broadcasty/sse", token));
    assertEquals(405, send("HEAD", "/broadcasty/ws", token));
    assertEquals(204, send("OPTIONS", PUBLISH, Map.of()));
    assertEquals(200, send("HEAD", "/broadcasty/replay", token));
    assertEquals(200, send("DELETE", "/broadcasty/push/subscriptions/1", token));
  }

  /** A proxy may add its line after one that the client has forged. */
  @Test
  void readsEveryLineOfAHeaderField() throws Exception {
    assertEquals(
        200,
        send(PUBLISH, "Authorization", "Bearer good", "X-Forwarded-For", "6.6.6.6\n" + CLIENT));
    assertEquals(CLIENT, passed.get(0).address());
    send(PUBLISH, "Authorization", "Bearer good", "X-Forwarded-For", "6.6.6.6\n7.7.7.7\n" + PROXY);
    assertEquals("7.7.7.7", passed.get(1).address());
    assertEquals(
        403,
        send(
            PUBLISH,
            "Authorization",
            "Bearer good",
            "Origin",
            "https://app.example.com\nhttps://evil.example.com"));
    assertEquals(
        400,
        send(
            PUBLISH,
            "Authorization",
            "Bearer good",
            "Broadcasty-Nonce",
            "nonce-1-\nnonce-2-",
            "Broadcasty-Timestamp",
            String.valueOf(node.time.nowMillis() / 1000)));
  }

  @Test
  void aPreflightAllowsTheHeadersOfTracesAndOfTheSetting() throws Exception {
    String origin = "https://a.app.example";
    assertEquals(204, send("OPTIONS", PUBLISH, Map.of("Origin", origin)));
    List<String> allowed =
        List.of(
            Objects.requireNonNull(answered.get("Access-Control-Allow-Headers"))
                .toLowerCase(Locale.ROOT)
                .split(", ", -1));
    assertTrue(
        allowed.containsAll(
            List.of(
                "authorization",
                "content-type",
                "last-event-id",
                "traceparent",
                "tracestate",
                "baggage",
                "sentry-trace",
                "x-requested-with",
                "x-mine")),
        allowed.toString());
    assertEquals(origin, answered.get("Access-Control-Allow-Origin"));
    assertEquals("true", answered.get("Access-Control-Allow-Credentials"));
    answered.clear();
    assertEquals(403, send("OPTIONS", PUBLISH, Map.of("Origin", "https://any.example")));
    assertNull(answered.get("Access-Control-Allow-Origin"));
    assertNull(answered.get("Access-Control-Allow-Credentials"));
  }

  @Test
  void refusesAnEncodedBody() throws Exception {
    for (String coding : List.of("gzip", "br", "identity, gzip", "identity\ngzip", "x")) {
      assertEquals(
          415, send(PUBLISH, "Authorization", "Bearer good", "Content-Encoding", coding), coding);
    }
    assertEquals(
        200, send(PUBLISH, "Authorization", "Bearer good", "Content-Encoding", "Identity"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"%C1%B0rivate-x", "%ED%A0%BD", "%ff", "%E2%82", "%", "%2", "%zz", "%u0070", "a%"})
  void refusesAQueryAndAPathThatAreNotUtf8(String ill) throws Exception {
    String replay = "/broadcasty/replay";
    assertEquals(400, send(replay + "?channel=" + ill, "Authorization", "Bearer good"));
    assertEquals(400, send(replay + "?" + ill + "=a&b", "Authorization", "Bearer good"));
    assertEquals(400, send("/broadcasty/push/" + ill, "Authorization", "Bearer good"));
  }

  @Test
  void takesAQueryInUtf8() throws Exception {
    String replay = "/broadcasty/replay?channel=";
    for (String well : List.of("a", "%61", "%E2%82%AC", "%f0%9f%98%80", "a%20b+c", "%00", "é")) {
      assertEquals(200, send(replay + well, "Authorization", "Bearer good"), well);
    }
  }

  @Test
  void refusesWhatOthersMayHaveReadIfTlsIsRequired() throws Exception {
    String[] token = {"Authorization", "Bearer good"};
    assertEquals(200, send(PUBLISH, token));
    tlsRequired = true;
    start();
    assertEquals(403, send(PUBLISH, token));
    assertEquals(403, send("/broadcasty/ping"));
    for (String[] header :
        List.of(
            new String[] {"X-Forwarded-Proto", "https"},
            new String[] {"Forwarded", "for=192.0.2.1;proto=https"})) {
      assertEquals(
          200, send(PUBLISH, "Authorization", "Bearer good", header[0], header[1]), header[0]);
    }
  }

  @Test
  void aPageOfTheHostThatAProxyNamesIsTheServersOwn() throws Exception {
    String[] request = {
      "Authorization",
      "Bearer good",
      "Origin",
      "https://rt.example",
      "Host",
      "app.internal:8080",
      "",
      ""
    };
    assertEquals(403, send(PUBLISH, request));
    for (String[] header :
        List.of(
            new String[] {"X-Forwarded-Host", "rt.example"},
            new String[] {"Forwarded", "for=192.0.2.1;host=rt.example;proto=https"})) {
      request[6] = header[0];
      request[7] = header[1];
      assertEquals(200, send(PUBLISH, request), header[0]);
    }
    request[3] = "https://evil.example";
    assertEquals(403, send(PUBLISH, request));
  }

  @Test
  void theHeaderOfTheTenantMustAgreeWithTheToken() throws Exception {
    assertEquals(200, send(PUBLISH, "Authorization", "Bearer good", "X-Tenant-Id", "acme"));
    for (String other : List.of("globex", "ACME", "", "acme, globex")) {
      assertEquals(403, send(PUBLISH, "Authorization", "Bearer good", "X-Tenant-Id", other), other);
    }
  }

  @Test
  void aCallerHasTheAddressThatATrustedProxyForwards() throws Exception {
    assertEquals(200, send(PUBLISH, "Authorization", "Bearer good"));
    assertEquals(CLIENT, passed.get(0).address());
    assertNull(node.ann().address());
  }

  @Test
  void challengesSayWhatIsMissingAndWhereTheMetadataAre() throws Exception {
    String metadata =
        "resource_metadata=\"https://rt.example/app/.well-known/oauth-protected-resource\"";
    assertEquals(401, send(PUBLISH));
    assertEquals("Bearer " + metadata, answered.get("WWW-Authenticate"));
    node.tokens.put("bad", new Authenticator.Refused("the claim `aud` does not \"fit\" ü", false));
    assertEquals(401, send(PUBLISH, "Authorization", "Bearer bad"));
    assertEquals(
        "Bearer error=\"invalid_token\","
            + " error_description=\"the claim `aud` does not 'fit' -\", "
            + metadata,
        answered.get("WWW-Authenticate"));
    answered.clear();
    assertEquals(403, send(PUBLISH, "Origin", "https://evil.example"));
    assertNull(answered.get("WWW-Authenticate"), "no token would help");
  }

  @Test
  void reportsAMissingToken() throws Exception {
    assertEquals(401, send(PUBLISH));
    assertEquals(
        List.of(new TokenRefused(TokenFault.MISSING, "the request has no token", CLIENT)),
        node.listener.ofType(TokenRefused.class));
  }

  /** Every proxy logs the URL, and a key may be valid for years. */
  @Test
  void anApiKeyIsNotTakenFromTheQuery() throws Exception {
    node.tokens.put("bk_x", new Authenticator.Authenticated(node.ann()));
    String bearer = "Bearer bk_x";
    assertEquals(200, send("GET", "/broadcasty/sse?channel=a", Map.of("Authorization", bearer)));
    for (String query : List.of("access_token=bk_x", "channel=a&access_token=%62k_x")) {
      assertEquals(401, send("GET", "/broadcasty/sse?" + query, Map.of()));
      assertEquals(401, send("GET", "/broadcasty/ws?" + query, Map.of()));
      assertEquals(
          401, send("GET", "/broadcasty/replay?" + query, Map.of("Authorization", bearer)));
    }
    assertEquals(6, node.listener.ofType(TokenRefused.class).size());
  }

  private String proof(String id, String method, String path) {
    return TestProofs.proof(
        TestProofs.claims(id, method, "https://rt.example/app" + path, "bound", node.time.now()));
  }

  @Test
  void aTokenThatIsBoundToAKeyNeedsAProofWithEachRequest() throws Exception {
    Caller bound = TestProofs.caller("bound", TestProofs.KEY);
    node.tokens.put("bound", new Authenticator.Authenticated(bound));
    String path = "/broadcasty/replay";
    assertEquals(401, send(path, "Authorization", "Bearer bound"));
    String challenge = Objects.requireNonNull(answered.get("WWW-Authenticate"));
    assertTrue(challenge.startsWith("DPoP error=\"invalid_token\""), challenge);
    assertTrue(challenge.contains("algs=\"ES256 "), challenge);
    assertTrue(challenge.contains("resource_metadata="), challenge);
    assertEquals(401, send(path, "Authorization", "DPoP bound"));
    challenge = Objects.requireNonNull(answered.get("WWW-Authenticate"));
    assertTrue(challenge.startsWith("DPoP error=\"invalid_dpop_proof\""), challenge);
    String proof = proof("1", "GET", path);
    assertEquals(200, send(path + "?from=0", "Authorization", "DPoP bound", "DPoP", proof));
    assertEquals(401, send(path, "Authorization", "DPoP bound", "DPoP", proof), "used");
    String twice = proof("2", "GET", path) + "\n" + proof("3", "GET", path);
    assertEquals(401, send(path, "Authorization", "DPoP bound", "DPoP", twice));
    String other = proof("4", "GET", "/broadcasty/sse");
    assertEquals(401, send(path, "Authorization", "DPoP bound", "DPoP", other));
    assertEquals(
        200,
        send(
            "/broadcasty/ws",
            "Authorization",
            "DPoP bound",
            "DPoP",
            proof("5", "GET", "/broadcasty/ws")));
    assertEquals(401, send(path, "Cookie", "broadcasty=bound"), "a cookie proves nothing");
    assertEquals(
        401, send(path, "Authorization", "DPoP good", "DPoP", proof("6", "GET", path)), "unbound");
    assertEquals(401, send(path, "Authorization", "DPoP unknown", "DPoP", proof("7", "GET", path)));
  }

  @Test
  void aTicketStandsForTheProof() throws Exception {
    Caller bound = TestProofs.caller("bound", TestProofs.KEY);
    node.tokens.put("bound", new Authenticator.Authenticated(bound));
    for (String path : List.of("/broadcasty/sse", "/broadcasty/ws")) {
      String ticket = tickets.issue(bound.tenant(), "bound");
      assertEquals(200, send("GET", path + "?ticket=" + ticket, Map.of()), path);
      assertEquals(
          401, send("GET", path, Map.of("Sec-WebSocket-Protocol", "bearer.bound")), "downgraded");
    }
  }

  @Test
  void aTicketOpensOneStream() throws Exception {
    for (String path : List.of("/broadcasty/sse", "/broadcasty/ws")) {
      String ticket = tickets.issue(node.ann().tenant(), "good");
      String url = path + "?channel=a&ticket=" + ticket;
      assertEquals(200, send("GET", url, Map.of()), path);
      assertEquals("ann", passed.get(passed.size() - 1).subject());
      assertEquals(401, send("GET", url, Map.of()), "used");
      assertEquals(401, send("GET", path + "?ticket=made-up", Map.of()));
    }
    String late = tickets.issue(node.ann().tenant(), "good");
    node.time.advance(Tickets.LIFE);
    assertEquals(401, send("GET", "/broadcasty/sse?ticket=" + late, Map.of()));
    String revoked = tickets.issue(node.ann().tenant(), "of nobody");
    assertEquals(401, send("GET", "/broadcasty/sse?ticket=" + revoked, Map.of()));
    String ticket = tickets.issue(node.ann().tenant(), "good");
    assertEquals(401, send("GET", "/broadcasty/replay?ticket=" + ticket, Map.of()), "no stream");
    assertEquals(200, send("GET", "/broadcasty/sse?ticket=" + ticket, Map.of()));
  }

  @Test
  void aLogoutTokenNeedsNoCallerAndCountsForItsAddress() throws Exception {
    ending = true;
    String path = "/broadcasty/backchannel-logout";
    assertEquals(200, send("POST", path, Map.of()));
    assertEquals("no-store", answered.get("Cache-Control"));
    assertEquals(405, send("GET", path, Map.of()));
    assertEquals(403, send("POST", path, Map.of("Origin", "https://evil.example.com")));
    granted = false;
    assertEquals(429, send("POST", path, Map.of()));
  }

  @Test
  void aTokenIsTakenFromTheQueryOnlyWhereThatIsAllowed() throws Exception {
    for (String path : List.of("/broadcasty/sse", "/broadcasty/ws")) {
      assertEquals(401, send("GET", path + "?access_token=good", Map.of()), path);
    }
    assertEquals(2, node.listener.ofType(TokenRefused.class).size());
    assertEquals(
        200,
        send("GET", "/broadcasty/sse?access_token=bad", Map.of("Authorization", "Bearer good")));
    tokensInQuery = true;
    start();
    assertEquals(200, send("GET", "/broadcasty/sse?access_token=good", Map.of()));
  }

  @Test
  void aCookieAuthenticatesWhatPagesOfThisServerSend() throws Exception {
    String cookie = "__Host-broadcasty=good";
    Map<String, String> own =
        Map.of("Cookie", cookie, "Host", "rt.example", "Origin", "https://rt.example");
    assertEquals(200, send("GET", "/broadcasty/sse", Map.of("Cookie", cookie)));
    assertEquals(200, send("POST", PUBLISH, own));
    assertEquals(200, send("GET", "/broadcasty/admin/nodes", own));
    assertEquals(200, send("GET", "/broadcasty/ws?credentials=cookie", own));
    assertEquals(4, passed.size());
    assertEquals(403, send("POST", PUBLISH, Map.of("Cookie", cookie)));
    assertEquals(403, send("GET", "/broadcasty/ws?credentials=cookie", Map.of("Cookie", cookie)));
    assertEquals(
        403, send("POST", PUBLISH, Map.of("Cookie", cookie, "Origin", "https://evil.example")));
    assertEquals(401, send("GET", "/broadcasty/sse", Map.of("Cookie", "__Host-broadcasty=bad")));
    assertEquals(
        200,
        send("POST", PUBLISH, Map.of("Cookie", cookie, "Authorization", "Bearer good")),
        "a token needs no origin");
  }

  @Test
  void aSessionBeginsAndEndsByRequestsOfItsPagesOnly() throws Exception {
    String path = "/broadcasty/session";
    Map<String, String> own = Map.of("Host", "rt.example", "Origin", "https://rt.example");
    Map<String, String> begins = new HashMap<>(own);
    begins.put("Authorization", "Bearer good");
    assertEquals(200, send("POST", path, begins));
    assertEquals(401, send("POST", path, own));
    assertEquals(403, send("POST", path, Map.of("Authorization", "Bearer good")));
    assertEquals(403, send("DELETE", path, Map.of("Cookie", "__Host-broadcasty=good")));
    assertEquals(1, passed.size());
    ending = true;
    assertEquals(200, send("DELETE", path, own), "also when the token has expired");
  }

  /** Sends a signed request; the signature is valid if it consists of ones. */
  private int sendSigned(String method, String digit, long secondsAgo, String nonce)
      throws Exception {
    Authenticator signatures =
        new Authenticator() {
          @Override
          public Authenticator.Verdict authenticate(String token) {
            return new Refused("no token", false);
          }

          @Override
          public Authenticator.Verdict authenticate(
              SignedRequest request, @Nullable String address) {
            assertEquals(method, request.method());
            assertEquals("/broadcasty/push/subscriptions", request.path());
            assertEquals("b=1&a=2", request.query());
            assertEquals(CLIENT, address);
            return request.signature().startsWith("1")
                ? new Authenticated(node.ann())
                : new Refused("it is not signed", false);
          }
        };
    inject("authenticator", new ObservedAuthenticator(signatures, node.listener));
    return send(
        method,
        "/broadcasty/push/subscriptions?b=1&a=2",
        Map.of(
            "X-Forwarded-For",
            CLIENT,
            "Authorization",
            SignedRequest.SCHEME + " key=5f2c1b7a90d34e68, signature=" + digit.repeat(64),
            ReplayGuard.NONCE,
            nonce,
            ReplayGuard.TIMESTAMP,
            Long.toString(node.time.nowMillis() / 1000 - secondsAgo)));
  }

  @Test
  void aSignedRequestIsAcceptedOnceWithinItsTime() throws Exception {
    assertEquals(200, sendSigned("GET", "1", 0, "nonce-01"));
    assertEquals(401, sendSigned("GET", "1", 0, "nonce-01"), "reading is protected too");
    assertEquals(200, sendSigned("POST", "1", 300, "nonce-02"));
    assertEquals(200, sendSigned("POST", "1", -300, "nonce-03"));
    assertEquals(401, sendSigned("POST", "1", 301, "nonce-04"));
    assertEquals(401, sendSigned("POST", "1", -301, "nonce-04"));
    assertEquals(3, node.listener.ofType(Replayed.class).size());
    assertEquals(200, sendSigned("POST", "1", 0, "nonce-04"));
    assertEquals(4, passed.size());
  }

  /** Whoever does not know the secret must not be able to use up the nonces of those who do. */
  @Test
  void aWrongSignatureIsReportedAndUsesNoNonce() throws Exception {
    assertEquals(401, sendSigned("POST", "2", 0, "nonce-01"));
    assertEquals(SignedRequest.SCHEME, answered.get("WWW-Authenticate"));
    assertEquals(
        List.of(new TokenRefused(TokenFault.INVALID, "it is not signed", CLIENT)),
        node.listener.ofType(TokenRefused.class));
    assertEquals(200, sendSigned("POST", "1", 0, "nonce-01"));
    assertEquals(400, sendSigned("POST", "x", 0, "nonce-02"));
    assertEquals(2, node.listener.ofType(TokenRefused.class).size());
  }

  /** The hash of a body that is not there is that of no bytes. */
  @Test
  void aSignedRequestMustHaveTheBodyThatWasSigned() throws Exception {
    Authenticator any =
        new Authenticator() {
          @Override
          public Authenticator.Verdict authenticate(String token) {
            return new Refused("no token", false);
          }

          @Override
          public Authenticator.Verdict authenticate(
              SignedRequest request, @Nullable String address) {
            return new Authenticated(node.ann());
          }
        };
    inject("authenticator", any);
    Map<String, String> headers = new HashMap<>();
    headers.put(
        "Authorization",
        SignedRequest.SCHEME + " key=5f2c1b7a90d34e68, signature=" + "1".repeat(64));
    headers.put(ReplayGuard.NONCE, "nonce-01");
    headers.put(ReplayGuard.TIMESTAMP, Long.toString(node.time.nowMillis() / 1000));
    headers.put(SignatureHeaders.BODY_HASH, "1".repeat(64));
    assertEquals(401, send("POST", "/broadcasty/push/send", headers));
    assertEquals(SignedRequest.SCHEME, answered.get("WWW-Authenticate"));
    headers.put(ReplayGuard.NONCE, "nonce-02");
    headers.put(SignatureHeaders.BODY_HASH, SignedRequest.EMPTY_SHA256);
    assertEquals(200, send("POST", "/broadcasty/push/send", headers));
  }

  @Test
  void reportsARefusedTokenWithItsReason() throws Exception {
    assertEquals(401, send(PUBLISH, "Authorization", "Bearer forged"));
    assertEquals(
        List.of(new TokenRefused(TokenFault.INVALID, "it is not known", CLIENT)),
        node.listener.ofType(TokenRefused.class));
  }

  @Test
  void reportsAReplay() throws Exception {
    String[] once = {
      "Authorization",
      "Bearer good",
      ReplayGuard.NONCE,
      "12345678",
      ReplayGuard.TIMESTAMP,
      Long.toString(node.time.nowMillis() / 1000)
    };
    assertEquals(200, send(PUBLISH, once));
    assertEquals(List.of(), node.listener.ofType(Replayed.class));
    assertEquals(401, send(PUBLISH, once));
    assertEquals(
        List.of(
            new Replayed(
                TestNode.ACME,
                "ann",
                "this nonce was used before; send another one with each request",
                CLIENT)),
        node.listener.ofType(Replayed.class));
  }

  @Test
  void anIncompleteNonceIsNoReplay() throws Exception {
    assertEquals(400, send(PUBLISH, "Authorization", "Bearer good", ReplayGuard.NONCE, "12345678"));
    assertEquals(List.of(), node.listener.ofType(Replayed.class));
  }

  @Test
  void reportsTheReachedRateOfAnAddress() throws Exception {
    granted = false;
    assertEquals(429, send(PUBLISH, "Authorization", "Bearer good"));
    assertEquals(
        List.of(new LimitReached(LimitReached.RATE_ADDRESS, null, null, null, CLIENT)),
        node.listener.ofType(LimitReached.class));
  }

  @Test
  void reportsTheReachedLimitOfConnections() throws Exception {
    for (int i = 0; i < TestNode.PLACES; i++) {
      node.limits.tryAcquire(TestNode.ACME, "ann");
    }
    assertEquals(429, send("/broadcasty/sse", "Authorization", "Bearer good"));
    assertEquals(
        List.of(new LimitReached(LimitReached.CONNECTIONS, TestNode.ACME, "ann", null, CLIENT)),
        node.listener.ofType(LimitReached.class));
  }
}
