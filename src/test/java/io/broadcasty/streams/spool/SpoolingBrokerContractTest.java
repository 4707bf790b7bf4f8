package io.broadcasty.streams.spool;

import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.BrokerContract;
import io.broadcasty.streams.broker.MemorySpool;
import io.broadcasty.streams.broker.PublicationListener;
import io.broadcasty.streams.broker.RetentionLookup;
import io.broadcasty.streams.broker.memory.MemoryBroker;

/** Tests that with reachable streams the broker keeps the contract of the one it decorates. */
class SpoolingBrokerContractTest extends BrokerContract {

  @Override
  protected Broker open(RetentionLookup retention, PublicationListener listener) {
    return new SpoolingBroker(
            new MemoryBroker(retention, WINDOW, 10_000, time, time, listener),
            new MemorySpool(),
            Runnable::run,
            MemoryBudget.unlimited(MemoryArea.QUEUES),
            Ticker.system(),
            Thread::new,
            Runnable::run,
            Runnable::run)
        .start(Thread::new);
  }
}
