package io.broadcasty.relay;

import static io.broadcasty.streams.broker.TestPublications.channel;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.streams.broker.Position;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The contract of every {@link Checkpoints}. */
public abstract class CheckpointsContract {

  protected static final Duration LEASE = Duration.ofMillis(700);
  protected static final Duration KEPT = Duration.ofHours(2);
  protected static final TenantChannel ORDERS = channel("orders");
  private static final TenantChannel OTHERS = channel("other", "orders");

  /** Returns the same checkpoints as another node opens them; empty at the start of a test. */
  protected abstract Checkpoints open();

  /**
   * Returns the checkpoints of a connector, apart from all others; empty at the start of a test.
   */
  protected abstract Checkpoints openConnector(String id);

  /** Waits until a lease has ended. */
  protected abstract void outlastLease() throws Exception;

  @Test
  void returnsTheTimeOfTheFirstCall() {
    assertEquals(100, open().startedAt(100));
    assertEquals(100, open().startedAt(200));
  }

  @Test
  void returnsSavedPositions() {
    Checkpoints one = open();
    assertEquals(Map.of(), one.claim(ORDERS, "one"));
    Position first = new Position("e1", 0, 5);
    Position second = new Position("e2", 3, 9_000_000_000L);
    assertTrue(one.save(ORDERS, "one", new Position("e0", 0, 4)));
    assertTrue(one.save(ORDERS, "one", first));
    assertTrue(one.save(ORDERS, "one", second));
    one.release(ORDERS, "one");
    Map<Integer, Position> expected = Map.of(0, first, 3, second);
    assertEquals(expected, open().read(ORDERS));
    assertEquals(expected, open().claim(ORDERS, "two"));
    assertEquals(Map.of(), open().read(OTHERS));
  }

  @Test
  void readsManyChannelsTogether() {
    Checkpoints one = open();
    Map<TenantChannel, Map<Integer, Position>> expected = new HashMap<>();
    for (String tenant : List.of("acme", "umbrella")) {
      for (int i = 0; i < 120; i++) {
        TenantChannel channel =
            new TenantChannel(new TenantId(tenant), new ChannelName("many" + i));
        Map<Integer, Position> relayed = new HashMap<>();
        for (int partition = 0; partition < i % 3; partition++) {
          Position position = new Position("e" + i, partition, i);
          assertNotNull(one.claim(channel, "one"));
          assertTrue(one.save(channel, "one", position));
          relayed.put(partition, position);
        }
        expected.put(channel, relayed);
      }
    }
    assertEquals(expected, open().read(expected.keySet()));
    assertEquals(Map.of(), open().read(List.of()));
  }

  @Test
  void claimsAChannelForOneNodeAtATime() {
    Checkpoints one = open();
    Checkpoints two = open();
    assertNotNull(one.claim(ORDERS, "one"));
    assertNull(two.claim(ORDERS, "two"));
    assertNotNull(one.claim(ORDERS, "one"), "who has it gets it again");
    assertNotNull(two.claim(OTHERS, "two"));
    assertFalse(two.save(ORDERS, "two", new Position("e", 0, 1)));
    two.release(ORDERS, "two");
    assertNull(two.claim(ORDERS, "two"), "it was not another's to give back");
    one.release(ORDERS, "one");
    assertNotNull(two.claim(ORDERS, "two"));
  }

  @Test
  void aClaimEndsWithItsLeaseAndIsThenLost() throws Exception {
    Checkpoints one = open();
    Checkpoints two = open();
    assertNotNull(one.claim(ORDERS, "one"));
    assertTrue(one.save(ORDERS, "one", new Position("e", 0, 1)));
    outlastLease();
    assertEquals(Map.of(0, new Position("e", 0, 1)), two.claim(ORDERS, "two"));
    assertFalse(one.save(ORDERS, "one", new Position("e", 0, 2)));
    assertEquals(Map.of(0, new Position("e", 0, 1)), two.read(ORDERS));
    one.release(ORDERS, "one");
    assertTrue(two.save(ORDERS, "two", new Position("e", 0, 3)), "two still has it");
  }

  @Test
  void pruningKeepsWhatIsInUse() {
    Checkpoints one = open();
    assertNotNull(one.claim(ORDERS, "one"));
    assertTrue(one.save(ORDERS, "one", new Position("e", 0, 1)));
    one.prune();
    assertEquals(1, open().read(ORDERS).size());
  }

  @Test
  void checkpointsOfConnectorsAreApart() {
    Map<String, Checkpoints> all =
        Map.of("", open(), "one", openConnector("one"), "two", openConnector("two"));
    long number = 0;
    for (Map.Entry<String, Checkpoints> each : all.entrySet()) {
      Checkpoints checkpoints = each.getValue();
      number++;
      assertEquals(number, checkpoints.startedAt(number));
      assertEquals(Map.of(), checkpoints.claim(ORDERS, "owner" + number));
      assertTrue(checkpoints.save(ORDERS, "owner" + number, new Position("e", 0, number)));
      assertNull(checkpoints.claim(ORDERS, "another"));
    }
    number = 0;
    for (Checkpoints checkpoints : all.values()) {
      number++;
      Map<Integer, Position> expected = Map.of(0, new Position("e", 0, number));
      assertEquals(number, checkpoints.startedAt(100));
      assertEquals(expected, checkpoints.read(ORDERS));
      assertEquals(Map.of(ORDERS, expected), checkpoints.read(List.of(ORDERS)));
      checkpoints.release(ORDERS, "owner" + number);
      checkpoints.prune();
      assertEquals(expected, checkpoints.claim(ORDERS, "another"));
    }
  }
}
