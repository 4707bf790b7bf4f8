package io.broadcasty.push.queue;

import static io.broadcasty.push.queue.PushFixtures.ACME;
import static io.broadcasty.push.queue.PushFixtures.GLOBEX;
import static io.broadcasty.push.queue.PushFixtures.ORDERS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The contract of every {@link PendingPushes}. */
public abstract class PendingPushesContract {

  /** Returns the same store as another node opens it; empty at the start of a test. */
  protected abstract PendingPushes open();

  private static PendingPush push(
      TenantId tenant, String id, long due, @Nullable Set<String> users) {
    return new PendingPush(
        0, new TenantChannel(tenant, ORDERS), id, users, PushFixtures.notification(id), due);
  }

  private List<String> ids() {
    return open().oldest(10).stream().map(PendingPush::sendId).toList();
  }

  @Test
  void returnsPendingPushesInOrderOfDueTime() {
    open().add(push(ACME, "late", 20, null));
    open().add(push(ACME, "early", 10, Set.of("ann", "b\nen", "ü")));
    assertEquals(List.of("early", "late"), ids());
    PendingPush early = open().oldest(1).get(0);
    assertEquals(
        new PendingPush(
            early.number(),
            new TenantChannel(ACME, ORDERS),
            "early",
            Set.of("ann", "b\nen", "ü"),
            PushFixtures.notification("early"),
            10),
        early);
    assertNull(open().oldest(2).get(1).users());
  }

  @Test
  void storesAnIdOncePerTenant() {
    open().add(push(ACME, "a", 10, null));
    open().add(push(ACME, "a", 99, null));
    open().add(push(GLOBEX, "a", 11, null));
    assertEquals(
        List.of(10L, 11L), open().oldest(10).stream().map(PendingPush::dueAtMillis).toList());
  }

  @Test
  void storesReceipts() {
    open().add(push(ACME, "a", 10, null));
    open().add(push(ACME, "b", 11, null));
    PendingPush a = open().oldest(1).get(0);
    open().addReceipts(a, Set.of("ann", "ben"));
    open().addReceipts(a, Set.of("ann", "cleo"));
    assertEquals(Set.of("ann", "ben", "cleo"), open().receipts(a));
    assertEquals(Set.of(), open().receipts(open().oldest(2).get(1)));
  }

  @Test
  void removesDecidedPushes() {
    open().add(push(ACME, "a", 10, null));
    PendingPush a = open().oldest(1).get(0);
    open().addReceipts(a, Set.of("ann"));
    open().remove(a);
    open().remove(a);
    assertEquals(List.of(), ids());
    assertEquals(Set.of(), open().receipts(a));
  }
}
