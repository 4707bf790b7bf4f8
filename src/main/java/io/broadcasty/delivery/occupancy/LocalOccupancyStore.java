package io.broadcasty.delivery.occupancy;

import io.broadcasty.core.channel.TenantChannel;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The store of a node that serves alone: every report is true for the cluster. Keeps nothing. */
public final class LocalOccupancyStore implements OccupancyStore {

  @Override
  public Map<OccupancyChange, OccupancyAnswer> apply(List<OccupancyChange> changes) {
    Map<OccupancyChange, OccupancyAnswer> answers = new HashMap<>();
    for (OccupancyChange change : changes) {
      answers.put(
          change,
          switch (change.kind()) {
            case OCCUPY -> OccupancyAnswer.OCCUPIED;
            case LEAVE -> OccupancyAnswer.VACATED;
            case OCCUPY_AGAIN, RENEW, LEAVE_AGAIN, TOLD_VACATED -> OccupancyAnswer.NOTHING;
          });
    }
    return answers;
  }

  @Override
  public Collection<TenantChannel> channelsOf(String node, int limit) {
    return List.of();
  }

  @Override
  public void release(String node, Collection<TenantChannel> channels) {}

  @Override
  public void close() {}
}
