package io.broadcasty.streams.broker.memory;

import static io.broadcasty.streams.broker.TestPublications.appended;
import static io.broadcasty.streams.broker.TestPublications.channel;
import static io.broadcasty.streams.broker.TestPublications.named;
import static io.broadcasty.streams.broker.TestPublications.plain;
import static io.broadcasty.streams.broker.TestPublications.publish;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.BrokerContract;
import io.broadcasty.streams.broker.PublicationListener;
import io.broadcasty.streams.broker.RetentionLookup;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryBrokerTest extends BrokerContract {

  @Override
  protected Broker open(RetentionLookup retention, PublicationListener listener) {
    return open(retention, listener, 100_000);
  }

  private Broker open(RetentionLookup retention, PublicationListener listener, int maxIds) {
    return new MemoryBroker(retention, WINDOW, maxIds, time, time, listener);
  }

  @Test
  void refusesNewIdsInsteadOfForgettingOneEarly() {
    Broker broker = open(RetentionLookup.uniform(PLENTY), received, 2);
    appended(broker, named(channel("a"), 0, "1"));
    appended(broker, named(channel("a"), 0, "2"));
    assertInstanceOf(
        AppendOutcome.NoMemory.class, publish(broker, List.of(named(channel("a"), 0, "3"))).get(0));
    assertTrue(appended(broker, named(channel("a"), 0, "1")).duplicate());
    time.advance(WINDOW.plus(Duration.ofSeconds(1)));
    assertFalse(appended(broker, named(channel("a"), 0, "3")).duplicate());
  }

  @Test
  void createsANewEpochWithEveryStart() {
    String one =
        appended(open(RetentionLookup.uniform(PLENTY), received), plain(channel("a"), 0, "1"))
            .position()
            .epoch();
    String two =
        appended(open(RetentionLookup.uniform(PLENTY), received), plain(channel("a"), 0, "1"))
            .position()
            .epoch();
    assertNotEquals(one, two);
  }
}
