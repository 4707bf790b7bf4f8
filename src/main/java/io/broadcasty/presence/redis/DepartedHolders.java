package io.broadcasty.presence.redis;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.time.Ticker;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Finds nodes that no longer run among those that hold members of a channel. The index by node
 * finds these channels when the node dies; a failover of Redis may have lost the index, or the node
 * may have died while no other ran. Each channel that is read is checked here. Not thread-safe.
 */
final class DepartedHolders {

  /** How long a node must be missing among the live nodes: longer than a node's heartbeat lasts. */
  private static final Duration MISSING = Duration.ofSeconds(20);

  private static final int MAX_SUSPECTS = 10_000;

  /** A node that may hold members of a channel although it does not run. */
  private record Suspect(TenantChannel channel, String node) {}

  private final Supplier<? extends Collection<String>> liveNodes;
  private final Ticker ticker;
  private final Map<Suspect, Long> missingSince = new HashMap<>();

  DepartedHolders(Supplier<? extends Collection<String>> liveNodes, Ticker ticker) {
    this.liveNodes = liveNodes;
    this.ticker = ticker;
  }

  /** Notes the nodes that have held members of a channel. */
  void onRead(TenantChannel channel, Collection<String> nodes) {
    Collection<String> live = liveNodes.get();
    for (String node : nodes) {
      if (!live.contains(node) && missingSince.size() < MAX_SUSPECTS) {
        missingSince.putIfAbsent(new Suspect(channel, node), ticker.readNanos());
      }
    }
  }

  /** Removes the members of the nodes that have been missing for long enough. */
  void removeMissing(MemberSweep sweep) {
    if (missingSince.isEmpty()) {
      return;
    }
    Collection<String> live = liveNodes.get();
    long now = ticker.readNanos();
    Iterator<Map.Entry<Suspect, Long>> each = missingSince.entrySet().iterator();
    while (each.hasNext()) {
      Map.Entry<Suspect, Long> entry = each.next();
      Suspect suspect = entry.getKey();
      if (live.contains(suspect.node())) {
        each.remove();
      } else if (!live.isEmpty() && now - entry.getValue() >= MISSING.toNanos()) {
        sweep.forget(List.of(suspect.channel()), suspect.node());
        each.remove();
      }
    }
  }
}
