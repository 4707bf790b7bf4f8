package io.broadcasty.transport.edge;

import static io.broadcasty.transport.FakeServlets.fake;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.auth.Authenticator;
import io.broadcasty.core.auth.LocalNonceStore;
import io.broadcasty.core.auth.LocalTicketStore;
import io.broadcasty.core.auth.Tickets;
import io.broadcasty.core.lifecycle.ConnectionEvent.LimitReached;
import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.ratelimit.LocalRateLimiter;
import io.broadcasty.core.ratelimit.RateLimiter;
import io.broadcasty.core.ratelimit.RateLimits;
import io.broadcasty.core.ratelimit.UnauthenticatedConnections;
import io.broadcasty.core.ratelimit.UnauthenticatedLimits;
import io.broadcasty.core.tenant.Rate;
import io.broadcasty.delivery.session.TestNode;
import io.broadcasty.transport.FakeServlets;
import io.broadcasty.transport.container.StreamOutputSelector;
import jakarta.servlet.FilterChain;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests that every request counts for its address, once, before anything else is checked. */
class AddressLimitTest {

  private static final String ORIGIN = "https://app.example";
  private static final int BURST = 3;

  private final TestNode node = new TestNode();
  private final EdgeFilter edge = new EdgeFilter();
  private final AddressFilter others = new AddressFilter();
  private final UnauthenticatedConnections unauthenticated =
      new UnauthenticatedConnections(
          new UnauthenticatedLimits(1, 2, true, new Rate(100, 100), Duration.ofSeconds(20)),
          node.time);
  private int handshakeStatus = HttpServletResponse.SC_SWITCHING_PROTOCOLS;
  private final Map<String, String> answered = new HashMap<>();
  private String address = "192.0.2.1";

  @BeforeEach
  void start() throws ReflectiveOperationException {
    RateLimiter limits =
        new LocalRateLimiter(new RateLimits(true, new Rate(1, BURST), node.tenants), node.time);
    EdgeSettings settings =
        new EdgeSettings(
            List.of(ORIGIN),
            List.of(),
            List.of(),
            64,
            1000,
            1000,
            false,
            Duration.ofMinutes(1),
            new MetricsAccess(true, false, null),
            TestBodies.SETTINGS,
            false,
            false,
            null);
    Map<String, Object> beans =
        Map.of(
            "bodies",
            TestBodies.of(node),
            "settings",
            settings,
            "authenticator",
            node.context.authenticator(),
            "limits",
            limits,
            "connections",
            node.limits,
            "unauthenticated",
            unauthenticated,
            "sessions",
            node.sessions,
            "nonces",
            new LocalNonceStore(
                Duration.ofMinutes(2), MemoryBudget.unlimited(MemoryArea.IDS), node.time),
            "listener",
            node.listener,
            "clock",
            node.time);
    inject(edge, beans);
    inject(edge, Map.of("memory", node.memory, "outputs", new StreamOutputSelector(false, "none")));
    Tickets tickets =
        new Tickets(
            new LocalTicketStore(Tickets.LIFE, MemoryBudget.unlimited(MemoryArea.IDS), node.time));
    inject(edge, Map.of("tickets", tickets));
    inject(edge, Map.of("resource", new ProtectedResource(null, List.of(), settings)));
    inject(edge, Map.of("current", new CurrentCaller()));
    inject(edge, Map.of("apps", AppAuthenticatorTest.APPS, "tenants", node.tenants));
    inject(others, beans);
    edge.init();
    others.init();
    node.tokens.put("good", new Authenticator.Authenticated(node.ann()));
  }

  private static void inject(HttpFilter filter, Map<String, Object> beans)
      throws ReflectiveOperationException {
    for (Field field : filter.getClass().getDeclaredFields()) {
      if (beans.containsKey(field.getName())) {
        field.setAccessible(true);
        field.set(filter, beans.get(field.getName()));
      }
    }
  }

  /**
   * Sends a request through the filters that a container would find, in either order; returns the
   * status.
   */
  private int send(String method, String path, boolean edgeFirst, String... headers)
      throws Exception {
    Map<String, Object> attributes = new HashMap<>();
    HttpServletRequest request =
        fake(
            HttpServletRequest.class,
            (name, arguments) ->
                switch (name) {
                  case "getMethod" -> method;
                  case "getRequestURI", "getServletPath" -> path;
                  case "getContextPath" -> "";
                  case "getContentLengthLong" -> 0L;
                  case "getRemoteAddr" -> address;
                  case "isSecure" -> false;
                  case "getHeader" -> header(headers, (String) arguments[0]);
                  case "getHeaders" -> headerLines(headers, (String) arguments[0]);
                  case "getAttribute" -> attributes.get((String) arguments[0]);
                  case "setAttribute" -> attributes.put((String) arguments[0], arguments[1]);
                  default -> null;
                });
    int[] status = {HttpServletResponse.SC_OK};
    answered.clear();
    HttpServletResponse response =
        fake(
            HttpServletResponse.class,
            (name, arguments) ->
                switch (name) {
                  case "setStatus" -> {
                    status[0] = (int) arguments[0];
                    yield null;
                  }
                  case "getStatus" -> status[0];
                  case "isCommitted" -> false;
                  case "setHeader" -> answered.put((String) arguments[0], (String) arguments[1]);
                  case "getOutputStream" -> new FakeServlets.DiscardedOutput();
                  default -> null;
                });
    FilterChain end =
        (served, answer) -> {
          if (path.equals("/broadcasty/ws")) {
            status[0] = handshakeStatus;
          }
        };
    if (!EdgeFilter.sees(path)) {
      others.doFilter(request, response, end);
    } else if (edgeFirst) {
      edge.doFilter(request, response, (r, a) -> others.doFilter(r, a, end));
    } else {
      others.doFilter(request, response, (r, a) -> edge.doFilter(r, a, end));
    }
    return status[0];
  }

  private static Enumeration<String> headerLines(String[] headers, String name) {
    String value = header(headers, name);
    return Collections.enumeration(value == null ? List.of() : List.of(value));
  }

  private static @Nullable String header(String[] headers, String name) {
    for (int i = 0; i < headers.length; i += 2) {
      if (headers[i].equals(name)) {
        return headers[i + 1];
      }
    }
    return null;
  }

  private void useUp(String method, String path, String... headers) throws Exception {
    for (int i = 0; i < BURST; i++) {
      int status = send(method, path, i % 2 == 0, headers);
      assertEquals(false, status == 429, "request " + i + " of " + path);
    }
    assertEquals(429, send(method, path, true, headers), path);
    assertEquals(429, send(method, path, false, headers), path);
    assertEquals("1", answered.get("Retry-After"));
  }

  @Test
  void preflightsCount() throws Exception {
    useUp("OPTIONS", "/broadcasty/publish", "Origin", ORIGIN);
    assertEquals(ORIGIN, answered.get("Access-Control-Allow-Origin"), "a page may read the answer");
  }

  @Test
  void requestsOfForeignOriginsCount() throws Exception {
    useUp("GET", "/broadcasty/sse", "Origin", "https://evil.example");
    assertEquals(null, answered.get("Access-Control-Allow-Origin"));
  }

  @Test
  void filesAndUnknownPathsCount() throws Exception {
    useUp("GET", "/index.html");
    assertEquals(429, send("GET", "/no-such-file", true));
    assertEquals(429, send("OPTIONS", "/", true));
    assertEquals(429, send("GET", "/broadcasty/no-such-path", true));
  }

  /** The addresses of other protocols have methods that files do not have. */
  @Test
  void theEdgeSeesWhatItsPatternsMatch() throws Exception {
    for (String pattern : EdgeFilter.class.getAnnotation(WebFilter.class).urlPatterns()) {
      assertTrue(EdgeFilter.sees(pattern.replace("*", "x")), pattern);
    }
    assertFalse(EdgeFilter.sees("/application/x"));
    assertEquals(401, send("POST", "/apps/3/events", true));
    assertEquals(401, send("POST", "/broadcasting/auth", false));
    assertEquals(405, send("POST", "/index.html", true));
  }

  @Test
  void requestsWithoutATokenCount() throws Exception {
    useUp("POST", "/broadcasty/publish");
  }

  @Test
  void callersCountOnce() throws Exception {
    useUp("GET", "/broadcasty/replay", "Authorization", "Bearer good");
    node.time.advance(Duration.ofSeconds(1));
    assertEquals(200, send("GET", "/broadcasty/replay", false, "Authorization", "Bearer good"));
  }

  @Test
  void pingsAndHealthAreAnsweredWhateverElseTheAddressRequests() throws Exception {
    useUp("GET", "/index.html");
    assertEquals(200, send("GET", "/health/live", true));
    assertEquals(200, send("GET", "/broadcasty/ping", true));
    useUpPings();
    address = "192.0.2.2";
    useUp("GET", "/broadcasty/ping");
  }

  private void useUpPings() throws Exception {
    assertEquals(200, send("GET", "/broadcasty/ping", false));
    assertEquals(200, send("GET", "/broadcasty/ping", true));
    assertEquals(429, send("GET", "/broadcasty/ping", true));
  }

  @Test
  void theAddressesOfAnIpv6NetworkCountTogether() throws Exception {
    for (int i = 0; i < BURST; i++) {
      address = "2001:db8:0:1::" + i;
      assertEquals(200, send("GET", "/index.html", true));
    }
    address = "2001:db8:0:1:ffff::";
    assertEquals(429, send("GET", "/index.html", true));
    address = "2001:db8:0:2::1";
    assertEquals(200, send("GET", "/index.html", true));
  }

  private int handshake(String from, String... headers) throws Exception {
    address = from;
    return send("GET", "/broadcasty/ws", true, headers);
  }

  @Test
  void handshakesWithoutATokenAreLimitedAtOnceByAddressAndInAll() throws Exception {
    assertEquals(101, handshake("192.0.2.1"));
    assertEquals(429, handshake("192.0.2.1"));
    assertEquals("1", answered.get("Retry-After"));
    assertEquals(101, handshake("2001:db8::1"));
    assertEquals(429, handshake("2001:db8::2"), "of the same network");
    assertEquals(503, handshake("192.0.2.2"));
    assertEquals("1", answered.get("Retry-After"));
    assertEquals(
        3,
        node.listener.ofType(LimitReached.class).stream()
            .filter(event -> event.limit().equals(LimitReached.UNAUTHENTICATED))
            .count());
    assertEquals(101, handshake("192.0.2.2", "Authorization", "Bearer good"));
  }

  @Test
  void aRefusedHandshakeTakesNoPlace() throws Exception {
    handshakeStatus = HttpServletResponse.SC_BAD_REQUEST;
    assertEquals(400, handshake("192.0.2.1"));
    assertEquals(0, unauthenticated.count());
    handshakeStatus = HttpServletResponse.SC_SWITCHING_PROTOCOLS;
    assertEquals(101, handshake("192.0.2.1"));
    assertEquals(1, unauthenticated.count());
  }
}
