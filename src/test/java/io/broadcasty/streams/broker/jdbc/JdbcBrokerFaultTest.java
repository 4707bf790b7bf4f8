package io.broadcasty.streams.broker.jdbc;

import static io.broadcasty.streams.broker.TestPublications.appended;
import static io.broadcasty.streams.broker.TestPublications.channel;
import static io.broadcasty.streams.broker.TestPublications.kept;
import static io.broadcasty.streams.broker.TestPublications.named;
import static io.broadcasty.streams.broker.TestPublications.publish;
import static io.broadcasty.streams.broker.TestPublications.sequences;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.LogCapture;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.Retention;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.streams.broker.PublicationListener;
import io.broadcasty.streams.broker.RecordingPublicationListener;
import io.broadcasty.streams.broker.RetentionLookup;
import io.broadcasty.streams.broker.StoreCondition;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests the outcome of publications when the database fails. */
class JdbcBrokerFaultTest {

  private static final TenantChannel ORDERS = channel("orders");
  private static final Duration WINDOW = Duration.ofMinutes(10);
  private static final Retention PLENTY = new Retention(Duration.ofHours(1), 100_000, 1L << 30);

  private final RecordingPublicationListener received = new RecordingPublicationListener();
  private Database real;
  private FaultyDataSource faulty;
  private Broker broker;

  @BeforeEach
  void open(@TempDir Path dir) {
    real = Database.open(new DatabaseSettings("jdbc:h2:file:" + dir.resolve("db"), "sa", null, 4));
    faulty = new FaultyDataSource(real.dataSource());
    broker = broker(new JdbcBrokerSettings(PLENTY, WINDOW), received);
  }

  private Broker broker(JdbcBrokerSettings settings, PublicationListener listener) {
    return new JdbcBroker(
        settings, Database.using(faulty), new ManualTime(), listener, Thread::new, Runnable::run);
  }

  @AfterEach
  void close() {
    broker.close();
    real.close();
  }

  @ParameterizedTest
  @EnumSource(
      value = FaultyDataSource.Fault.class,
      names = {"DOWN", "AT_INSERT", "AT_STREAM_UPDATE", "COMMIT_FAILS"})
  void aFailedPublicationLeavesNothingBehindAndCanBePublishedAgain(FaultyDataSource.Fault fault) {
    appended(broker, named(ORDERS, 0, "1"));
    faulty.set(fault);
    List<AppendOutcome> refused =
        publish(broker, List.of(named(ORDERS, 0, "2"), named(ORDERS, 1, "3")));
    for (AppendOutcome outcome : refused) {
      AppendOutcome.Unavailable unavailable =
          assertInstanceOf(AppendOutcome.Unavailable.class, outcome);
      assertTrue(unavailable.retryAfter().compareTo(Duration.ZERO) > 0);
      assertTrue(unavailable.reason().contains("same id"), unavailable.reason());
    }
    assertEquals(List.of(1L), received.sequences(ORDERS, 0));

    faulty.set(FaultyDataSource.Fault.NONE);
    AppendOutcome.Appended again = appended(broker, named(ORDERS, 0, "2"));
    assertFalse(again.duplicate());
    assertEquals(2, again.position().sequence());
    assertEquals(1, appended(broker, named(ORDERS, 1, "3")).position().sequence());
    assertEquals(List.of(1L, 2L), sequences(kept(broker, ORDERS, 0)));
    received.assertContiguousFromOne();
    assertEquals(3, received.all().size());
  }

  /** One publication that the database refuses took all others with it, for ever. */
  @Test
  void aPublicationThatTheDatabaseRefusesCostsItselfAlone() {
    faulty.set(FaultyDataSource.Fault.POISON);
    try (LogCapture log = new LogCapture(JdbcAppender.class)) {
      List<AppendOutcome> outcomes =
          publish(
              broker,
              IntStream.rangeClosed(1, 20)
                  .mapToObj(i -> named(ORDERS, 0, i == 7 || i == 20 ? "poison-" + i : "id-" + i))
                  .toList());
      for (int i = 1; i <= 20; i++) {
        assertEquals(
            i == 7 || i == 20 ? AppendOutcome.Rejected.class : AppendOutcome.Appended.class,
            outcomes.get(i - 1).getClass(),
            "publication " + i);
      }
      assertEquals(2, log.lines().size(), log.text());
    }
    assertEquals(StoreCondition.UP, broker.condition());
    assertEquals(
        IntStream.rangeClosed(1, 20)
            .filter(i -> i != 7 && i != 20)
            .mapToObj(i -> "id-" + i)
            .toList(),
        kept(broker, ORDERS, 0).stream().map(each -> each.envelope().id()).toList());
    received.assertContiguousFromOne();
    assertEquals(19, appended(broker, named(ORDERS, 0, "later")).position().sequence());
  }

  @Test
  void anotherCallIsServedBesideOneThatTheDatabaseRefuses() {
    faulty.set(FaultyDataSource.Fault.POISON);
    try (LogCapture log = new LogCapture(JdbcAppender.class)) {
      List<CompletionStage<List<AppendOutcome>>> calls =
          IntStream.range(0, 50)
              .mapToObj(
                  i ->
                      broker.publish(
                          List.of(
                              named(
                                  channel("t" + i % 3, "a"), 0, i % 10 == 0 ? "poison" : "i" + i))))
              .toList();
      for (int i = 0; i < 50; i++) {
        assertEquals(
            i % 10 == 0 ? AppendOutcome.Rejected.class : AppendOutcome.Appended.class,
            calls.get(i).toCompletableFuture().join().get(0).getClass());
      }
      assertEquals(5, log.lines().size());
    }
    assertEquals(StoreCondition.UP, broker.condition());
  }

  @Test
  void anUnconfirmedCommitIsAnnouncedOnceInItsOrderAndRecognised() {
    appended(broker, named(ORDERS, 0, "1"));
    faulty.set(FaultyDataSource.Fault.COMMIT_TAKES_PLACE);
    List<AppendOutcome> doubtful =
        publish(broker, List.of(named(ORDERS, 0, "2"), named(ORDERS, 0, "3")));
    doubtful.forEach(o -> assertInstanceOf(AppendOutcome.Unavailable.class, o));

    AppendOutcome.Appended next = appended(broker, named(ORDERS, 0, "4"));
    assertEquals(4, next.position().sequence());
    AppendOutcome.Appended again = appended(broker, named(ORDERS, 0, "2"));
    assertTrue(again.duplicate());
    assertEquals(2, again.position().sequence());
    assertEquals(List.of(1L, 2L, 3L, 4L), received.sequences(ORDERS, 0));
    assertEquals(received.all(), kept(broker, ORDERS, 0));
  }

  @Test
  void anUnconfirmedCommitIsAnnouncedWithoutWaitingForTheNext() throws Exception {
    CountDownLatch announced = new CountDownLatch(1);
    Broker quiet =
        broker(new JdbcBrokerSettings(PLENTY, WINDOW), publication -> announced.countDown());
    faulty.set(FaultyDataSource.Fault.COMMIT_TAKES_PLACE);
    publish(quiet, List.of(named(ORDERS, 0, "1")));
    assertTrue(announced.await(10, TimeUnit.SECONDS));
    quiet.close();
  }

  @Test
  void throwsOnReadWhileTheDatabaseIsDown() {
    faulty.set(FaultyDataSource.Fault.DOWN);
    assertThrows(BrokerException.class, () -> broker.states(ORDERS, 1));
    assertThrows(BrokerException.class, () -> broker.prune());
    faulty.set(FaultyDataSource.Fault.NONE);
    assertEquals(0, broker.states(ORDERS, 1).get(0).head());
  }

  @Test
  void refusesPublicationsBeyondTheQueueAtOnce() throws Exception {
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch leave = new CountDownLatch(1);
    PublicationListener stuck =
        publication -> {
          entered.countDown();
          await(leave);
        };
    long cost = named(ORDERS, 0, "0").costBytes();
    Broker small =
        broker(
            new JdbcBrokerSettings(RetentionLookup.uniform(PLENTY), WINDOW, 3 * cost, 1000), stuck);
    List<CompletableFuture<List<AppendOutcome>>> accepted = new ArrayList<>();
    accepted.add(small.publish(List.of(named(ORDERS, 0, "0"))).toCompletableFuture());
    assertTrue(entered.await(10, TimeUnit.SECONDS));
    for (int i = 1; i <= 3; i++) {
      accepted.add(small.publish(List.of(named(ORDERS, 0, "" + i))).toCompletableFuture());
    }
    CompletableFuture<List<AppendOutcome>> refused =
        small.publish(List.of(named(ORDERS, 0, "4"))).toCompletableFuture();
    assertTrue(refused.isDone());
    assertInstanceOf(AppendOutcome.Unavailable.class, refused.join().get(0));
    assertFalse(accepted.get(1).isDone());
    leave.countDown();
    for (CompletableFuture<List<AppendOutcome>> each : accepted) {
      assertInstanceOf(AppendOutcome.Appended.class, each.get(10, TimeUnit.SECONDS).get(0));
    }
    small.close();
  }

  @Test
  void aThrowingListenerDoesNotStopTheBroker() {
    List<Publication> got = new ArrayList<>();
    Broker bothered =
        broker(
            new JdbcBrokerSettings(PLENTY, WINDOW),
            publication -> {
              got.add(publication);
              throw new IllegalStateException("scripted");
            });
    appended(bothered, named(ORDERS, 0, "1"));
    appended(bothered, named(ORDERS, 0, "2"));
    bothered.close();
    assertEquals(2, got.size());
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(10, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
