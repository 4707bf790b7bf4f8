package io.broadcasty.delivery.occupancy;

import io.broadcasty.core.background.BackgroundLoops;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.lifecycle.ChannelEvent.Occupied;
import io.broadcasty.core.lifecycle.ChannelEvent.Vacated;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.time.Ticker;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A node without a hub: the test sets which channels have subscribers. */
public final class OccupancyNode {

  /**
   * A notification on any node, in the order of the calls.
   *
   * @param node the node that notified
   */
  record OccupancyNotification(String node, TenantChannel channel, boolean occupied) {}

  final String name;
  final FaultyOccupancyStore store;
  final ChannelOccupancy occupancy;
  private final Set<TenantChannel> subscribed = ConcurrentHashMap.newKeySet();

  OccupancyNode(
      String name, OccupancyStore real, List<OccupancyNotification> reported, Duration linger) {
    this.name = name;
    this.store = new FaultyOccupancyStore(real);
    this.occupancy =
        new ChannelOccupancy(
            name,
            store,
            subscribed::contains,
            new RealtimeListener() {
              @Override
              public void onOccupied(Occupied event) {
                reported.add(new OccupancyNotification(name, event.channel(), true));
              }

              @Override
              public void onVacated(Vacated event) {
                reported.add(new OccupancyNotification(name, event.channel(), false));
              }
            },
            new OccupancyTiming(Duration.ofMillis(2), linger, Duration.ofSeconds(60)),
            Ticker.system(),
            new BackgroundLoops(Ticker.system()));
  }

  public void subscribe(TenantChannel channel) {
    subscribed.add(channel);
    occupancy.markChanged(channel);
  }

  public void unsubscribe(TenantChannel channel) {
    subscribed.remove(channel);
    occupancy.markChanged(channel);
  }

  /** Kills the node like kill -9: it reports nothing any more. */
  void kill() {
    store.unreachable = true;
  }
}
