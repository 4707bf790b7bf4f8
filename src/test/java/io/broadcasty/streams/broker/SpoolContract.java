package io.broadcasty.streams.broker;

import static io.broadcasty.streams.broker.TestPublications.channel;
import static io.broadcasty.streams.broker.TestPublications.named;
import static io.broadcasty.streams.broker.TestPublications.plain;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.streams.broker.Spool.SpooledEnvelope;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The contract of {@link Spool}. */
public abstract class SpoolContract {

  protected static final TenantChannel ORDERS = channel("orders");
  private static final TenantChannel OTHERS = channel("other", "orders");

  /** Opens the spool like another node; all calls in a test share a store, initially empty. */
  protected abstract Spool open();

  private static List<String> ids(List<SpooledEnvelope> spooled) {
    return spooled.stream().map(each -> each.envelope().id()).toList();
  }

  @Test
  void returnsEnvelopesInOrder() {
    Spool spool = open();
    Envelope full =
        new Envelope(
            ORDERS,
            3,
            "full",
            true,
            new Message(
                "{\"ü\":[1]}",
                "{\"schema\":1}",
                "created",
                "c-1",
                "rpc.1",
                Headers.of(Map.of("tag", "é 🎉", "empty", "")),
                new Origin("änn", "s-1")));
    spool.add(List.of(full, named(OTHERS, 0, "b")));
    spool.add(List.of(named(ORDERS, 1, "c")));
    List<SpooledEnvelope> oldest = open().oldest(0, 10);
    assertEquals(List.of("full", "b", "c"), ids(oldest));
    assertEquals(full, oldest.get(0).envelope());
    assertEquals(OTHERS, oldest.get(1).envelope().channel());
    assertEquals(Set.of(ORDERS, OTHERS), spool.channels());
  }

  @Test
  void anIdOfTheServersIsKeptLikeOneOfThePublishers() {
    Envelope made = plain(ORDERS, 0, "1");
    open().add(List.of(made));
    Envelope kept = open().oldest(0, 1).get(0).envelope();
    assertEquals(made.id(), kept.id());
    assertTrue(kept.idempotent(), "so that it is known when it is published twice");
  }

  @Test
  void aWaitingEnvelopeIsNotAddedAgain() {
    Spool spool = open();
    spool.add(List.of(named(ORDERS, 0, "a"), named(ORDERS, 0, "a")));
    spool.add(List.of(named(ORDERS, 0, "a"), named(OTHERS, 0, "a"), named(ORDERS, 0, "b")));
    assertEquals(List.of("a", "a", "b"), ids(spool.oldest(0, 10)));
  }

  @Test
  void idsThatOnlyLookAlikeAreDifferent() {
    Spool spool = open();
    spool.add(BrokerContract.ALIKE.stream().map(id -> named(ORDERS, 0, id)).toList());
    assertEquals(BrokerContract.ALIKE, ids(spool.oldest(0, 100)));
  }

  @Test
  void addsBehindWaitingEnvelopesAndReturnsTheOtherChannels() {
    Spool spool = open();
    spool.add(List.of(named(ORDERS, 0, "a")));
    assertEquals(
        Set.of(OTHERS),
        spool.addBehind(
            List.of(named(OTHERS, 0, "x"), named(ORDERS, 0, "b"), named(OTHERS, 0, "y"))));
    assertEquals(List.of("a", "b"), ids(spool.oldest(0, 10)));
    spool.remove(spool.oldest(0, 10));
    assertEquals(Set.of(ORDERS), open().addBehind(List.of(named(ORDERS, 0, "c"))));
    assertEquals(Set.of(), spool.addBehind(List.of()));
  }

  @Test
  void anEnvelopeAddedBehindIsSeenByAConcurrentReader() throws Exception {
    Spool adding = open();
    Spool removing = open();
    ExecutorService executor = Executors.newFixedThreadPool(2);
    try {
      for (int round = 0; round < 50; round++) {
        String next = "next" + round;
        adding.add(List.of(named(ORDERS, 0, "first" + round)));
        Future<Set<TenantChannel>> added =
            executor.submit(() -> adding.addBehind(List.of(named(ORDERS, 0, next))));
        Future<Set<TenantChannel>> seen =
            executor.submit(
                () -> {
                  removing.remove(removing.oldest(0, 1));
                  return removing.channels();
                });
        boolean isAhead = added.get(20, TimeUnit.SECONDS).contains(ORDERS);
        boolean isSeen = seen.get(20, TimeUnit.SECONDS).contains(ORDERS);
        assertTrue(isAhead || isSeen, "added behind, and yet nothing was seen to wait");
        adding.remove(adding.oldest(0, 10));
      }
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void isReadInPagesAndEmptied() {
    Spool spool = open();
    for (int i = 0; i < 25; i++) {
      spool.add(List.of(named(ORDERS, 0, "id" + i)));
    }
    List<SpooledEnvelope> first = spool.oldest(0, 10);
    List<SpooledEnvelope> second = spool.oldest(first.get(9).number(), 10);
    assertEquals("id10", second.get(0).envelope().id());
    spool.remove(first);
    assertEquals(ids(second), ids(spool.oldest(0, 10)));
    spool.remove(spool.oldest(0, 100));
    spool.remove(first);
    assertEquals(List.of(), spool.oldest(0, 10));
    assertEquals(Set.of(), spool.channels());
    spool.add(List.of(named(ORDERS, 0, "id0")));
    assertTrue(spool.oldest(0, 1).get(0).number() > second.get(9).number(), "numbers go on");
  }

  @Test
  void findsTheOldestEnvelopeOfAChannel() {
    Spool spool = open();
    assertEquals(Map.of(), spool.oldestNumbers(Set.of(ORDERS)));
    spool.add(List.of(named(ORDERS, 0, "a"), named(OTHERS, 0, "x"), named(ORDERS, 0, "b")));
    List<SpooledEnvelope> all = spool.oldest(0, 10);
    assertEquals(
        Map.of(ORDERS, all.get(0).number(), OTHERS, all.get(1).number()),
        open().oldestNumbers(Set.of(ORDERS, OTHERS)));
    spool.remove(all.subList(0, 2));
    assertEquals(Map.of(ORDERS, all.get(2).number()), spool.oldestNumbers(Set.of(ORDERS, OTHERS)));
  }

  @Test
  void nodesAddAtTheSameTime() throws Exception {
    int nodes = 4;
    int each = 50;
    ExecutorService executor = Executors.newFixedThreadPool(nodes);
    try {
      List<Callable<Void>> adding = new ArrayList<>();
      for (int n = 0; n < nodes; n++) {
        int node = n;
        Spool spool = open();
        adding.add(
            () -> {
              for (int i = 0; i < each; i++) {
                spool.add(List.of(named(ORDERS, 0, node + "-" + i), named(ORDERS, 0, "all" + i)));
              }
              return null;
            });
      }
      for (Future<Void> done : executor.invokeAll(adding, 60, TimeUnit.SECONDS)) {
        done.get();
      }
    } finally {
      executor.shutdownNow();
    }
    List<String> all = ids(open().oldest(0, 1000));
    assertEquals(nodes * each + each, all.size());
    assertEquals(all.size(), new HashSet<>(all).size());
    List<String> ofOne = all.stream().filter(id -> id.startsWith("2-")).toList();
    for (int i = 0; i < each; i++) {
      assertEquals("2-" + i, ofOne.get(i), "in a node's own order");
    }
  }
}
