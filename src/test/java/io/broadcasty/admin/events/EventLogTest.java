package io.broadcasty.admin.events;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.admin.events.AdminEvent.ChannelChanged;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.lifecycle.ChannelEvent;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EventLogTest {

  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId BETA = new TenantId("beta");

  private final ManualTime time = new ManualTime();
  private final EventLog log = new EventLog(time);

  private static TenantChannel channel(TenantId tenant, String name) {
    return new TenantChannel(tenant, new ChannelName(name));
  }

  private void occupy(TenantId tenant, String name) {
    log.onOccupied(new ChannelEvent.Occupied(channel(tenant, name)));
  }

  @Test
  void tellsWhatHappensAfterTheFirstRead() {
    occupy(ACME, "before");
    EventLog.Page first = log.read(null, null, 10);
    assertEquals(List.of(), first.events());
    assertFalse(first.missed());
    occupy(ACME, "a");
    log.onVacated(new ChannelEvent.Vacated(channel(BETA, "b")));
    EventLog.Page second = log.read(first.number(), null, 10);
    assertEquals(
        List.of(
            new ChannelChanged(channel(ACME, "a"), true),
            new ChannelChanged(channel(BETA, "b"), false)),
        second.events());
    assertEquals(first.number() + 2, second.number());
    assertEquals(List.of(), log.read(second.number(), null, 10).events());
    assertEquals(
        List.of(new ChannelChanged(channel(BETA, "b"), false)),
        log.read(first.number(), Set.of(BETA), 10).events());
    assertEquals(List.of(), log.read(first.number(), Set.of(), 10).events());
  }

  @Test
  void saysThatThereIsMoreThanItTells() {
    long number = log.read(null, null, 10).number();
    occupy(ACME, "a");
    occupy(ACME, "b");
    occupy(ACME, "c");
    EventLog.Page page = log.read(number, null, 2);
    assertEquals(2, page.events().size());
    assertTrue(page.missed());
    assertEquals(number + 3, page.number());
    assertFalse(log.read(number, null, 3).missed());
  }

  @Test
  void keepsTheLatestEventsOnly() {
    long number = log.read(null, null, 10).number();
    for (int i = 0; i <= EventLog.KEPT; i++) {
      occupy(ACME, "c" + i);
    }
    EventLog.Page page = log.read(number, null, EventLog.KEPT);
    assertTrue(page.missed());
    assertEquals(EventLog.KEPT, page.events().size());
    assertEquals(channel(ACME, "c1"), page.events().get(0).channel());
    assertFalse(log.read(number + 1, null, EventLog.KEPT).missed());
  }

  @Test
  void keepsNothingOnceNobodyReads() {
    long number = log.read(null, null, 10).number();
    time.advance(EventLog.WATCHED_FOR.plus(Duration.ofMillis(1)));
    occupy(ACME, "a");
    occupy(ACME, "b");
    EventLog.Page late = log.read(number, null, 10);
    assertEquals(List.of(), late.events());
    assertTrue(late.missed());
    occupy(ACME, "c");
    assertEquals(1, log.read(late.number(), null, 10).events().size());
  }
}
