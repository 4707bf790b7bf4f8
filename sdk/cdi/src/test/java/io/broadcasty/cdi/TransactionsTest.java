package io.broadcasty.cdi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.transaction.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests what waits for a commit, and what a registry may do meanwhile. */
class TransactionsTest {

  private final FakeRegistry registry = new FakeRegistry();
  private final List<List<String>> sent = new ArrayList<>();
  private final Transactions transactions =
      new Transactions(
          () -> registry, all -> sent.add(all.stream().map(Outgoing::channel).toList()));

  private Outgoing send(String channel) {
    Outgoing publication = Outgoing.of(channel, new byte[] {'1'}, PublishOptions.NONE);
    transactions.send(publication);
    return publication;
  }

  private static String code(Outgoing publication) {
    CompletionException failure =
        assertThrows(CompletionException.class, () -> publication.result().join());
    return ((PublishException) failure.getCause()).code();
  }

  @Test
  void withoutATransactionItIsSentAtOnce() {
    send("a");
    assertEquals(List.of(List.of("a")), sent);
  }

  @Test
  void withoutARegistryItIsSentAtOnce() {
    new Transactions(() -> null, all -> sent.add(List.of("sent")))
        .send(Outgoing.of("a", new byte[0], PublishOptions.NONE));
    assertEquals(List.of(List.of("sent")), sent);
  }

  @Test
  void inATransactionItIsSentAfterTheCommitInOrderAndAsOneBatch() {
    registry.begin();
    Outgoing first = send("a");
    send("b");
    send("c");
    assertEquals(List.of(), sent);
    assertEquals(1, registry.synchronizations());
    assertFalse(first.result().isDone());
    registry.end(Status.STATUS_COMMITTED);
    assertEquals(List.of(List.of("a", "b", "c")), sent);
    registry.begin();
    send("d");
    registry.end(Status.STATUS_COMMITTED);
    assertEquals(List.of(List.of("a", "b", "c"), List.of("d")), sent);
  }

  @ParameterizedTest
  @ValueSource(
      ints = {Status.STATUS_ROLLEDBACK, Status.STATUS_UNKNOWN, Status.STATUS_MARKED_ROLLBACK})
  void withoutACommitItIsDropped(int end) {
    registry.begin();
    Outgoing dropped = send("a");
    registry.end(end);
    assertEquals(PublishException.ROLLED_BACK, code(dropped));
    assertEquals(List.of(), sent);
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        Status.STATUS_MARKED_ROLLBACK,
        Status.STATUS_ROLLING_BACK,
        Status.STATUS_PREPARING,
        Status.STATUS_PREPARED,
        Status.STATUS_COMMITTING,
        Status.STATUS_UNKNOWN
      })
  void whatCannotWaitAnyMoreIsDropped(int status) {
    registry.begin();
    registry.status(status);
    assertEquals(PublishException.ROLLED_BACK, code(send("a")));
    assertEquals(List.of(), sent);
  }

  @Test
  void whatIsPublishedWhenTheTransactionHasEndedIsSentAtOnce() {
    registry.begin();
    registry.status(Status.STATUS_COMMITTED);
    send("a");
    registry.status(Status.STATUS_ROLLEDBACK);
    send("b");
    assertEquals(List.of(List.of("a"), List.of("b")), sent);
  }

  @Test
  void aRegistryThatCallsTwicePublishesOnce() {
    registry.repeats = true;
    registry.begin();
    send("a");
    registry.end(Status.STATUS_COMMITTED);
    assertEquals(List.of(List.of("a")), sent);
  }

  @Test
  void aRegistryThatKeepsResourcesOfEarlierTransactionsLosesNothing() {
    registry.begin();
    send("a");
    registry.end(Status.STATUS_COMMITTED);
    registry.status(Status.STATUS_ACTIVE); // with the resources of before
    Outgoing second = send("b");
    assertEquals(2, registry.synchronizations());
    assertFalse(second.result().isDone());
    registry.end(Status.STATUS_COMMITTED);
    assertTrue(sent.contains(List.of("b")), sent.toString());
  }
}
