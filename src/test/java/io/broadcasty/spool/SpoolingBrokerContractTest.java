package io.broadcasty.spool;

import io.broadcasty.broker.Broker;
import io.broadcasty.broker.BrokerContract;
import io.broadcasty.broker.MemorySpool;
import io.broadcasty.broker.PublicationListener;
import io.broadcasty.broker.memory.MemoryBroker;
import io.broadcasty.tenant.RetentionLookup;

/** Tests that with reachable streams the broker keeps the contract of the one it decorates. */
class SpoolingBrokerContractTest extends BrokerContract {

  @Override
  protected Broker open(RetentionLookup retention, PublicationListener listener) {
    return new SpoolingBroker(
        new MemoryBroker(retention, WINDOW, 10_000, time, time, listener),
        new MemorySpool(),
        Runnable::run,
        Thread::new,
        Runnable::run);
  }
}
