package io.broadcasty.delivery.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.cluster.control.ControlMessage.Disconnect;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.lifecycle.TransportType;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.protocol.sse.SseProtocol;
import io.broadcasty.wire.ProblemException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Tests which connections a disconnect finds, also while others open, close and renew their tokens.
 */
class SessionIndexTest {

  private static final List<TenantId> TENANTS = List.of(new TenantId("acme"), new TenantId("beta"));

  private static final Duration HOUR = Duration.ofHours(1);

  private final TestNode node = new TestNode();

  /** Ends connections on the calling thread. */
  private final SessionContext atOnce =
      new SessionContext(
          node.context.settings(),
          node.context.memory(),
          node.context.tenants(),
          node.context.authenticator(),
          node.context.publish(),
          node.context.undelivered(),
          node.context.subscribe(),
          node.context.presence(),
          node.context.limits(),
          node.context.rates(),
          node.sessions,
          node.time,
          node.time,
          () -> Runnable::run,
          Runnable::run,
          Runnable::run,
          node.context.listener());

  private static Caller caller(String tenant, String subject, String token, @Nullable String key) {
    return new Caller(
        new TenantId(tenant),
        subject,
        Set.of(),
        Instant.EPOCH,
        Instant.MAX,
        Map.of(),
        "token",
        token,
        key,
        null);
  }

  private EventSession open(Caller caller) {
    try {
      return new SseProtocol()
          .accept(FakeStreamRequest.channels("news"))
          .open(atOnce, new TestNode.FakeTransport(), caller, () -> {});
    } catch (ProblemException e) {
      throw new IllegalStateException(e);
    }
  }

  private int count(
      @Nullable String tenant,
      @Nullable String subject,
      @Nullable String tokenId,
      @Nullable String keyId) {
    return node.sessions.count(
        new Disconnect(
            tenant == null ? null : new TenantId(tenant), subject, tokenId, keyId, "disconnected"));
  }

  @Test
  void listsConnectionsOfATenantInOrderOfTheirNumbers() {
    for (String user : List.of("ann", "bob", "ann")) {
      open(caller("acme", user, user, null));
    }
    open(caller("beta", "ann", "t", null));
    EventSession ended = open(caller("acme", "ann", "t", "k1"));
    TestNode.Client socket = node.connect().authenticate(node.caller("bob", HOUR));

    ConnectionList all = list(null, null, 0, 10);
    assertEquals(5, all.count());
    List<Long> numbers = numbers(all);
    assertEquals(numbers.stream().sorted().toList(), numbers);
    assertEquals(
        List.of("ann", "bob", "ann", "ann", "bob"),
        all.connections().stream().map(state -> state.caller().subject()).toList());
    assertEquals("k1", all.connections().get(3).caller().keyId());

    ConnectionList page = list(null, null, numbers.get(1), 2);
    assertEquals(numbers.subList(2, 4), numbers(page));
    assertEquals(5, page.count(), "of all pages");
    assertEquals(List.of(), numbers(list(null, null, 0, 0)));
    assertEquals(List.of(), numbers(list(null, null, numbers.get(4), 2)));
    assertEquals(3, list("ann", null, 0, 10).count());
    assertEquals(List.of(numbers.get(0)), numbers(list("ann", null, 0, 1)));
    assertEquals(0, list("eve", null, 0, 10).count());
    assertEquals(List.of(numbers.get(4)), numbers(list("bob", TransportType.WEBSOCKET, 0, 10)));
    assertEquals(4, list(null, TransportType.SSE, 0, 10).count());

    node.time.advance(Duration.ofSeconds(3));
    socket.request("{\"id\":1,\"command\":\"subscribe\",\"channel\":\"news\"}");
    ConnectionState state = list(null, TransportType.WEBSOCKET, 0, 10).connections().get(0);
    assertEquals(Duration.ofSeconds(3), state.open());
    assertEquals(1, state.subscriptions());
    assertTrue(state.writtenBytes() > 10, state.toString());

    ended.onTransportClosed();
    assertEquals(4, list(null, null, 0, 10).count());
  }

  private ConnectionList list(
      @Nullable String user, @Nullable TransportType transport, long after, int limit) {
    return node.sessions.list(new ConnectionFilter(TENANTS.get(0), user, transport), after, limit);
  }

  private static List<Long> numbers(ConnectionList list) {
    return list.connections().stream().map(ConnectionState::number).toList();
  }

  @Test
  void findsSessionsThatMatchAllGivenValues() {
    open(caller("acme", "ann", "t1", "k1"));
    open(caller("acme", "ann", "t2", null));
    open(caller("acme", "bob", "t3", "k1"));
    open(caller("beta", "ann", "t1", "k1"));

    assertEquals(2, count("acme", "ann", null, null));
    assertEquals(1, count("acme", "ann", "t1", null));
    assertEquals(0, count("acme", "bob", "t1", null));
    assertEquals(2, count("acme", null, null, "k1"));
    assertEquals(1, count("acme", "ann", null, "k1"));
    assertEquals(3, count("acme", null, null, null));
    assertEquals(3, count(null, "ann", null, null));
    assertEquals(2, count(null, null, "t1", null));
    assertEquals(3, count(null, null, null, "k1"));
    assertEquals(4, count(null, null, null, null));
    assertEquals(0, count("gamma", null, null, null));
    assertEquals(0, count("acme", "eve", null, null));
  }

  @Test
  void aRenewedTokenReplacesTheOldOne() {
    EventSession session = open(caller("acme", "ann", "t1", "k1"));
    session.authenticated(caller("acme", "ann", "t2", "k2"), null);
    assertEquals(0, count(null, null, "t1", null));
    assertEquals(1, count(null, null, "t2", null));
    assertEquals(0, count(null, null, null, "k1"));
    assertEquals(1, count(null, null, null, "k2"));
    assertEquals(1, count("acme", "ann", null, null));
  }

  @Test
  void endsTheSessionsOfASignIn() {
    EventSession one = open(signedIn("acme", "s1"));
    EventSession other = open(signedIn("acme", "s2"));
    open(signedIn("beta", "s1"));
    open(caller("acme", "ann", "t1", null));
    other.authenticated(signedIn("acme", "s3"), null);
    TenantId acme = TENANTS.get(0);
    String first = "https://sso.example.com s1";
    assertEquals(0, node.sessions.endRevokedSignIn(acme, first, each -> false));
    assertEquals(1, node.sessions.endRevokedSignIn(acme, first, each -> true));
    assertEquals(
        0, node.sessions.endRevokedSignIn(acme, "https://sso.example.com s2", each -> true));
    assertEquals(
        1, node.sessions.endRevokedSignIn(acme, "https://sso.example.com s3", each -> true));
    one.onTransportClosed();
    other.onTransportClosed();
    assertEquals(0, node.sessions.endRevokedSignIn(acme, first, each -> true), "it has gone");
    assertEquals(1, count("acme", null, null, null));
  }

  private static Caller signedIn(String tenant, String session) {
    return new Caller(
        new TenantId(tenant),
        "ann",
        Set.of(),
        Instant.EPOCH,
        Instant.MAX,
        Map.of("iss", "https://sso.example.com", "sid", session),
        "token of " + session);
  }

  @Test
  void findsAWebSocketOnceItIsAuthenticated() {
    TestNode.Client client = node.connect();
    assertEquals(0, count(null, null, null, null));
    client.authenticate(caller("acme", "ann", "t1", null));
    assertEquals(1, count("acme", "ann", "t1", null));
    client.session.onTransportClosed();
    node.run();
    assertEquals(0, count(null, null, null, null));
    assertTrue(node.sessions.isIndexEmpty());
  }

  /** Compares the index with a plain scan of the open sessions. */
  @Test
  void isExactUnderConcurrentChanges() throws Exception {
    int threads = 4;
    int rounds = 400;
    ConcurrentLinkedQueue<Session> left = new ConcurrentLinkedQueue<>();
    EventSession pinned = open(caller("acme", "u0", "pinned", null));
    left.add(pinned);
    CyclicBarrier begin = new CyclicBarrier(threads + 1);
    ExecutorService pool = Executors.newFixedThreadPool(threads + 1);
    try {
      List<Future<Integer>> workers = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        Random random = new Random(t);
        Callable<Integer> work =
            () -> {
              begin.await();
              for (int i = 0; i < rounds; i++) {
                comeAndGo(random, left, pool, i);
              }
              return 0;
            };
        workers.add(pool.submit(work));
      }
      begin.await();
      int looks = 0;
      while (!workers.stream().allMatch(Future::isDone)) {
        assertEquals(1, count("acme", "u0", pinnedToken(pinned), null), "the one that stays");
        assertTrue(count("acme", "u0", null, null) >= 1);
        pinned.authenticated(caller("acme", "u0", "pinned" + looks++ % 2, null), null);
      }
      for (Future<Integer> worker : workers) {
        worker.get(20, TimeUnit.SECONDS);
      }
    } finally {
      pool.shutdown();
      assertTrue(pool.awaitTermination(20, TimeUnit.SECONDS));
    }
    compareWithScan(List.copyOf(left));
    left.forEach(Session::onTransportClosed);
    assertTrue(node.sessions.isIndexEmpty(), "something of what has gone is kept");
  }

  private static String pinnedToken(Session pinned) {
    Caller caller = pinned.caller();
    return caller == null ? "" : caller.tokenId();
  }

  /** Opens a session and renews its token, while another thread may end it. */
  private void comeAndGo(
      Random random, ConcurrentLinkedQueue<Session> left, ExecutorService other, int round) {
    TenantId tenant = TENANTS.get(random.nextInt(2));
    String subject = "u" + random.nextInt(4);
    EventSession session =
        open(caller(tenant.value(), subject, "t" + random.nextInt(6), key(random)));
    boolean stays = round % 5 == 0;
    if (!stays) {
      other.execute(session::onTransportClosed);
    }
    for (int i = 0; i < 3; i++) {
      session.authenticated(
          caller(tenant.value(), subject, "t" + random.nextInt(6), key(random)), null);
    }
    if (stays) {
      left.add(session);
    }
  }

  private static @Nullable String key(Random random) {
    int key = random.nextInt(3);
    return key == 0 ? null : "k" + key;
  }

  private void compareWithScan(List<Session> open) {
    for (String tenant : new String[] {null, "acme", "beta"}) {
      for (String subject : new String[] {null, "u0", "u1", "u2", "u3"}) {
        for (String token : new String[] {null, "t0", "t1", "t2", "t3", "t4", "t5"}) {
          for (String key : new String[] {null, "k1", "k2"}) {
            long expected =
                open.stream().filter(s -> matches(s, tenant, subject, token, key)).count();
            assertEquals(
                expected,
                count(tenant, subject, token, key),
                tenant + " " + subject + " " + token + " " + key);
          }
        }
      }
    }
  }

  private static boolean matches(
      Session session,
      @Nullable String tenant,
      @Nullable String subject,
      @Nullable String token,
      @Nullable String key) {
    Caller caller = session.caller();
    return caller != null
        && (tenant == null || caller.tenant().value().equals(tenant))
        && (subject == null || caller.subject().equals(subject))
        && (token == null || caller.tokenId().equals(token))
        && (key == null || key.equals(caller.keyId()));
  }
}
