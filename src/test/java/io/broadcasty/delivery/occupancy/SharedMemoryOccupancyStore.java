package io.broadcasty.delivery.occupancy;

import io.broadcasty.core.channel.TenantChannel;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A store in memory that several nodes share: the straightforward one that the others are compared
 * with.
 */
public final class SharedMemoryOccupancyStore {

  private final Map<TenantChannel, ChannelState> states = new HashMap<>();
  private final Map<String, Set<TenantChannel>> lists = new HashMap<>();

  synchronized void loseAll() {
    states.clear();
    lists.clear();
  }

  OccupancyStore of(String self) {
    return new OccupancyStore() {
      @Override
      public Map<OccupancyChange, OccupancyAnswer> apply(List<OccupancyChange> changes) {
        synchronized (SharedMemoryOccupancyStore.this) {
          Map<OccupancyChange, OccupancyAnswer> answers = new HashMap<>();
          for (OccupancyChange change : changes) {
            lists.computeIfAbsent(self, name -> new LinkedHashSet<>()).add(change.channel());
            ChannelState state =
                states.computeIfAbsent(change.channel(), channel -> new ChannelState());
            answers.put(
                change,
                state.apply(
                    change,
                    self,
                    System.currentTimeMillis(),
                    change.goneMillis(System.nanoTime())));
          }
          return answers;
        }
      }

      @Override
      public Collection<TenantChannel> channelsOf(String node, int limit) {
        synchronized (SharedMemoryOccupancyStore.this) {
          return lists.getOrDefault(node, Set.of()).stream().limit(limit).toList();
        }
      }

      @Override
      public void release(String node, Collection<TenantChannel> channels) {
        synchronized (SharedMemoryOccupancyStore.this) {
          lists.getOrDefault(node, new LinkedHashSet<>()).removeAll(channels);
        }
      }

      @Override
      public void close() {}
    };
  }
}
