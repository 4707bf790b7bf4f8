package io.broadcasty.mirror;

import io.broadcasty.broker.Broker;
import io.broadcasty.broker.BrokerContract;
import io.broadcasty.broker.MemoryArchive;
import io.broadcasty.broker.PublicationListener;
import io.broadcasty.broker.memory.MemoryBroker;
import io.broadcasty.tenant.RetentionLookup;
import java.time.Duration;

/** Tests that with an empty archive the broker keeps the contract of the one it decorates. */
class MirroredBrokerContractTest extends BrokerContract {

  @Override
  protected Broker open(RetentionLookup retention, PublicationListener listener) {
    MemoryArchive archive = new MemoryArchive(time, Duration.ofDays(30));
    MemoryBroker streams = new MemoryBroker(retention, WINDOW, 10_000, time, time, listener);
    return new MirrorNode(streams, archive, time, Runnable::run, "*").broker;
  }
}
