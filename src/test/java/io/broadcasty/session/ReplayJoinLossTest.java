package io.broadcasty.session;

import io.broadcasty.broker.Broker;
import io.broadcasty.broker.PublicationListener;
import io.broadcasty.broker.memory.MemoryBroker;
import io.broadcasty.tenant.Retention;
import io.broadcasty.time.Ticker;
import io.broadcasty.time.WallClock;
import java.time.Duration;

/**
 * Runs {@link ReplayJoinStress} over a memory broker that keeps so little that resuming clients
 * lose publications, and checks that they are told.
 */
class ReplayJoinLossTest extends ReplayJoinStress {

  @Override
  protected Size size() {
    return new Size(50, 400, 100);
  }

  @Override
  protected boolean losesPublications() {
    return true;
  }

  @Override
  protected Broker open(PublicationListener listener) {
    return new MemoryBroker(
        new Retention(Duration.ofHours(1), 100, Long.MAX_VALUE),
        Duration.ofMinutes(10),
        1000,
        Ticker.system(),
        WallClock.system(),
        listener);
  }
}
