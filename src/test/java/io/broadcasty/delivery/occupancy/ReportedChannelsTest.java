package io.broadcasty.delivery.occupancy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReportedChannelsTest {

  private static final Duration RENEWAL = Duration.ofSeconds(60);

  private final ManualTime time = new ManualTime();
  private final ReportedChannels held = held(RENEWAL);

  private ReportedChannels held(Duration renewal) {
    return new ReportedChannels(new OccupancyTiming(Duration.ZERO, Duration.ZERO, renewal), time);
  }

  private static TenantChannel channel(int i) {
    return new TenantChannel(new TenantId("acme"), new ChannelName("c" + i));
  }

  @Test
  void eachChannelIsDueOnceInTheRenewalInterval() {
    for (int i = 0; i < 100; i++) {
      held.add(channel(i));
    }
    assertEquals(List.of(), held.dueForRenewal());
    List<TenantChannel> due = new ArrayList<>();
    for (int second = 0; second < 60; second++) {
      time.advance(Duration.ofSeconds(1));
      List<TenantChannel> now = held.dueForRenewal();
      assertTrue(now.size() <= 2, () -> now.size() + " at once");
      due.addAll(now);
    }
    Set<TenantChannel> each = new HashSet<>(due);
    assertEquals(due.size(), each.size(), "one was due twice");
    assertTrue(each.size() >= 99, () -> each.size() + " were due");
    time.advance(Duration.ofHours(1));
    assertEquals(100, held.dueForRenewal().size(), "after a standstill each is due once");
  }

  @Test
  void manyChannelsAreDueAtALimitedRate() {
    ReportedChannels many =
        new ReportedChannels(new OccupancyTiming(Duration.ZERO, Duration.ZERO, RENEWAL, 2), time);
    for (int i = 0; i < 1000; i++) {
      many.add(channel(i));
    }
    Set<TenantChannel> due = new HashSet<>();
    for (int second = 0; second < 500; second++) {
      time.advance(Duration.ofSeconds(1));
      List<TenantChannel> now = many.dueForRenewal();
      assertTrue(now.size() <= 3, () -> now.size() + " at once");
      due.addAll(now);
    }
    assertTrue(due.size() >= 998, () -> due.size() + " were due");
    OccupancyTiming timing = new OccupancyTiming(Duration.ZERO, Duration.ZERO, RENEWAL, 2);
    assertEquals((double) RENEWAL.toNanos(), timing.renewalNanos(100));
    assertEquals((double) Duration.ofHours(12).toNanos(), timing.renewalNanos(100_000_000));
  }

  /** Otherwise it would be reported as occupied, and nothing would ever withdraw that. */
  @Test
  void aLeftChannelIsNotDueEvenIfItWasNext() {
    for (int i = 0; i < 10; i++) {
      held.add(channel(i));
    }
    time.advance(RENEWAL.dividedBy(10));
    TenantChannel first = held.dueForRenewal().get(0);
    for (int i = 0; i < 10; i++) {
      if (!channel(i).equals(first)) {
        held.remove(channel(i));
      }
    }
    for (int i = 0; i < 10; i++) {
      time.advance(RENEWAL);
      assertTrue(Set.of(first).containsAll(held.dueForRenewal()));
    }
  }

  @Test
  void leftChannelsAreRememberedForAWhile() {
    held.add(channel(1));
    held.add(channel(2));
    held.remove(channel(1));
    held.remove(channel(2));
    held.add(channel(2));
    assertEquals(List.of(channel(1)), held.left());
    assertEquals(List.of(), held.takeLeft(false));
    time.advance(Duration.ofSeconds(60));
    assertEquals(List.of(channel(1)), held.takeLeft(false));
    assertEquals(List.of(), held.left());
  }

  @Test
  void leftChannelsAreBounded() {
    for (int i = 0; i < 10_005; i++) {
      held.add(channel(i));
      held.remove(channel(i));
    }
    assertEquals(5, held.takeLeft(false).size());
    assertEquals(10_000, held.left().size());
    assertEquals(10_000, held.takeLeft(true).size());
  }

  @Test
  void nothingIsRenewedInAStoreThatLosesNothing() {
    ReportedChannels sure = held(Duration.ZERO);
    sure.add(channel(1));
    sure.add(channel(2));
    time.advance(Duration.ofDays(1));
    assertEquals(List.of(), sure.dueForRenewal());
    sure.remove(channel(1));
    assertEquals(List.of(channel(1)), sure.takeLeft(false));
  }
}
