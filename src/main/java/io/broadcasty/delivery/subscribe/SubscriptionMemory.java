package io.broadcasty.delivery.subscribe;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.memory.MemoryBudget.Grant;
import io.broadcasty.core.tenant.TenantId;
import org.jspecify.annotations.Nullable;

/**
 * Counts the subscriptions of one connection for its tenant: its names and patterns, its channels,
 * and each further name or pattern that stands for a channel. Used under the table's monitor.
 */
final class SubscriptionMemory {

  private static final long TARGET_BYTES = 400;
  private static final long CHANNEL_BYTES = 700;
  private static final long LINK_BYTES = 48;

  private final MemoryBudget budget;

  /** The tenant of the connection, once it has a subscription; it never changes. */
  private @Nullable TenantId owner;

  SubscriptionMemory(MemoryBudget budget) {
    this.budget = budget;
  }

  Grant reserveTarget(TenantId tenant, String target) {
    return reserve(tenant, targetBytes(target));
  }

  void releaseTarget(String target) {
    release(targetBytes(target));
  }

  Grant reserveChannel(TenantChannel channel) {
    return reserve(channel.tenant(), channelBytes(channel));
  }

  void releaseChannel(TenantChannel channel) {
    release(channelBytes(channel));
  }

  Grant reserveLink(TenantId tenant) {
    return reserve(tenant, LINK_BYTES);
  }

  void releaseLinks(int count) {
    release(count * LINK_BYTES);
  }

  private Grant reserve(TenantId tenant, long bytes) {
    owner = tenant;
    return budget.tryReserve(tenant, bytes);
  }

  private void release(long bytes) {
    if (owner != null && bytes > 0) {
      budget.release(owner, bytes);
    }
  }

  private static long targetBytes(String target) {
    return TARGET_BYTES + 2L * target.length();
  }

  private static long channelBytes(TenantChannel channel) {
    return CHANNEL_BYTES + 2L * channel.name().value().length();
  }
}
