package io.broadcasty.push.sending;

import static io.broadcasty.push.queue.PushFixtures.ACME;
import static io.broadcasty.push.queue.PushFixtures.GLOBEX;
import static io.broadcasty.push.queue.PushFixtures.followers;
import static io.broadcasty.push.queue.PushFixtures.recipient;
import static io.broadcasty.push.queue.PushFixtures.save;
import static io.broadcasty.push.queue.PushFixtures.send;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.push.device.DeviceAddress;
import io.broadcasty.push.device.PushSubscription;
import io.broadcasty.push.device.PushSubscriptionStore;
import io.broadcasty.push.device.Recipient;
import io.broadcasty.push.device.SamplePushServices;
import io.broadcasty.push.jdbc.JdbcPushQueue;
import io.broadcasty.push.jdbc.JdbcPushSubscriptionStore;
import io.broadcasty.push.provider.FakeProvider;
import io.broadcasty.push.provider.ProviderResponse;
import io.broadcasty.push.queue.DispatchState;
import io.broadcasty.push.queue.PushFixtures;
import io.broadcasty.push.queue.PushQueue;
import io.broadcasty.push.queue.SendStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests that devices, origins and tenants that fail or are slow stop nobody else's push. */
class BadNeighbourTest {

  private static final int PLACES = 48;

  private final ManualTime time = new ManualTime();
  private final Database database =
      Database.open(new DatabaseSettings("jdbc:h2:mem:" + UUID.randomUUID(), "sa", null, 4));
  private final PushSubscriptionStore subscriptions = new JdbcPushSubscriptionStore(database);
  private final PushQueue queue = new JdbcPushQueue(database, time);
  private int sends;

  @AfterEach
  void close() {
    database.close();
  }

  private PushSender sender(FakeProvider provider) {
    return new PushSender(
        provider,
        queue,
        followers(time),
        "node",
        PLACES,
        new PushClocks(time, time),
        () -> 0.5,
        (service, state, id, nanos) -> {},
        () -> {});
  }

  private static FakeProvider web(FakeProvider.Script script) {
    return new FakeProvider(SamplePushServices.WEB_PUSH, script);
  }

  private static FakeProvider fcm(FakeProvider.Script script) {
    return new FakeProvider(SamplePushServices.FCM, script);
  }

  private static DeviceAddress at(String endpoint) {
    return new DeviceAddress(SamplePushServices.WEB_PUSH, endpoint, "key", "auth");
  }

  private List<Recipient> devices(TenantId tenant, String user, List<DeviceAddress> addresses) {
    List<Recipient> devices = new ArrayList<>();
    for (DeviceAddress each : addresses) {
      PushSubscription stored =
          save(subscriptions, tenant, user, each, null, List.of(), time.nowMillis());
      devices.add(recipient(stored));
    }
    return devices;
  }

  private List<Recipient> web(TenantId tenant, String user, String origin, int count) {
    List<DeviceAddress> addresses = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      addresses.add(at(origin + "/" + user + i));
    }
    return devices(tenant, user, addresses);
  }

  private List<Recipient> fcm(TenantId tenant, String user, int count) {
    List<DeviceAddress> addresses = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      addresses.add(PushFixtures.fcm(user + i));
    }
    return devices(tenant, user, addresses);
  }

  private String enqueue(PushSender sender, TenantId tenant, List<Recipient> devices) {
    String id = "s" + sends++;
    queue.enqueue(send(tenant, id, time), devices, 0);
    sender.pollQueue();
    return id;
  }

  private void run(PushSender sender) {
    for (int i = 0; i < 30; i++) {
      sender.runRound(true);
      sender.pollQueue();
    }
  }

  private SendStatus status(TenantId tenant, String id) {
    return Objects.requireNonNull(queue.status(tenant, id, 0, 1000));
  }

  private void assertAccepted(TenantId tenant, String id, int devices) {
    assertEquals(Map.of(DispatchState.ACCEPTED, devices), status(tenant, id).counts());
  }

  private static CompletionStage<ProviderResponse> answer(ProviderResponse response) {
    return CompletableFuture.completedFuture(response);
  }

  private static CompletionStage<ProviderResponse> accept() {
    return answer(new ProviderResponse.Accepted(null));
  }

  @Test
  void endpointsOfOneUserThatAskForADayStopNobody() {
    FakeProvider provider =
        web(
            dispatch ->
                dispatch.device().token().startsWith("https://evil.")
                    ? answer(new ProviderResponse.Retry("503", Duration.ofDays(1)))
                    : accept());
    PushSender sender = sender(provider);
    List<Recipient> evil = web(ACME, "eve", "https://evil.example.com", 12);
    List<Recipient> good = web(ACME, "ann", "https://push.example.com", 20);
    String refused = enqueue(sender, ACME, evil);
    run(sender);
    for (int i = 0; i < 5; i++) {
      enqueue(sender, ACME, evil);
      String sent = enqueue(sender, ACME, good);
      run(sender);
      assertAccepted(ACME, sent, 20);
      time.advance(Duration.ofSeconds(7));
    }
    assertTrue(sender.health().sending());
    for (SendStatus.Device each : status(ACME, refused).page()) {
      assertEquals(DispatchState.EXPIRED, each.state(), "an hour is longer than it is kept");
    }
    long toEvil =
        provider.sent.stream().filter(each -> each.device().token().contains("evil")).count();
    assertTrue(toEvil < 12 + 5 + 1, "sent to the failing endpoints: " + toEvil);
  }

  @Test
  void devicesThatFailAgainAndAgainStopNobodyOfTheirTenantAndOrigin() {
    for (ProviderResponse bad :
        List.of(
            new ProviderResponse.Retry("503", null),
            new ProviderResponse.Mismatched("403", "broadcasty.x"))) {
      FakeProvider provider =
          web(dispatch -> dispatch.device().token().contains("/eve") ? answer(bad) : accept());
      PushSender sender = sender(provider);
      List<Recipient> evil = web(ACME, "eve", "https://push.example.com", 12);
      List<Recipient> good = web(ACME, "ann", "https://push.example.com", 20);
      enqueue(sender, ACME, evil);
      run(sender);
      assertAccepted(ACME, sendAndWait(sender, good, Duration.ofSeconds(2)), 20);
      for (int i = 0; i < 10; i++) {
        enqueue(sender, ACME, evil);
        time.advance(Duration.ofMinutes(5));
        run(sender);
        assertAccepted(ACME, sendAndWait(sender, good, Duration.ZERO), 20);
        assertTrue(sender.health().sending());
      }
      time.advance(Duration.ofHours(2));
      run(sender);
    }
  }

  private String sendAndWait(PushSender sender, List<Recipient> to, Duration wait) {
    String id = enqueue(sender, ACME, to);
    run(sender);
    time.advance(wait);
    run(sender);
    return id;
  }

  @Test
  void originsThatNobodyExpectsAreNoProblemOfTheService() {
    PushSender sender =
        sender(web(dispatch -> answer(new ProviderResponse.Mismatched("403", "broadcasty.x"))));
    enqueue(sender, ACME, web(ACME, "eve", "https://evil.example.com", 40));
    run(sender);
    assertNull(sender.health().problem());
    enqueue(sender, ACME, web(ACME, "ann", "https://push.example.com", 40));
    run(sender);
    assertEquals("403 (broadcasty.x), at https://push.example.com", sender.health().problem());
    assertFalse(sender.health().sending());
  }

  @Test
  void aTenantWhoseDevicesAreAllRefusedStopsNoOther() {
    for (ProviderResponse bad :
        List.of(
            new ProviderResponse.Mismatched("403", "broadcasty.x"),
            new ProviderResponse.Retry("429", null),
            new ProviderResponse.Retry("503", Duration.ofHours(3)))) {
      FakeProvider provider =
          fcm(dispatch -> dispatch.device().token().startsWith("globex") ? answer(bad) : accept());
      PushSender sender = sender(provider);
      List<Recipient> failing = fcm(GLOBEX, "globex", 45);
      List<Recipient> good = fcm(ACME, "ann", 3);
      for (int i = 0; i < 10; i++) {
        enqueue(sender, GLOBEX, failing);
        String sent = enqueue(sender, ACME, good);
        run(sender);
        assertAccepted(ACME, sent, 3);
        assertTrue(sender.health().sending(), bad.toString());
        time.advance(Duration.ofSeconds(20));
      }
      assertTrue(
          provider.sent.size() < 30 + 45 + 10 + 45, "sent " + provider.sent.size() + " " + bad);
      time.advance(Duration.ofHours(2)); // expires what is left
      run(sender);
    }
    assertEquals(45, subscriptions.findByUser(GLOBEX, "globex").size());
  }

  @Test
  void manyRefusedDevicesAreToldAlthoughOthersAreAccepted() {
    FakeProvider provider =
        fcm(
            dispatch ->
                dispatch.device().token().startsWith("apple")
                    ? answer(new ProviderResponse.Mismatched("THIRD_PARTY_AUTH_ERROR", "account"))
                    : accept());
    PushSender sender = sender(provider);
    List<Recipient> apple = fcm(ACME, "apple", 20);
    List<Recipient> android = fcm(ACME, "android", 20);
    for (int i = 0; i < 20; i++) {
      enqueue(sender, ACME, apple.subList(i, i + 1));
      enqueue(sender, ACME, android.subList(i, i + 1));
      run(sender);
    }
    assertEquals("for some devices: THIRD_PARTY_AUTH_ERROR (account)", sender.health().problem());
    assertTrue(sender.health().sending());
    provider.answer(new ProviderResponse.Accepted(null));
    time.advance(Duration.ofMinutes(5));
    run(sender);
    assertNull(sender.health().problem());
  }

  @Test
  void whatWaitsForAFailingDeviceFollowsItsNextAnswer() {
    FakeProvider provider =
        fcm(dispatch -> answer(new ProviderResponse.Retry("429", Duration.ofSeconds(40))));
    PushSender sender = sender(provider);
    List<Recipient> one = fcm(ACME, "ann", 1);
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      ids.add(enqueue(sender, ACME, one));
      run(sender);
    }
    assertEquals(1, provider.sent.size());
    time.advance(Duration.ofSeconds(45));
    CompletableFuture<ProviderResponse> second = new CompletableFuture<>();
    provider.follow(dispatch -> second);
    run(sender);
    assertEquals(2, provider.sent.size(), "one tries whether it is back");
    provider.answer(new ProviderResponse.Accepted(null));
    second.complete(new ProviderResponse.Accepted(null));
    for (int i = 0; i < 60; i++) {
      time.advance(Duration.ofSeconds(2));
      run(sender);
    }
    for (String id : ids) {
      assertAccepted(ACME, id, 1);
      assertTrue(status(ACME, id).page().get(0).attempts() <= 2, "what was deferred was not tried");
    }
  }

  @Test
  void aTenantWhoseDevicesNeverAnswerLeavesPlaces() {
    List<CompletableFuture<ProviderResponse>> open = new ArrayList<>();
    FakeProvider provider =
        fcm(
            dispatch -> {
              if (!dispatch.device().token().startsWith("globex")) {
                return accept();
              }
              open.add(new CompletableFuture<>());
              return open.get(open.size() - 1);
            });
    PushSender sender = sender(provider);
    enqueue(sender, GLOBEX, fcm(GLOBEX, "globex", 50));
    enqueue(sender, GLOBEX, fcm(GLOBEX, "globex-too", 50));
    run(sender);
    assertEquals(PLACES * 3 / 4, open.size());
    for (int i = 0; i < 5; i++) {
      String sent = enqueue(sender, ACME, fcm(ACME, "ann", 20));
      for (int round = 0; round < 4; round++) {
        sender.runRound(true);
      }
      assertAccepted(ACME, sent, 20);
    }
    open.forEach(each -> each.complete(new ProviderResponse.Accepted(null)));
    sender.runRound(true);
    assertTrue(open.size() > PLACES * 3 / 4, "an answer lets it go on at once");
  }

  @Test
  void aTenantWithVeryManyNotificationsDelaysNoOther() {
    FakeProvider provider = fcm(dispatch -> accept());
    PushSender sender = sender(provider);
    List<Recipient> many = fcm(GLOBEX, "globex", 50);
    for (int i = 0; i < 20; i++) {
      enqueue(sender, GLOBEX, many);
    }
    sender.runRound(true);
    sender.runRound(true);
    int before = provider.sent.size();
    String sent = enqueue(sender, ACME, fcm(ACME, "ann", 10));
    sender.runRound(true);
    sender.runRound(true);
    assertAccepted(ACME, sent, 10);
    assertTrue(provider.sent.size() - before <= 2 * PLACES, "without waiting for the others");
    run(sender);
    assertEquals(1010, provider.sent.size());
  }

  @Test
  void aSlowOriginHoldsFewPlaces() {
    List<CompletableFuture<ProviderResponse>> open = new ArrayList<>();
    FakeProvider provider =
        web(
            dispatch -> {
              if (!dispatch.device().token().startsWith("https://slow.")) {
                return accept();
              }
              open.add(new CompletableFuture<>());
              return open.get(open.size() - 1);
            });
    PushSender sender = sender(provider);
    String slow = enqueue(sender, ACME, web(ACME, "eve", "https://slow.example.com", 50));
    run(sender);
    assertEquals(PLACES / 2, open.size());
    time.advance(FakeProvider.TIMEOUT.plus(PushSender.GRACE));
    open.clear();
    run(sender);
    assertTrue(open.size() <= PLACES / 8, "it did not answer: " + open.size());
    String sent = enqueue(sender, ACME, web(ACME, "ann", "https://push.example.com", 45));
    for (int i = 0; i < 5; i++) {
      run(sender);
      time.advance(Duration.ofSeconds(2));
    }
    assertAccepted(ACME, sent, 45);
    for (int i = 0; i < 100; i++) {
      open.forEach(each -> each.complete(new ProviderResponse.Accepted(null)));
      run(sender);
      time.advance(Duration.ofSeconds(10));
    }
    assertAccepted(ACME, slow, 50);
  }
}
