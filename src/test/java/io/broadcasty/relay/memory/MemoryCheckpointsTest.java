package io.broadcasty.relay.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.broadcasty.core.time.ManualTime;
import io.broadcasty.relay.Checkpoints;
import io.broadcasty.relay.CheckpointsContract;
import io.broadcasty.streams.broker.Position;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MemoryCheckpointsTest extends CheckpointsContract {

  private final ManualTime time = new ManualTime();
  private final Map<String, Checkpoints> connectors = new HashMap<>();
  private final Checkpoints checkpoints = new MemoryCheckpoints(LEASE, KEPT, time);

  @Override
  protected Checkpoints open() {
    return checkpoints;
  }

  @Override
  protected Checkpoints openConnector(String id) {
    return connectors.computeIfAbsent(id, each -> new MemoryCheckpoints(LEASE, KEPT, time));
  }

  @Override
  protected void outlastLease() {
    time.advance(LEASE);
  }

  @Test
  void deletesUnusedChannels() {
    checkpoints.claim(ORDERS, "one");
    checkpoints.save(ORDERS, "one", new Position("e", 0, 1));
    time.advance(KEPT);
    checkpoints.prune();
    assertEquals(Map.of(), checkpoints.read(ORDERS));
  }
}
