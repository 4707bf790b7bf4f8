package io.broadcasty.cluster.nodes;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.time.WallClock;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

/** The registry of a node that serves alone. */
@ThreadSafe
public final class LocalNodeRegistry implements NodeRegistry {

  private final Supplier<NodeInfo> self;
  private final WallClock clock;

  /**
   * @param self returns the current description of this node
   */
  public LocalNodeRegistry(Supplier<NodeInfo> self, WallClock clock) {
    this.self = self;
    this.clock = clock;
  }

  @Override
  public String self() {
    return self.get().name();
  }

  @Override
  public List<NodeInfo> nodes() {
    return List.of(self.get().withSeenAt(Instant.ofEpochMilli(clock.nowMillis())));
  }

  @Override
  public void close() {}
}
