package io.broadcasty.observability.meters;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.admin.audit.AuditLog;
import io.broadcasty.admin.securitylog.SecurityLog;
import io.broadcasty.admin.securitylog.SecurityLogSettings;
import io.broadcasty.cluster.clock.ClockCheck;
import io.broadcasty.core.background.BackgroundLoops;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.memory.MemoryBudgets;
import io.broadcasty.core.rbac.CallbackCounts;
import io.broadcasty.core.rbac.ChannelSettingsLookup;
import io.broadcasty.core.tenant.FixedTenantSettings;
import io.broadcasty.core.tenant.RefreshedTenantSettings;
import io.broadcasty.core.tenant.Retention;
import io.broadcasty.core.tenant.TenantSettingsSource;
import io.broadcasty.core.tenant.TestTenantSettings;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.core.time.RemoteClock;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.delivery.hub.Hub;
import io.broadcasty.delivery.session.Sessions;
import io.broadcasty.messaging.ConnectorCounts;
import io.broadcasty.metrics.HistogramMeter;
import io.broadcasty.metrics.Meter;
import io.broadcasty.metrics.MeterFamily;
import io.broadcasty.metrics.Meters;
import io.broadcasty.metrics.prometheus.PrometheusMeters;
import io.broadcasty.outbox.OutboxStatus;
import io.broadcasty.push.device.SamplePushServices;
import io.broadcasty.push.sending.PushServiceHealth;
import io.broadcasty.relay.RelayStatus;
import io.broadcasty.relay.RelayStatus.ProviderStatus;
import io.broadcasty.relay.failover.ProviderState;
import io.broadcasty.streams.broker.MemoryArchive;
import io.broadcasty.streams.broker.MemorySpool;
import io.broadcasty.streams.broker.RecordingPublicationListener;
import io.broadcasty.streams.broker.memory.MemoryBroker;
import io.broadcasty.streams.compaction.CompactingBroker;
import io.broadcasty.streams.mirror.MirroredBroker;
import io.broadcasty.streams.mirror.MirroredChannels;
import io.broadcasty.streams.spool.SpoolingBroker;
import io.broadcasty.transport.container.StreamOutputSelector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Checks that the meter table lists all meters and that docs/operations.md matches it. */
class MeterTableTest {

  private static final Path OPERATIONS = Path.of("docs/operations.md");
  private static final String HEAD = "| meter | kind | labels | meaning |\n|---|---|---|---|\n";

  private final ManualTime time = new ManualTime();

  private MemoryBroker streams() {
    return new MemoryBroker(
        new Retention(Duration.ofHours(1), 100, 1 << 20),
        Duration.ofMinutes(10),
        100,
        time,
        time,
        new RecordingPublicationListener());
  }

  private List<Meter> all(MirroredBroker mirror, SpoolingBroker spool) {
    RelayStatus relay =
        new RelayStatus(
            "auto",
            List.of("pusher", "embedded"),
            "pusher",
            false,
            List.of(
                new ProviderStatus(
                    new ProviderState(
                        "pusher", ProviderState.Condition.HEALTHY, Instant.EPOCH, null),
                    0)),
            null,
            0,
            RelayStatus.Lag.NONE,
            0,
            0,
            0);
    List<Meter> all = new ArrayList<>();
    all.addAll(
        ConnectionMeters.of(
            new ConnectionCounts(),
            new Sessions(time, time, RealtimeListener.NONE, MemoryBudgets.unlimited()),
            () -> 1));
    all.addAll(OutputMeters.of(new StreamOutputSelector(true, ""), () -> 0));
    all.addAll(PublicationMeters.of(new PublishCounts(), new Hub(Runnable::run)));
    all.addAll(StoreMeters.of(spool));
    all.addAll(StoreMeters.ofSpool(spool));
    all.addAll(
        StoreMeters.ofCompaction(
            new CompactingBroker(spool, channel -> false, Duration.ofSeconds(1), time)));
    all.addAll(CallbackMeters.of(new CallbackCounts()));
    all.addAll(StoreMeters.ofMirror(mirror));
    all.addAll(DriverMeters.of(() -> relay, time));
    all.addAll(
        PushMeters.of(
            List.of(SamplePushServices.FCM),
            new PushCounts(),
            service -> 0,
            () -> List.of(new PushServiceHealth(SamplePushServices.FCM, null, true))));
    all.addAll(WebhookMeters.of(new WebhookCounts(), () -> 0));
    all.addAll(OutboxMeters.of("orders", new OutboxStatus()));
    all.addAll(MessagingMeters.of("in", new ConnectorCounts()));
    all.addAll(MessagingMeters.of("out", () -> relay));
    all.addAll(
        TenantMeters.of(
            new RefreshedTenantSettings(
                new FixedTenantSettings(TestTenantSettings.GENEROUS, Map.of()),
                TenantSettingsSource.NONE)));
    all.addAll(MemoryMeters.of(MemoryBudgets.unlimited()));
    all.addAll(
        SecurityLogMeters.of(
            new SecurityLog(
                new SecurityLogSettings(true, 1, 1),
                "n",
                AuditLog.NONE,
                Runnable::run,
                time,
                time)));
    all.addAll(LoopMeters.of(new BackgroundLoops(time), "event-loop"));
    all.addAll(
        ClockMeters.of(
            new ClockCheck(
                time, new RemoteClock(time::nowMillis, time), "Redis", Duration.ofSeconds(30))));
    return all;
  }

  @Test
  void everyFamilyIsReadAndThereIsNoOther() {
    PrometheusMeters shown = new PrometheusMeters();
    Set<MeterFamily> read = new LinkedHashSet<>();
    try (MirroredBroker mirror = mirror();
        SpoolingBroker spool = spool()) {
      Meters looked = new CheckedMeters(read);
      Meters both = Meters.all(List.of(looked, shown));
      both.addAll(all(mirror, spool));
      new EventMeters().register(both, () -> 0);
      both.add(WebhookMeters.duration(new WebhookCounts()));
      assertEquals(Set.copyOf(MeterTable.ALL), read);
      String text = shown.text();
      for (MeterFamily family : MeterTable.ALL) {
        String type = "# TYPE " + family.name() + " " + kind(family) + "\n";
        assertTrue(text.contains(type), () -> type + "is not in " + text);
      }
    }
  }

  /** Collects the families of the registered meters. */
  private record CheckedMeters(Set<MeterFamily> read) implements Meters {

    @Override
    public void add(Meter meter) {
      assertFalse(Double.isNaN(meter.value()), meter.toString());
      read.add(meter.family());
    }

    @Override
    public void add(HistogramMeter meter) {
      read.add(meter.family());
    }

    @Override
    public void close() {}
  }

  private MirroredBroker mirror() {
    MemoryBroker streams = streams();
    return new MirroredBroker(
        streams,
        new MemoryArchive(time, Duration.ofDays(1)),
        new MirroredChannels(List.of(), ChannelSettingsLookup.NONE),
        streams,
        Runnable::run,
        time,
        Thread::new);
  }

  private SpoolingBroker spool() {
    return new SpoolingBroker(
        streams(),
        new MemorySpool(),
        Runnable::run,
        MemoryBudget.unlimited(MemoryArea.QUEUES),
        Ticker.system(),
        Thread::new,
        Runnable::run,
        Runnable::run);
  }

  @Test
  void referenceMatchesTheTable() throws IOException {
    String expected = reference();
    String text = Files.readString(OPERATIONS);
    if (Boolean.getBoolean("broadcasty.docs.write")) {
      Pattern there = Pattern.compile(Pattern.quote(HEAD) + "(\\|.*\n)*");
      text = there.matcher(text).replaceFirst(Matcher.quoteReplacement(expected));
      Files.writeString(OPERATIONS, text);
    }
    assertTrue(
        text.contains(expected), () -> OPERATIONS + " does not have this table: " + expected);
  }

  private static String reference() {
    StringBuilder table = new StringBuilder(HEAD);
    for (MeterFamily family : MeterTable.ALL) {
      String labels =
          family.labels().isEmpty() ? "–" : "`" + String.join("`, `", family.labels()) + "`";
      table.append(
          "| `%s` | %s | %s | %s |\n"
              .formatted(family.name(), kind(family), labels, family.description()));
    }
    return table.toString();
  }

  private static String kind(MeterFamily family) {
    return family.kind().name().toLowerCase(Locale.ROOT);
  }
}
