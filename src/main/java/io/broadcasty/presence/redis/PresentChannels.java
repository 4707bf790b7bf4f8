package io.broadcasty.presence.redis;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.infra.redis.Redis;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.resps.ScanResult;
import redis.clients.jedis.resps.Tuple;

/** Reads which channels may have members, in small steps, so that Redis serves others meanwhile. */
final class PresentChannels {

  private static final ScanParams STEP = new ScanParams().count(500);

  private PresentChannels() {}

  /**
   * Returns a tenant's channels with leases, and those in which connections of these nodes hold
   * members.
   */
  static Set<ChannelName> of(Redis redis, Collection<String> nodes, TenantId tenant) {
    Set<ChannelName> found = new HashSet<>();
    String cursor = ScanParams.SCAN_POINTER_START;
    do {
      ScanResult<Tuple> page =
          redis.commands().zscan(PresenceKeys.leaseExpiries(redis), cursor, STEP);
      page.getResult().forEach(each -> add(found, each.getElement(), tenant));
      cursor = page.getCursor();
    } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
    for (String node : nodes) {
      do {
        ScanResult<String> page =
            redis.commands().sscan(PresenceKeys.heldBy(redis, node), cursor, STEP);
        page.getResult().forEach(each -> add(found, each, tenant));
        cursor = page.getCursor();
      } while (!cursor.equals(ScanParams.SCAN_POINTER_START));
    }
    return found;
  }

  private static void add(Set<ChannelName> found, String text, TenantId tenant) {
    TenantChannel channel = PresenceKeys.parse(text);
    if (channel.tenant().equals(tenant)) {
      found.add(channel.name());
    }
  }
}
