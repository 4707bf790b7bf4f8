package io.broadcasty.delivery.session;

import io.broadcasty.core.tenant.Retention;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.PublicationListener;
import io.broadcasty.streams.broker.memory.MemoryBroker;
import java.time.Duration;

/**
 * Tests that clients over WebSocket and SSE are told, reconnect and miss nothing when memory runs
 * out on their event loop in the middle of a write.
 */
class EventLoopErrorTest extends ReplayJoinContract {

  EventLoopErrorTest() {
    errors.set(3);
  }

  @Override
  protected Size size() {
    return new Size(4, 2000, 40);
  }

  @Override
  protected boolean losesPublications() {
    return false;
  }

  @Override
  protected Broker open(PublicationListener listener) {
    return new MemoryBroker(
        new Retention(Duration.ofHours(1), 100_000, Long.MAX_VALUE),
        Duration.ofMinutes(10),
        100_000,
        Ticker.system(),
        WallClock.system(),
        listener);
  }
}
