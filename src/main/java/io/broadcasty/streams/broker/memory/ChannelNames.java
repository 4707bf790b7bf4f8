package io.broadcasty.streams.broker.memory;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jspecify.annotations.Nullable;

/** The names of each tenant's channels, in order. */
@ThreadSafe
final class ChannelNames {

  private final ConcurrentHashMap<TenantId, NavigableSet<ChannelName>> names =
      new ConcurrentHashMap<>();

  void add(TenantChannel channel) {
    of(channel.tenant()).add(channel.name());
  }

  void remove(TenantChannel channel) {
    of(channel.tenant()).remove(channel.name());
  }

  /** Returns the number of a tenant's names, but at most the limit. */
  long count(TenantId tenant, long limit) {
    NavigableSet<ChannelName> all = names.get(tenant);
    return all == null ? 0 : all.stream().limit(limit).count();
  }

  List<ChannelName> find(TenantId tenant, ChannelPattern pattern, int limit) {
    List<ChannelName> found = new ArrayList<>();
    NavigableSet<ChannelName> all = names.get(tenant);
    if (all == null) {
      return found;
    }
    Iterable<ChannelName> fromPrefix =
        pattern.prefix().isEmpty() ? all : all.tailSet(new ChannelName(pattern.prefix()), true);
    for (ChannelName name : fromPrefix) {
      if (found.size() == limit || !name.value().startsWith(pattern.prefix())) {
        break;
      }
      if (pattern.matches(name)) {
        found.add(name);
      }
    }
    return found;
  }

  List<ChannelName> find(TenantId tenant, String prefix, @Nullable ChannelName after, int limit) {
    NavigableSet<ChannelName> all = names.get(tenant);
    if (all == null) {
      return List.of();
    }
    NavigableSet<ChannelName> from = all;
    if (after != null && after.value().compareTo(prefix) >= 0) {
      from = all.tailSet(after, false);
    } else if (!prefix.isEmpty()) {
      from = all.tailSet(new ChannelName(prefix), true);
    }
    return from.stream().takeWhile(name -> name.value().startsWith(prefix)).limit(limit).toList();
  }

  List<TenantChannel> find(ChannelPattern pattern, @Nullable TenantChannel after, int limit) {
    List<TenantChannel> found = new ArrayList<>();
    for (String name : new TreeSet<>(names.keySet().stream().map(TenantId::value).toList())) {
      TenantId tenant = new TenantId(name);
      for (ChannelName channel : of(tenant)) {
        if (found.size() == limit) {
          return found;
        }
        if (pattern.matches(channel) && isAfter(tenant, channel, after)) {
          found.add(new TenantChannel(tenant, channel));
        }
      }
    }
    return found;
  }

  private static boolean isAfter(
      TenantId tenant, ChannelName channel, @Nullable TenantChannel after) {
    int order = after == null ? 1 : tenant.value().compareTo(after.tenant().value());
    return order > 0 || (after != null && order == 0 && channel.compareTo(after.name()) > 0);
  }

  private NavigableSet<ChannelName> of(TenantId tenant) {
    return names.computeIfAbsent(tenant, t -> new ConcurrentSkipListSet<>());
  }
}
