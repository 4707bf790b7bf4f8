package io.broadcasty.observability.mbeans;

import io.broadcasty.core.lifecycle.TransportType;
import io.broadcasty.observability.meters.ConnectionCounts;
import java.util.Arrays;
import java.util.function.ToIntBiFunction;

/**
 * Reads the connections.
 *
 * @param disconnect ends the connections of a tenant's user, and returns how many
 */
public record ConnectionsBean(ConnectionCounts counts, ToIntBiFunction<String, String> disconnect)
    implements ConnectionsMXBean {

  @Override
  public long getOpen() {
    return Arrays.stream(TransportType.values()).mapToLong(counts::openCount).sum();
  }

  @Override
  public long getOpenWebSockets() {
    return counts.openCount(TransportType.WEBSOCKET);
  }

  @Override
  public long getOpenEventStreams() {
    return counts.openCount(TransportType.SSE);
  }

  @Override
  public long getOpened() {
    return Arrays.stream(TransportType.values()).mapToLong(counts::openedCount).sum();
  }

  @Override
  public long getSlowConsumers() {
    return Arrays.stream(TransportType.values()).mapToLong(counts::slowConsumers).sum();
  }

  @Override
  public int disconnectUser(String tenant, String user) {
    return disconnect.applyAsInt(tenant, user);
  }
}
