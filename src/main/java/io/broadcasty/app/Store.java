package io.broadcasty.app;

import io.broadcasty.broker.Broker;
import io.broadcasty.broker.PublicationListener;
import io.broadcasty.broker.memory.MemoryBroker;
import io.broadcasty.config.Settings;
import io.broadcasty.time.Ticker;
import io.broadcasty.time.WallClock;

/**
 * The broker that is configured, with what it stands on.
 *
 * @param broker in force
 */
record Store(Broker broker) implements AutoCloseable {

  static Store open(
      Settings settings, Ticker ticker, WallClock clock, PublicationListener listener) {
    Settings.Replay replay = settings.replay();
    return new Store(
        new MemoryBroker(
            replay.retention(),
            replay.idempotencyWindow(),
            replay.maxIds(),
            ticker,
            clock,
            listener));
  }

  @Override
  public void close() {
    broker.close();
  }
}
