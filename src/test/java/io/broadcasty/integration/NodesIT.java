package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.delivery.hub.Outbox;
import io.broadcasty.infra.redis.RedisServer;
import io.broadcasty.integration.load.Load;
import io.broadcasty.wire.Code;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests three nodes on one Redis that lose an event loop, a node, Redis, and Redis' data, while
 * clients publish and subscribe, and compares acknowledged with received publications. {@code
 * bench/outage} does the same at ten times the size.
 */
@Tag("any-server")
class NodesIT {

  private static final int NODES = 3;
  private static final int CHANNELS = 6;
  private static final int SUBSCRIBERS = 300;
  private static final int DELIVERIES_PER_SECOND = 1000;
  private static final long PATIENCE_MILLIS = 60_000;

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path home;

  private final List<Ports> ports = new ArrayList<>();
  private final List<ServerProcess> nodes = new ArrayList<>();
  private int debugged;

  @Test
  void acknowledgedPublicationsAreNeverLostDuplicatedOrReordered() throws Exception {
    debugged = Ports.free().http();
    try (RedisServer redis = RedisServer.start("--appendonly", "yes", "--save", "")) {
      for (int n = 0; n < NODES; n++) {
        ports.add(Ports.free());
        nodes.add(start(n, redis));
        nodes.get(0).awaitReady(); // creates the development key that all nodes share
      }
      nodes.forEach(ServerProcess::awaitReady);
      List<URI> bases = new ArrayList<>();
      ports.forEach(each -> bases.add(URI.create("http://localhost:" + each.http())));
      try (Load load = new Load(bases, CHANNELS, SUBSCRIBERS, DELIVERIES_PER_SECOND)) {
        load.start(PATIENCE_MILLIS);
        WsStream stays = member(0, "stays");
        WsStream goes = member(1, "goes");
        awaitMembers(2, 2);
        awaitNodes(2, NODES);
        runFor(8); // only a node that has run for a while declares another one dead
        assertWhole(load, 0);

        runOutOfMemoryOnAnEventLoop();
        runFor(2);
        Load.Report withoutAnEventLoop = assertWhole(load, 0);
        assertTrue(
            withoutAnEventLoop.resumes() > 0, "the event loop's subscribers came back elsewhere");
        assertEquals(
            withoutAnEventLoop.resumes(),
            withoutAnEventLoop.departures().entrySet().stream()
                .filter(
                    each ->
                        each.getKey().contains(" closed with " + Code.INTERNAL_ERROR.closeCode()))
                .mapToLong(Map.Entry::getValue)
                .sum(),
            () -> "each was told by a code: " + withoutAnEventLoop);
        awaitMembers(2, 2);

        nodes.get(1).kill();
        awaitMembers(2, 1);
        awaitNodes(2, NODES - 1);
        goes.breakConnection();
        Load.Report withoutOne = assertWhole(load, 0);
        assertTrue(
            withoutOne.resumes() > withoutAnEventLoop.resumes(),
            "the killed node's subscribers came back elsewhere");
        nodes.set(1, start(1, redis));
        nodes.get(1).awaitReady();

        redis.kill();
        runFor(5);
        redis.restart();
        runFor(2);
        Load.Report afterOutage = assertWhole(load, 0);
        assertTrue(afterOutage.refused() > withoutOne.refused(), "it was noticed");
        assertEquals(withoutOne.resumes(), afterOutage.resumes(), afterOutage::toString);
        awaitMembers(1, 1);

        redis.kill();
        redis.deleteFiles();
        redis.restart();
        runFor(3);
        assertWhole(load, SUBSCRIBERS);
        awaitMembers(2, 1);
        stays.close();
        awaitMembers(1, 0);
      }
    } finally {
      nodes.forEach(ServerProcess::close);
    }
  }

  /**
   * Makes an event loop of the last node run out of memory during a write, and asserts that the
   * node reports it and continues.
   */
  private void runOutOfMemoryOnAnEventLoop() throws IOException, InterruptedException {
    int last = NODES - 1;
    String restarts = "broadcasty_loop_restarts_total{loop=\"event-loop\"}";
    assertEquals(0, Scrape.of(api(last)).value(restarts));
    try (Debugger debugger = Debugger.attach(debugged)) {
      String thread = debugger.runOutOfMemoryIn(Outbox.class.getName(), "takeBatch");
      assertTrue(thread.contains("event-loop"), thread);
    }
    Api.await("the meter", () -> Scrape.of(api(last)).value(restarts) == 1);
    HttpResponse<String> live = api(last).get("/health/live", "");
    assertEquals(200, live.statusCode(), live.body());
    assertTrue(live.body().contains("\"loop-event-loop\""), live.body());
  }

  private Api api(int node) {
    return new Api(
        URI.create("http://localhost:" + ports.get(node).http()),
        new DevTokens(home.resolve("data")));
  }

  /** Returns a member who is present by a connection to a node. */
  private WsStream member(int node, String id) {
    WsStream connection = WsStream.open(api(node), api(node).tokens.publisher());
    String join =
        "{\"id\":1,\"command\":\"join\",\"channel\":\"presence-nodes\",\"member\":{\"id\":\"%s\"}}";
    assertEquals(id, connection.send(join.formatted(id)).next().field("id"));
    return connection;
  }

  /** Waits until that node has this number of members, for at most 15 s. */
  private void awaitMembers(int node, int count) {
    Api.await(
        count + " members on node " + node,
        Duration.ofSeconds(15),
        () ->
            api(node)
                .get("/broadcasty/presence?channel=presence-nodes", api(node).tokens.member())
                .body()
                .contains("\"count\":" + count));
  }

  /** Waits until an administrator sees this number of nodes, for at most 15 s. */
  private void awaitNodes(int node, int count) {
    Api.await(
        count + " nodes seen by node " + node,
        Duration.ofSeconds(15),
        () -> {
          String seen = api(node).get("/broadcasty/admin/nodes", api(node).tokens.admin()).body();
          return seen.split("\"seenAt\"", -1).length - 1 == count;
        });
  }

  private static Load.Report assertWhole(Load load, long lost) throws InterruptedException {
    Load.Report report = load.check(PATIENCE_MILLIS);
    assertEquals(List.of(), report.faults(), report::toString);
    assertEquals(lost, report.lost(), report::toString);
    return report;
  }

  private ServerProcess start(int number, RedisServer redis) throws IOException {
    Map<String, String> settings = new HashMap<>(settings(redis));
    if (number == NODES - 1) {
      settings.put(ServerProcess.JVM_OPTIONS, Debugger.jvmOption(debugged));
    }
    return ServerProcess.start(
        Files.createDirectories(home.resolve("node" + number)), ports.get(number), settings);
  }

  private Map<String, String> settings(RedisServer redis) {
    return Map.of(
        "BROADCASTY_DATA_DIR", home.resolve("data").toString(),
        "BROADCASTY_HEALTH_DETAILS", "true",
        "BROADCASTY_REPLAY_STORE", "redis",
        "BROADCASTY_REDIS_URL", redis.url(),
        "BROADCASTY_LIMITS_ENABLED", "false",
        "BROADCASTY_LIMITS_CONNECTIONS_PER_USER", "100000");
  }

  /** Waits while the load continues. */
  private static void runFor(long seconds) throws InterruptedException {
    TimeUnit.SECONDS.sleep(seconds);
  }
}
