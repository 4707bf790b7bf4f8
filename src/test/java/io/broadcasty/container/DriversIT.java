package io.broadcasty.container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.driver.StandIn;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server relays to three providers while they fail one after the other, in the ways in which they
 * do; {@code bench/relay} is the same under load.
 */
class DriversIT {

  private static final String CHANNEL = "private-orders";

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path home;

  private final StandIn reverb = StandIn.start();
  private final StandIn pusher = StandIn.start();
  private final StandIn ably = StandIn.start();
  private int published;

  @Test
  void everyPublicationReachesTheClientsOfAProviderInOrder() throws Exception {
    try (ServerProcess server = ServerProcess.start(home, Ports.free(), settings())) {
      Api api = server.awaitReady();
      HttpResponse<String> guest = api.get("/broadcasty/admin/drivers", api.tokens.guest());
      assertEquals(403, guest.statusCode(), guest.body());
      assertTrue(drivers(api).contains("\"order\":[\"reverb\",\"pusher\",\"ably\",\"embedded\"]"));

      publish(api, 20);
      awaitDelivered(reverb, 1, 20);

      reverb.stop();
      failsOver(api, pusher, "cannot be reached");
      pusher.answer(500);
      failsOver(api, ably, "answers 500");
      awaitBreaker(api); // the server's fault tolerance is at work

      reverb.heal();
      awaitActive(api, "reverb");
      publish(api, 10);
      awaitDelivered(reverb, published - 9, published);

      pusher.heal();
      reverb.slow(Duration.ofSeconds(5));
      failsOver(api, ably, "does not answer within 400 ms");
      ably.tooManyRequests(1);
      awaitActive(api, "pusher"); // has had its probes
      publish(api, 10);
      awaitDelivered(pusher, published - 9, published);

      pusher.answer(401);
      publish(api, 10);
      awaitActive(api, "embedded");
      assertTrue(drivers(api).contains("refuses the credentials (401)"));
      assertTrue(drivers(api).contains("\"publications\":10"), () -> drivers(api));
      assertTrue(api.get("/dev/tokens", "").statusCode() == 200, "it serves");
      reverb.heal();
      awaitActive(api, "reverb");
      awaitDelivered(reverb, published - 9, published);

      assertInOrder();
      Api.await("nothing to be left", () -> drivers(api).contains("\"publications\":0"));
      assertTrue(server.log().contains("relaying through pusher now: reverb cannot be reached"));
      for (String secret : List.of(StandIn.SECRET, "s3cret")) {
        assertTrue(!server.log().contains(secret) && !drivers(api).contains(secret));
      }
    } finally {
      List.of(reverb, pusher, ably).forEach(StandIn::close);
    }
  }

  @Test
  void aProviderWithoutCredentialsStopsTheStart() throws IOException {
    Map<String, String> half = Map.of("BROADCASTY_DRIVER", "pusher", "PUSHER_APP_ID", "3");
    try (ServerProcess server = ServerProcess.start(home, Ports.free(), half)) {
      Api.await(
          "the faults in the log",
          Duration.ofSeconds(120),
          () -> server.log().contains("its configuration has 3 faults"));
      assertTrue(server.log().contains("PUSHER_APP_SECRET"), server::log);
    }
  }

  private Map<String, String> settings() {
    return Map.ofEntries(
        Map.entry("BROADCASTY_DRIVER_TIMEOUT", "400ms"),
        Map.entry("BROADCASTY_DRIVER_PROBE_INTERVAL", "1s"),
        Map.entry("BROADCASTY_LIMITS_ENABLED", "false"),
        Map.entry("REVERB_APP_ID", StandIn.APP_ID),
        Map.entry("REVERB_APP_KEY", StandIn.KEY),
        Map.entry("REVERB_APP_SECRET", StandIn.SECRET),
        Map.entry("REVERB_HOST", "127.0.0.1"),
        Map.entry("REVERB_PORT", String.valueOf(reverb.port())),
        Map.entry("REVERB_SCHEME", "http"),
        Map.entry("PUSHER_APP_ID", StandIn.APP_ID),
        Map.entry("PUSHER_APP_KEY", StandIn.KEY),
        Map.entry("PUSHER_APP_SECRET", StandIn.SECRET),
        Map.entry("PUSHER_HOST", "127.0.0.1"),
        Map.entry("PUSHER_PORT", String.valueOf(pusher.port())),
        Map.entry("PUSHER_SCHEME", "http"),
        Map.entry("ABLY_KEY", StandIn.ABLY_KEY),
        Map.entry("BROADCASTY_DRIVER_ABLY_URL", ably.base().toString()));
  }

  /** What is published now reaches the next, within a second. */
  private void failsOver(Api api, StandIn next, String reason) {
    long start = System.nanoTime();
    publish(api, 1);
    awaitDelivered(next, published, published);
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    assertTrue(millis < 1500, "left within a second: " + millis);
    publish(api, 9);
    awaitDelivered(next, published - 8, published);
    assertTrue(drivers(api).contains(reason), () -> drivers(api));
    assertTrue(drivers(api).contains("\"degraded\":true"), () -> drivers(api));
  }

  private void publish(Api api, int count) {
    api.publishNumbers(CHANNEL, published + 1, published + count);
    published += count;
  }

  private static String drivers(Api api) {
    HttpResponse<String> answer = api.get("/broadcasty/admin/drivers", api.tokens.admin());
    assertEquals(200, answer.statusCode(), answer.body());
    return answer.body();
  }

  private static void awaitActive(Api api, String provider) {
    Api.await(
        provider + " to be active: " + drivers(api),
        Duration.ofSeconds(30),
        () -> drivers(api).contains("\"active\":\"" + provider + "\""));
  }

  private static void awaitBreaker(Api api) {
    Pattern open = Pattern.compile("\"name\":\"pusher\"[^}]*\"breaker\":\"open\"");
    Api.await(
        "the breaker to open",
        () -> {
          Matcher found = open.matcher(drivers(api));
          return found.find();
        });
  }

  private static void awaitDelivered(StandIn to, long first, long last) {
    Api.await(
        first + " to " + last + " delivered",
        () -> {
          TreeSet<Long> there = new TreeSet<>();
          to.delivered().forEach(each -> there.add(each.sequence()));
          return there.subSet(first, last + 1).size() == last - first + 1;
        });
  }

  /** Each has been delivered by somebody, and nobody delivered in disorder. */
  private void assertInOrder() {
    TreeSet<Long> all = new TreeSet<>();
    for (StandIn each : List.of(reverb, pusher, ably)) {
      List<Long> sequences = each.delivered().stream().map(StandIn.Delivered::sequence).toList();
      assertEquals(sequences.stream().sorted().distinct().toList(), sequences);
      all.addAll(sequences);
    }
    assertEquals(published, all.size());
  }
}
