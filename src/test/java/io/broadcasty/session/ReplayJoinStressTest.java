package io.broadcasty.session;

import io.broadcasty.broker.Broker;
import io.broadcasty.broker.PublicationListener;
import io.broadcasty.broker.memory.MemoryBroker;
import io.broadcasty.tenant.Retention;
import io.broadcasty.time.Ticker;
import io.broadcasty.time.WallClock;
import java.time.Duration;

/** Runs {@link ReplayJoinStress} over the memory broker, which keeps everything. */
class ReplayJoinStressTest extends ReplayJoinStress {

  @Override
  protected Size size() {
    return new Size(50, 2_000, 200);
  }

  @Override
  protected boolean losesPublications() {
    return false;
  }

  @Override
  protected Broker open(PublicationListener listener) {
    return new MemoryBroker(
        new Retention(Duration.ofHours(1), 1_000_000, Long.MAX_VALUE),
        Duration.ofMinutes(10),
        1000,
        Ticker.system(),
        WallClock.system(),
        listener);
  }
}
