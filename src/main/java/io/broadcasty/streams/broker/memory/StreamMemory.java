package io.broadcasty.streams.broker.memory;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.memory.MemoryBudget.Grant;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.streams.broker.AppendOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Decides which publications give way when the memory for streams is used up: those of the tenant
 * that needs more, or of the largest tenant when the node is full. The channel whose last append is
 * longest ago loses its oldest publications first. When it has none left, it is evicted, and the
 * next channel gives way. The partition that is appended to keeps its newest publication unless
 * nothing else is left.
 *
 * <p>Room is made in batches, so that a full node does not search for each publication. No monitor
 * of a log is held meanwhile.
 */
@ThreadSafe
final class StreamMemory {

  /** A channel with its log, the log's partition, and their places in maps. */
  private static final long CHANNEL_BYTES = 740;

  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);
  private static final int BATCHES = 256;

  private final MemoryBudget budget;
  private final Consumer<PartitionLog> evictIfEmpty;
  private final ConcurrentHashMap<TenantId, IdleOrder> orders = new ConcurrentHashMap<>();

  /**
   * Creates the memory of a broker without streams.
   *
   * @param evictIfEmpty removes a log that keeps nothing from the broker
   */
  StreamMemory(MemoryBudget budget, Consumer<PartitionLog> evictIfEmpty) {
    this.budget = budget;
    this.evictIfEmpty = evictIfEmpty;
  }

  /** Returns what a log takes that keeps nothing. */
  static long baseBytes(TenantChannel channel) {
    return CHANNEL_BYTES + 2L * channel.name().value().length();
  }

  /** Reserves what an empty log of the channel needs. */
  Grant reserveLog(TenantChannel channel) {
    return budget.tryReserveUncounted(channel.tenant(), baseBytes(channel));
  }

  /** Takes over what {@link #reserveLog} has reserved. */
  LogMemory reservedLog(TenantChannel channel) {
    return new LogMemory(budget, channel.tenant(), baseBytes(channel));
  }

  /** Lets a new log give way when its turn comes. */
  void add(PartitionLog log) {
    order(log.channel().tenant()).add(log);
  }

  /** Forgets a log that has been evicted. */
  void remove(PartitionLog log) {
    order(log.channel().tenant()).remove(log);
  }

  /** Returns whether the tenant or the node has used most of its memory. */
  boolean isShort(TenantId tenant) {
    return isMost(budget.usedBytes(), budget.limitBytes())
        || isMost(budget.usedBytes(tenant), budget.tenantLimitBytes());
  }

  /** Counts, reports and describes a refusal. */
  AppendOutcome refusal(TenantId tenant, Grant full) {
    budget.countRefusal(tenant, full);
    return new AppendOutcome.NoMemory(MemoryArea.STREAMS, full, RETRY_AFTER);
  }

  /**
   * Drops publications and evicts channels until a reservation of this size may be granted.
   *
   * @param full why it was refused
   * @param appended the log that is appended to; null when it does not exist yet
   * @return false when nothing can give way
   */
  boolean makeRoom(TenantId tenant, Grant full, long bytes, @Nullable PartitionLog appended) {
    if (bytes > budget.tenantLimitBytes()) {
      return false;
    }
    TenantId owner = full == Grant.TENANT_FULL ? tenant : budget.largestTenant().orElse(tenant);
    IdleOrder order = order(owner);
    synchronized (order.giveWayLock()) {
      return hasRoom(tenant, bytes) || giveWay(order, bytes, appended) > 0;
    }
  }

  private long giveWay(IdleOrder order, long bytes, @Nullable PartitionLog appended) {
    long wanted = Math.max(bytes, budget.tenantLimitBytes() / BATCHES);
    long freed = 0;
    List<PartitionLog> remaining = new ArrayList<>(1);
    while (freed < wanted) {
      PartitionLog oldest = order.takeOldest();
      if (oldest == null) {
        break;
      }
      boolean isAppended = oldest == appended;
      freed += oldest.giveWay(wanted - freed, isAppended ? 1 : 0);
      if (!isAppended && freed < wanted) {
        evictIfEmpty.accept(oldest);
        freed += oldest.isEvicted() ? baseBytes(oldest.channel()) : 0;
      }
      remaining.add(oldest);
    }
    if (freed < bytes && appended != null) {
      freed += appended.giveWay(bytes - freed, 0);
    }
    remaining.forEach(order::add);
    budget.countReclaimed(freed);
    return freed;
  }

  private boolean hasRoom(TenantId tenant, long bytes) {
    return budget.usedBytes() + bytes <= budget.limitBytes()
        && budget.usedBytes(tenant) + bytes <= budget.tenantLimitBytes();
  }

  private static boolean isMost(long used, long limit) {
    return used > limit / 4 * 3;
  }

  private IdleOrder order(TenantId tenant) {
    return orders.computeIfAbsent(tenant, t -> new IdleOrder());
  }
}
