package io.broadcasty.delivery.session;

import io.broadcasty.core.tenant.Retention;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.PublicationListener;
import io.broadcasty.streams.broker.memory.MemoryBroker;
import java.time.Duration;

/**
 * Runs {@link ReplayJoinContract} over a memory broker that keeps so little that resuming clients
 * lose publications, and checks that they are told.
 */
class ReplayJoinLossTest extends ReplayJoinContract {

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
