package io.broadcasty.protocol.example;

import static io.broadcasty.push.queue.PushFixtures.followers;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.ratelimit.Unlimited;
import io.broadcasty.core.rbac.DefaultPolicyResolver;
import io.broadcasty.core.rbac.Policy;
import io.broadcasty.core.tenant.Retention;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.push.PushResult;
import io.broadcasty.push.PushSubscriptions;
import io.broadcasty.push.device.DeviceAddress;
import io.broadcasty.push.device.PushSubscriptionStore;
import io.broadcasty.push.device.Recipient;
import io.broadcasty.push.jdbc.JdbcPushQueue;
import io.broadcasty.push.jdbc.JdbcPushSubscriptionStore;
import io.broadcasty.push.provider.Notification;
import io.broadcasty.push.provider.PushProvider;
import io.broadcasty.push.provider.PushProviderFactory;
import io.broadcasty.push.provider.PushProviders;
import io.broadcasty.push.provider.Urgency;
import io.broadcasty.push.queue.PushQueue;
import io.broadcasty.push.queue.Send;
import io.broadcasty.push.sending.PushWorker;
import io.broadcasty.relay.Relay;
import io.broadcasty.relay.RelayListener;
import io.broadcasty.relay.RelaySettings;
import io.broadcasty.relay.RelayingBroker;
import io.broadcasty.relay.failover.ProviderSwitch;
import io.broadcasty.relay.memory.MemoryCheckpoints;
import io.broadcasty.relay.provider.CallPolicy;
import io.broadcasty.relay.provider.Provider;
import io.broadcasty.relay.provider.ProviderFactory;
import io.broadcasty.relay.provider.ProviderHttpClient;
import io.broadcasty.server.config.ConfigMap;
import io.broadcasty.server.config.InvalidConfigurationException;
import io.broadcasty.server.config.Providers;
import io.broadcasty.server.config.Settings;
import io.broadcasty.server.config.SettingsReader;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.TestPublications;
import io.broadcasty.streams.broker.memory.MemoryBroker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** Tests that providers known to no other class work from their configuration to what they send. */
class ToyProvidersTest {

  private static final TenantId ACME = new TenantId("acme");
  private static final WallClock CLOCK = WallClock.system();
  private static final Ticker TICKER = Ticker.system();

  private final ToyPush bells = new ToyPush();
  private final ToyRelay telegraph = new ToyRelay();
  private final ConfigMap config = new ConfigMap();

  private Settings settings() {
    config.texts.put("broadcasty.jwt.public-key", "pem");
    List<PushProviderFactory> pushes = new ArrayList<>(Providers.SHIPPED.pushes());
    pushes.add(bells);
    List<ProviderFactory> relays = new ArrayList<>(Providers.SHIPPED.relays());
    relays.add(telegraph);
    return SettingsReader.read(config, new Providers(relays, pushes));
  }

  @Test
  void reportsTheirFaultsWithAllOthers() {
    config.texts.put("broadcasty.bell", "true");
    config.texts.put("broadcasty.driver", "telegraph");
    config.texts.put("broadcasty.push.bell.tour", "north");
    String faults =
        assertThrows(InvalidConfigurationException.class, this::settings).faults().toString();
    for (String part :
        List.of(
            "broadcasty.push.bell.tower (or BROADCASTY_PUSH_BELL_TOWER): is missing",
            "TELEGRAPH_OFFICE (or broadcasty.driver.telegraph.office) is missing",
            "broadcasty.push.bell.tour: there is no such key")) {
      assertTrue(faults.contains(part), faults);
    }
  }

  @Test
  void aPushServiceRegistersDevicesAndSends() {
    config.texts.put("broadcasty.bell", "true");
    config.texts.put("BELL_TOWER", "south");
    List<PushProvider> opened =
        settings().pushProviders().stream()
            .map(each -> each.open(Thread::new, TICKER, CLOCK))
            .toList();
    PushProviders services = new PushProviders(opened);
    try (Database database =
        Database.open(new DatabaseSettings("jdbc:h2:mem:" + UUID.randomUUID(), "sa", null, 4))) {
      PushSubscriptionStore devices = new JdbcPushSubscriptionStore(database);
      PushQueue queue = new JdbcPushQueue(database, CLOCK);
      PushResult.Registered ann =
          assertInstanceOf(PushResult.Registered.class, register(services, devices, "rope-1"));
      assertInstanceOf(PushResult.Invalid.class, register(services, devices, "string"));
      try (PushWorker worker =
          new PushWorker(
              services,
              queue,
              followers(CLOCK),
              "one",
              10,
              TICKER,
              CLOCK,
              (service, state, id, nanos) -> {},
              Duration.ofSeconds(1),
              Thread::new)) {
        Notification dinner =
            new Notification(
                "Dinner", null, null, null, Duration.ofMinutes(1), Urgency.NORMAL, null);
        long now = CLOCK.nowMillis();
        queue.enqueue(
            new Send(ACME, "dinner", dinner, now, now + 60_000),
            List.of(new Recipient(ann.subscription().id(), "ann", ToyPush.BELL)),
            0);
        worker.wake();
        await(() -> bells.rung.containsKey("south/rope-1"));
      }
    }
  }

  @Test
  void aProviderRelaysWhatIsPublished() {
    config.texts.put("TELEGRAPH_OFFICE", "Main Street");
    config.texts.put("broadcasty.auto-order", "telegraph,pusher");
    Settings.Relay configured = settings().relay();
    assertEquals(List.of("telegraph"), configured.order());
    ProviderHttpClient calls = new ProviderHttpClient(configured.timeout(), CLOCK);
    List<Provider> opened =
        configured.providers().stream().map(each -> each.open(calls, CLOCK)).toList();
    MemoryBroker streams =
        new MemoryBroker(
            new Retention(Duration.ofHours(1), 100, 1L << 20),
            Duration.ofMinutes(10),
            100,
            TICKER,
            CLOCK,
            publication -> {});
    TenantChannel orders = new TenantChannel(ACME, new ChannelName("orders"));
    try (Relay relay =
            new Relay(
                new RelaySettings(
                    configured.name(), configured.fallback(), configured.probeInterval(), 1),
                channel -> true,
                opened,
                CallPolicy.NONE,
                new SilentRelayListener(),
                streams,
                new MemoryCheckpoints(Duration.ofSeconds(15), Duration.ofDays(1), TICKER),
                streams,
                Runnable::run,
                "one",
                TICKER,
                CLOCK);
        Broker relayed = new RelayingBroker(streams, relay)) {
      relay.start(Thread::new);
      TestPublications.fill(relayed, orders, 0, 3);
      await(() -> telegraph.sent.size() == 3);
    }
  }

  private PushResult register(PushProviders services, PushSubscriptionStore store, String token) {
    Caller ann =
        new Caller(
            ACME,
            "ann",
            Set.of("member"),
            Instant.EPOCH,
            Instant.EPOCH.plus(Duration.ofDays(1)),
            Map.of(),
            "token");
    return new PushSubscriptions(
            services, new Policy(new DefaultPolicyResolver()), new Unlimited(), store, CLOCK)
        .register(
            ann,
            new PushSubscriptions.Registration(
                new DeviceAddress(ToyPush.BELL, token, null, null), null, null, List.of()));
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadline, "timed out");
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
  }

  /** Ignores all events. */
  private static final class SilentRelayListener implements RelayListener {

    @Override
    public void onSwitch(ProviderSwitch change) {}

    @Override
    public void onRejected(TenantChannel channel, String provider, String reason) {}
  }
}
