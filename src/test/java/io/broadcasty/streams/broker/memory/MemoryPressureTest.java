package io.broadcasty.streams.broker.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.memory.MemoryBudget.Grant;
import io.broadcasty.core.memory.MemoryBudgets;
import io.broadcasty.core.memory.MemoryLimits;
import io.broadcasty.core.tenant.Retention;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.LostPosition;
import io.broadcasty.streams.broker.Message;
import io.broadcasty.streams.broker.PublicationListener;
import io.broadcasty.streams.broker.RecordingPublicationListener;
import io.broadcasty.streams.broker.ReplayPage;
import io.broadcasty.streams.broker.ReplayRequest;
import io.broadcasty.streams.broker.RetentionLookup;
import io.broadcasty.streams.broker.StreamState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the memory broker does when clients publish more than there is memory for. */
class MemoryPressureTest {

  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId OTHER = new TenantId("other");
  private static final int LIMIT = 400_000;
  private static final String PAYLOAD = '"' + "x".repeat(9_000) + '"';
  private static final Retention HOUR = new Retention(Duration.ofHours(1), 100_000, 1L << 30);

  private final ManualTime time = new ManualTime();
  private final PublicationListener received = new RecordingPublicationListener();
  private final MemoryBudgets budgets = budgets(50);
  private MemoryBroker broker = broker(budgets);

  @AfterEach
  void releasesEverythingWhenItIsClosed() {
    broker.close();
    for (MemoryArea area : MemoryArea.values()) {
      assertEquals(0, budgets.of(area).usedBytes());
      assertEquals(0, budgets.of(area).usedBytes(ACME));
    }
  }

  @Test
  void staysWithinTheTenantsShareHoweverManyChannelsArePublishedTo() {
    for (int i = 0; i < 500; i++) {
      publish(ACME, "channel-" + i);
    }
    assertTrue(streams().usedBytes(ACME) <= streams().tenantLimitBytes());
    assertTrue(streams().reclaimedBytes() > 0);
    assertEquals(0, streams().refusedToTenants());
  }

  @Test
  void theChannelWithTheOldestLastAppendLosesItsOldestPublicationsFirst() {
    publish(ACME, "idle");
    publish(ACME, "idle");
    String epoch = publish(ACME, "busy").position().epoch();
    publish(ACME, "busy");
    for (int i = 0; i < 14; i++) {
      publish(ACME, "busy-too");
    }
    fillUntilDropped("busy-too");
    assertEquals(1, kept("idle"));
    assertEquals(2, kept("busy"));
    ReplayPage page = replay("idle", null, 0);
    LostPosition lost = page.lost();
    assertNotNull(lost);
    assertEquals(LostPosition.Reason.TRIMMED, lost.reason());
    assertNull(replay("busy", epoch, 0).lost());
  }

  @Test
  void aChannelThatHasNothingLeftIsEvictedAndItsReadersAreTold() {
    String epoch = publish(ACME, "idle").position().epoch();
    for (int i = 0; i < 60; i++) {
      publish(ACME, "busy");
    }
    ReplayPage page = replay("idle", epoch, 1);
    LostPosition lost = page.lost();
    assertNotNull(lost);
    assertEquals(LostPosition.Reason.EPOCH, lost.reason());
    assertNotEquals(epoch, publish(ACME, "idle").position().epoch());
  }

  @Test
  void theChannelThatIsAppendedToKeepsItsEpochAndItsNewestPublication() {
    String epoch = publish(ACME, "only").position().epoch();
    for (int i = 2; i <= 100; i++) {
      AppendOutcome.Appended appended = publish(ACME, "only");
      assertEquals(epoch, appended.position().epoch());
      assertEquals(i, appended.position().sequence());
    }
    assertTrue(kept("only") > 10);
  }

  @Test
  void anotherTenantLosesNothingAndIsNotRefused() {
    publish(OTHER, "quiet");
    for (int i = 0; i < 300; i++) {
      publish(ACME, "channel-" + i % 50);
    }
    publish(OTHER, "quiet");
    assertEquals(2, state(OTHER, "quiet").head());
    assertEquals(1, state(OTHER, "quiet").first());
  }

  @Test
  void theLargestTenantGivesWayWhenTheNodeIsFull() {
    TenantId third = new TenantId("third");
    for (int i = 0; i < 100; i++) {
      publish(ACME, "a");
    }
    for (int i = 0; i < 15; i++) {
      publish(OTHER, "b");
    }
    for (int i = 0; i < 10; i++) {
      publish(third, "c");
    }
    assertEquals(1, state(OTHER, "b").first());
    assertEquals(1, state(third, "c").first());
    assertTrue(streams().usedBytes() <= LIMIT);
    broker.close();
  }

  @Test
  void whatNeverFitsIsRefusedAndTakesNothingFromOthers() {
    publish(ACME, "a");
    AppendOutcome outcome = outcome(ACME, "b", '"' + "x".repeat(LIMIT) + '"', null);
    AppendOutcome.NoMemory refused = assertInstanceOf(AppendOutcome.NoMemory.class, outcome);
    assertEquals(MemoryArea.STREAMS, refused.area());
    assertEquals(Grant.TENANT_FULL, refused.full());
    assertEquals(1, kept("a"));
    assertEquals(1, streams().refusedToTenants());
  }

  @Test
  void anIdOfARefusedPublicationIsForgotten() {
    assertInstanceOf(
        AppendOutcome.NoMemory.class, outcome(ACME, "b", '"' + "x".repeat(LIMIT) + '"', "1"));
    assertEquals(0, budgets.of(MemoryArea.IDS).usedBytes());
    AppendOutcome second = outcome(ACME, "b", PAYLOAD, "1");
    assertFalse(assertInstanceOf(AppendOutcome.Appended.class, second).duplicate());
  }

  @Test
  void oneTenantCannotFillAnothersIds() {
    AppendOutcome last = null;
    for (int i = 0; i < 2_000 && !(last instanceof AppendOutcome.NoMemory); i++) {
      last = outcome(ACME, "a", "1", "id-" + i);
    }
    AppendOutcome.NoMemory refused = assertInstanceOf(AppendOutcome.NoMemory.class, last);
    assertEquals(MemoryArea.IDS, refused.area());
    assertEquals(Grant.TENANT_FULL, refused.full());
    assertInstanceOf(AppendOutcome.Appended.class, outcome(OTHER, "a", "1", "id"));
    time.advance(Duration.ofMinutes(11));
    assertInstanceOf(AppendOutcome.Appended.class, outcome(ACME, "a", "1", "new"));
  }

  @Test
  void anIdleChannelCountsAndIsEvictedSoonAfterItsRetentionWhenMemoryIsShort() {
    for (int i = 0; i < 100; i++) {
      outcome(ACME, "short-" + i, "1", null);
    }
    long used = streams().usedBytes(ACME);
    assertTrue(used > 100 * 900, "used " + used);
    time.advance(Duration.ofMinutes(61));
    broker.prune();
    assertTrue(
        streams().usedBytes(ACME) < 100 * 900 && streams().usedBytes(ACME) > 100 * 600,
        "what is not needed is kept while there is memory");
    for (int i = 0; i < 10; i++) {
      publish(ACME, "busy");
    }
    time.advance(Duration.ofMillis(1));
    broker.prune();
    assertTrue(streams().usedBytes(ACME) <= streams().tenantLimitBytes() / 4 * 3);
    assertTrue(broker.channels(ACME, ChannelPattern.parse("*"), 1_000).size() < 101);
    assertEquals(10, kept("busy"));
  }

  @Test
  void manyPublishersToManyChannelsNeverExceedTheBudgetNorWaitForEachOther() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    List<Future<?>> running = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      int seed = t;
      running.add(
          threads.submit(
              () -> {
                for (int i = 0; i < 2_000; i++) {
                  outcome(i % 3 == 0 ? OTHER : ACME, "c" + (i * 31 + seed) % 97, PAYLOAD, null);
                  assertTrue(streams().usedBytes() <= LIMIT + 4 * 20_000);
                }
              }));
    }
    for (Future<?> one : running) {
      one.get(60, TimeUnit.SECONDS);
    }
    threads.shutdown();
    assertTrue(streams().usedBytes() <= LIMIT);
  }

  private void fillUntilDropped(String channel) {
    while (streams().reclaimedBytes() == 0) {
      publish(ACME, channel);
    }
  }

  private AppendOutcome.Appended publish(TenantId tenant, String channel) {
    return assertInstanceOf(AppendOutcome.Appended.class, outcome(tenant, channel, PAYLOAD, null));
  }

  private AppendOutcome outcome(
      TenantId tenant, String channel, String payload, @Nullable String id) {
    time.advance(Duration.ofMillis(1));
    Envelope envelope =
        new Envelope(
            new TenantChannel(tenant, new ChannelName(channel)),
            0,
            id == null ? "generated" : id,
            id != null,
            Message.of(payload));
    return broker.publish(List.of(envelope)).toCompletableFuture().join().get(0);
  }

  private long kept(String channel) {
    StreamState state = state(ACME, channel);
    return state.head() - state.first() + 1;
  }

  private StreamState state(TenantId tenant, String channel) {
    return broker.states(new TenantChannel(tenant, new ChannelName(channel)), 1).get(0);
  }

  private ReplayPage replay(String channel, @Nullable String epoch, long after) {
    return broker.replay(
        new ReplayRequest(
            new TenantChannel(ACME, new ChannelName(channel)), 0, epoch, after, 100, 1 << 20));
  }

  private MemoryBudget streams() {
    return budgets.of(MemoryArea.STREAMS);
  }

  private MemoryBroker broker(MemoryBudgets limits) {
    return new MemoryBroker(
        RetentionLookup.uniform(HOUR),
        Duration.ofMinutes(10),
        1_000_000,
        limits,
        time,
        time,
        received);
  }

  private static MemoryBudgets budgets(int tenantPercent) {
    Map<MemoryArea, Long> limits = new HashMap<>();
    for (MemoryArea area : MemoryArea.values()) {
      limits.put(area, (long) LIMIT);
    }
    return new MemoryBudgets(new MemoryLimits(limits, tenantPercent));
  }
}
