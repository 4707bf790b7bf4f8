package io.broadcasty.admin.explorer;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.lifecycle.PublicationEvent.PublishResult;
import io.broadcasty.core.lifecycle.PublicationEvent.Published;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Counts what each tenant has published on this node within the last minute: 12 slots of 5 s, the
 * last of which has just begun.
 */
@ThreadSafe
public final class PublicationRates implements RealtimeListener {

  private static final int SLOTS = 12;
  private static final long SLOT_NANOS = Duration.ofSeconds(5).toNanos();

  /** With more tenants, those that have been silent for a minute are forgotten. */
  private static final int MAX_SILENT = 1000;

  private static final Set<PublishResult> ACCEPTED =
      EnumSet.of(PublishResult.PUBLISHED, PublishResult.EPHEMERAL, PublishResult.QUEUED);

  /** The publications of one slot of time. */
  private record Slot(long number, LongAdder count) {}

  private final ConcurrentHashMap<TenantId, AtomicReferenceArray<@Nullable Slot>> tenants =
      new ConcurrentHashMap<>();
  private final Ticker ticker;
  private final long startedNanos;

  public PublicationRates(Ticker ticker) {
    this.ticker = ticker;
    this.startedNanos = ticker.readNanos();
  }

  @Override
  public void onPublished(Published event) {
    if (ACCEPTED.contains(event.result())) {
      record(event.publication().channel().tenant());
    }
  }

  /** Returns how many publications of a tenant were accepted here in the last minute. */
  public long lastMinute(TenantId tenant) {
    AtomicReferenceArray<@Nullable Slot> slots = tenants.get(tenant);
    return slots == null ? 0 : sum(slots, number());
  }

  int tenants() {
    return tenants.size();
  }

  private void record(TenantId tenant) {
    AtomicReferenceArray<@Nullable Slot> slots = tenants.get(tenant);
    if (slots == null) {
      if (tenants.size() >= MAX_SILENT) {
        forgetSilent();
      }
      slots = tenants.computeIfAbsent(tenant, t -> new AtomicReferenceArray<>(SLOTS));
    }
    long number = number();
    int index = (int) (number % SLOTS);
    Slot slot = slots.get(index);
    while (slot == null || slot.number() < number) {
      Slot next = new Slot(number, new LongAdder());
      slot = slots.compareAndSet(index, slot, next) ? next : slots.get(index);
    }
    slot.count().increment();
  }

  private void forgetSilent() {
    long number = number();
    tenants.values().removeIf(slots -> sum(slots, number) == 0);
  }

  private static long sum(AtomicReferenceArray<@Nullable Slot> slots, long number) {
    long sum = 0;
    for (int i = 0; i < SLOTS; i++) {
      Slot slot = slots.get(i);
      if (slot != null && slot.number() > number - SLOTS) {
        sum += slot.count().sum();
      }
    }
    return sum;
  }

  private long number() {
    return (ticker.readNanos() - startedNanos) / SLOT_NANOS;
  }
}
