package io.broadcasty.integration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.relay.provider.FakeProviderServer;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests a server that relays to three providers while they fail one after the other in different
 * ways; {@code bench/relay} does the same under load. The first is an independent Pusher server
 * with Pusher's own client; the others are fakes that misbehave on request.
 */
@Tag("any-server")
class RelayIT {

  private static final String CHANNEL = "private-orders";
  private static final String CHANNEL_THERE = "private-demo;orders";
  private static final String SEALED = "private-encrypted-safe";
  private static final String SEALED_THERE = "private-encrypted-demo;safe";
  private static final Pattern SEQUENCE = Pattern.compile("\"sequence\":(\\d+)");

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path home;

  private final FakeProviderServer pusher = FakeProviderServer.start();
  private final FakeProviderServer ably = FakeProviderServer.start();
  private int published;

  @AfterEach
  void stop() {
    List.of(pusher, ably).forEach(FakeProviderServer::close);
  }

  @Test
  void everyPublicationReachesTheClientsOfAProviderInOrder() throws Exception {
    NodePrograms programs = NodePrograms.installed();
    try (PusherServer reverb = PusherServer.start(programs, home);
        PusherClient client =
            PusherClient.connect(programs, reverb, List.of(CHANNEL_THERE, SEALED_THERE));
        ServerProcess server = ServerProcess.start(home, Ports.free(), settings(reverb.port()))) {
      Api api = server.awaitReady();
      HttpResponse<String> guest = api.get("/broadcasty/admin/drivers", api.tokens.guest());
      assertEquals(403, guest.statusCode(), guest.body());
      assertTrue(drivers(api).contains("\"order\":[\"reverb\",\"pusher\",\"ably\",\"embedded\"]"));

      warmUp(api);
      publishAtOnce(api, 25);
      awaitHeard(api, client, published - 24, published);
      PusherClient.Event first = client.events(CHANNEL_THERE).get(0);
      assertEquals("message", first.name());
      assertTrue(
          first.data().startsWith("{\"channel\":\"private-orders\",\"partition\":0,"), first::data);
      assertTrue(first.data().contains("\"payload\":"), first::data);
      publishSealed(api, client);

      reverb.stop();
      failsOver(api, pusher, "cannot be reached");
      pusher.answer(500);
      failsOver(api, ably, "answers 500");
      awaitBreaker(api); // the server's fault tolerance is active

      reverb.start();
      client.awaitSubscribed(CHANNEL_THERE, 2);
      awaitActive(api, "reverb");
      publish(api, 10);
      awaitHeard(api, client, published - 9, published);

      reverb.stop();
      ably.tooManyRequests(1);
      pusher.recover();
      publish(api, 10);
      awaitActive(api, "pusher"); // has been probed
      awaitDelivered(api, pusher, published - 9, published);
      ably.recover();
      awaitHealthy(api, "ably");
      pusher.slow(Duration.ofSeconds(5));
      failsOver(api, ably, "does not answer within 800 ms");

      pusher.answer(401);
      ably.answer(503);
      publish(api, 10);
      awaitActive(api, "embedded");
      Api.await("a probe", () -> drivers(api).contains("refuses the credentials (401)"));
      assertTrue(drivers(api).contains("\"publications\":10"), () -> drivers(api));
      assertTrue(api.get("/dev/tokens", "").statusCode() == 200, "it serves");
      pusher.recover();
      awaitActive(api, "pusher");
      awaitDelivered(api, pusher, published - 9, published);

      assertInOrder(client);
      assertMetersAgree(api);
      assertTrue(server.log().contains("Relaying through pusher now: reverb cannot be reached"));
      for (String secret : List.of(FakeProviderServer.SECRET, "s3cret")) {
        assertTrue(!server.log().contains(secret) && !drivers(api).contains(secret));
      }
    }
  }

  private Map<String, String> settings(int reverbPort) {
    return Map.ofEntries(
        Map.entry("BROADCASTY_DRIVER_PROBE_INTERVAL", "300ms"),
        Map.entry("BROADCASTY_LIMITS_ENABLED", "false"),
        Map.entry("REVERB_APP_ID", FakeProviderServer.APP_ID),
        Map.entry("REVERB_APP_KEY", FakeProviderServer.KEY),
        Map.entry("REVERB_APP_SECRET", FakeProviderServer.SECRET),
        Map.entry("REVERB_HOST", "127.0.0.1"),
        Map.entry("REVERB_PORT", String.valueOf(reverbPort)),
        Map.entry("REVERB_SCHEME", "http"),
        Map.entry("PUSHER_APP_ID", FakeProviderServer.APP_ID),
        Map.entry("PUSHER_APP_KEY", FakeProviderServer.KEY),
        Map.entry("PUSHER_APP_SECRET", FakeProviderServer.SECRET),
        Map.entry("PUSHER_HOST", "127.0.0.1"),
        Map.entry("PUSHER_PORT", String.valueOf(pusher.port())),
        Map.entry("PUSHER_SCHEME", "http"),
        Map.entry("ABLY_KEY", FakeProviderServer.ABLY_KEY),
        Map.entry("BROADCASTY_DRIVER_ABLY_URL", ably.base().toString()));
  }

  /** Asserts that publications reach the next provider within a second. */
  private void failsOver(Api api, FakeProviderServer next, String reason) {
    long start = System.nanoTime();
    publish(api, 1);
    awaitDelivered(api, next, published, published);
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    assertTrue(millis < 2000, "left within a second: " + millis);
    publish(api, 9);
    awaitDelivered(api, next, published - 8, published);
    assertTrue(drivers(api).contains(reason), () -> drivers(api));
    assertTrue(drivers(api).contains("\"degraded\":true"), () -> drivers(api));
  }

  /**
   * Publishes until the first calls of a starting server, which may exceed the driver's timeout,
   * succeed.
   */
  private void warmUp(Api api) {
    publish(api, 1);
    Api.await("the first", () -> drivers(api).contains("\"relayed\":1,\"rejected\""));
    awaitActive(api, "reverb");
  }

  /** Publishes numbers in one request, so that the provider also gets several in one request. */
  private void publishAtOnce(Api api, int count) {
    String all =
        IntStream.rangeClosed(published + 1, published + count)
            .mapToObj(i -> "{\"channel\":\"" + CHANNEL + "\",\"payload\":" + i + "}")
            .collect(Collectors.joining(",", "[", "]"));
    HttpResponse<String> answer = api.publish(all);
    assertEquals(200, answer.statusCode(), answer.body());
    published += count;
  }

  /** Asserts that the client decrypts a payload that a publisher has encrypted for its channel. */
  private static void publishSealed(Api api, PusherClient client) {
    String sealed = client.sealed(SEALED_THERE);
    HttpResponse<String> answer =
        api.publish("{\"channel\":\"" + SEALED + "\",\"payload\":" + sealed + "}");
    assertEquals(200, answer.statusCode(), answer.body());
    Api.await("the sealed one", () -> !client.events(SEALED_THERE).isEmpty());
    assertEquals(
        List.of(new PusherClient.Event(SEALED_THERE, "message", "{\"secret\":\"kept\"}")),
        client.events(SEALED_THERE));
  }

  private void publish(Api api, int count) {
    api.publishNumbers(CHANNEL, published + 1, published + count);
    published += count;
  }

  private static String drivers(Api api) {
    HttpResponse<String> answer = api.get("/broadcasty/admin/drivers", api.tokens.operator());
    assertEquals(200, answer.statusCode(), answer.body());
    return answer.body();
  }

  private static void awaitActive(Api api, String provider) {
    Api.await(
        provider + " to be active: " + drivers(api),
        Duration.ofSeconds(30),
        () -> drivers(api).contains("\"active\":\"" + provider + "\""));
  }

  private static void awaitHealthy(Api api, String provider) {
    String healthy = "\"name\":\"" + provider + "\",\"state\":\"healthy\"";
    Api.await(provider + " to be healthy", () -> drivers(api).contains(healthy));
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

  /** Asserts that the meters agree with `/broadcasty/admin/drivers` and with what has happened. */
  private void assertMetersAgree(Api api) {
    Api.await(
        "the meters to say that nothing is left",
        () -> Scrape.of(api).value("broadcasty_driver_lag_publications") == 0);
    Scrape meters = Scrape.of(api);
    assertEquals(1, meters.value("broadcasty_driver_active{provider=\"pusher\"}"));
    assertEquals(0, meters.value("broadcasty_driver_active{provider=\"reverb\"}"));
    assertEquals(0, meters.value("broadcasty_driver_active{provider=\"embedded\"}"));
    assertEquals(1, meters.value("broadcasty_driver_state{provider=\"reverb\",state=\"failing\"}"));
    assertEquals(0, meters.value("broadcasty_driver_lag_seconds"));
    assertTrue(meters.value("broadcasty_driver_switches_total") >= 7, meters::toString);
    double relayed = 0;
    for (String provider : List.of("reverb", "pusher", "ably")) {
      double each =
          meters.value(
              "broadcasty_driver_relayed_publications_total{provider=\"" + provider + "\"}");
      assertTrue(each > 0, provider);
      relayed += each;
    }
    assertEquals(published + 1, relayed, "the sealed one too");
    assertTrue(drivers(api).contains("\"relayed\":" + (published + 1)), () -> drivers(api));
  }

  private static List<Long> received(PusherClient client) {
    return client.events(CHANNEL_THERE).stream()
        .map(event -> SEQUENCE.matcher(event.data()))
        .filter(Matcher::find)
        .map(found -> Long.valueOf(found.group(1)))
        .toList();
  }

  private static void awaitHeard(Api api, PusherClient client, long first, long last) {
    Api.await(
        () -> first + " to " + last + " heard; " + received(client) + drivers(api),
        Api.PATIENCE,
        () -> received(client).containsAll(LongStream.rangeClosed(first, last).boxed().toList()));
  }

  private static void awaitDelivered(Api api, FakeProviderServer to, long first, long last) {
    Api.await(
        () -> first + " to " + last + " delivered; " + sequences(to) + drivers(api),
        Api.PATIENCE,
        () -> sequences(to).containsAll(LongStream.rangeClosed(first, last).boxed().toList()));
  }

  /**
   * Asserts that each publication was delivered by some provider, and by each provider in order.
   */
  private void assertInOrder(PusherClient client) {
    TreeSet<Long> all = new TreeSet<>();
    for (List<Long> sequences : List.of(received(client), sequences(pusher), sequences(ably))) {
      assertEquals(sequences.stream().sorted().distinct().toList(), sequences);
      all.addAll(sequences);
    }
    assertEquals(published, all.size());
  }

  private static List<Long> sequences(FakeProviderServer of) {
    return of.delivered().stream().map(FakeProviderServer.Delivered::sequence).toList();
  }
}
