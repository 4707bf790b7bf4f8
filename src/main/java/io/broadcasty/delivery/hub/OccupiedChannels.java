package io.broadcasty.delivery.hub;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import java.util.List;
import java.util.NavigableSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jspecify.annotations.Nullable;

/**
 * The names of each tenant's channels that have subscribers on this node, in order. A name costs
 * about 40 bytes.
 */
@ThreadSafe
final class OccupiedChannels {

  private final ConcurrentHashMap<TenantId, NavigableSet<ChannelName>> byTenant =
      new ConcurrentHashMap<>();

  void add(TenantChannel channel) {
    byTenant.compute(
        channel.tenant(),
        (tenant, known) -> {
          NavigableSet<ChannelName> names = known == null ? new ConcurrentSkipListSet<>() : known;
          names.add(channel.name());
          return names;
        });
  }

  void remove(TenantChannel channel) {
    byTenant.computeIfPresent(
        channel.tenant(),
        (tenant, names) -> {
          names.remove(channel.name());
          return names.isEmpty() ? null : names;
        });
  }

  /**
   * Returns names in order; looks at no more than it returns.
   *
   * @param prefix what the names begin with; may be empty
   * @param after the name before the first one to return; null to begin with the first
   */
  List<ChannelName> find(TenantId tenant, String prefix, @Nullable ChannelName after, int limit) {
    NavigableSet<ChannelName> names = byTenant.get(tenant);
    if (names == null) {
      return List.of();
    }
    NavigableSet<ChannelName> from = names;
    if (after != null && after.value().compareTo(prefix) >= 0) {
      from = names.tailSet(after, false);
    } else if (!prefix.isEmpty()) {
      from = names.tailSet(new ChannelName(prefix), true);
    }
    return from.stream().takeWhile(name -> name.value().startsWith(prefix)).limit(limit).toList();
  }

  /** Returns how many channels of a tenant there are; counts them one by one. */
  int count(TenantId tenant) {
    NavigableSet<ChannelName> names = byTenant.get(tenant);
    return names == null ? 0 : names.size();
  }

  /** Returns whether no channel has subscribers, for tests. */
  boolean isEmpty() {
    return byTenant.isEmpty();
  }
}
