package io.broadcasty.outbox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.background.BackgroundLoops;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.ratelimit.Unlimited;
import io.broadcasty.core.rbac.DefaultPolicyResolver;
import io.broadcasty.core.rbac.Policy;
import io.broadcasty.core.tenant.Retention;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.tenant.TestTenantSettings;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.streams.broker.memory.MemoryBroker;
import io.broadcasty.streams.publish.PublishService;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every outbox table has to do, with the reader and a store in memory. */
public abstract class OutboxContract {

  private static final int WRITERS = 8;
  private static final int TRANSACTIONS = 30;
  private static final List<String> CHANNELS = List.of("orders.a", "orders.b", "orders.c");

  private final Map<String, List<String>> received = new ConcurrentHashMap<>();
  private final List<OutboxReader> readers = new ArrayList<>();
  private final List<OutboxTable> tables = new ArrayList<>();
  private final MemoryBroker broker =
      new MemoryBroker(
          new Retention(Duration.ofHours(1), 1_000_000, 1L << 30),
          Duration.ofMinutes(10),
          1_000_000,
          Ticker.system(),
          WallClock.system(),
          publication ->
              received
                  .computeIfAbsent(
                      publication.envelope().channel().name().value(), name -> new ArrayList<>())
                  .add(publication.envelope().message().payload()));

  @SuppressWarnings("NullAway.Init")
  private OutboxApplication application;

  /** Returns an empty database. */
  protected abstract OutboxApplication.Address database();

  /** Opens the table, as another node does. */
  protected abstract OutboxTable open(OutboxApplication.Address address);

  @SuppressWarnings("NullAway.Init")
  private OutboxApplication.Address address;

  @BeforeEach
  void createTables() throws Exception {
    address = database();
    application = new OutboxApplication(address);
  }

  @AfterEach
  void close() {
    readers.forEach(OutboxReader::close);
    tables.forEach(OutboxTable::close);
  }

  private OutboxTable table() {
    OutboxTable opened = open(address);
    tables.add(opened);
    return opened;
  }

  private OutboxReader read(OutboxTable table) {
    OutboxReader reader =
        new OutboxReader(
            new OutboxSource(
                "shop",
                new TenantId("acme"),
                null,
                "jdbc:",
                "",
                null,
                List.of(new ChannelPattern("orders.")),
                Set.of("stock"),
                Duration.ofMillis(50)),
            table,
            new PublishService(
                new Policy(new DefaultPolicyResolver()),
                new Unlimited(),
                broker,
                Ticker.system(),
                RealtimeListener.NONE),
            new TestTenantSettings(),
            () -> false,
            new OutboxStatus(),
            Ticker.system(),
            WallClock.system(),
            new BackgroundLoops(Ticker.system()));
    readers.add(reader);
    return reader;
  }

  private List<String> received(String channel) {
    return List.copyOf(received.getOrDefault(channel, List.of()));
  }

  private void awaitReceived(String channel, List<String> payloads) throws Exception {
    await(() -> received(channel).size() >= payloads.size());
    assertEquals(payloads, received(channel));
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  private static void await(Condition condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.holds()) {
      assertTrue(System.nanoTime() - end < 0, "nothing happened in time");
      Thread.sleep(5);
    }
  }

  private long rows() throws SQLException {
    try (Connection connection = application.open();
        Statement statement = connection.createStatement();
        var found = statement.executeQuery("SELECT COUNT(*) FROM broadcasty_outbox")) {
      found.next();
      return found.getLong(1);
    }
  }

  @Test
  void publishesWhatIsCommittedAndNothingElse() throws Exception {
    try (Connection one = application.open();
        Connection other = application.open()) {
      one.setAutoCommit(false);
      other.setAutoCommit(false);
      application.publish(one, "orders.a", "1");
      application.publish(other, "orders.b", "2");
      application.publish(other, "orders.b", "{\"n\": \"\u20ac\"}");
      read(table());
      other.commit(); // the one with the later ids
      awaitReceived("orders.b", List.of("2", "{\"n\": \"\u20ac\"}"));
      assertEquals(List.of(), received("orders.a"));
      one.commit();
      awaitReceived("orders.a", List.of("1"));
      application.publish(one, "orders.a", "3");
      one.rollback();
    }
    application.publish("orders.a", "4");
    awaitReceived("orders.a", List.of("1", "4"));
    await(() -> rows() == 0);
  }

  /** The order of the numbers is that of the commits, since the lock is held until then. */
  @Test
  void keepsTheOrderOfCommitsThroughCrashesAndTwoReaders() throws Exception {
    Map<String, AtomicInteger> numbers = new ConcurrentHashMap<>();
    Map<String, Map<Integer, String>> committed = new ConcurrentHashMap<>();
    read(new CrashingTable(table()));
    read(new CrashingTable(table()));
    ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
    List<Future<?>> ends = new ArrayList<>();
    for (int i = 0; i < WRITERS; i++) {
      int writer = i;
      ends.add(writers.submit(() -> write(writer, numbers, committed)));
    }
    for (Future<?> end : ends) {
      end.get(60, TimeUnit.SECONDS);
    }
    writers.shutdown();
    await(() -> rows() == 0);
    for (String channel : CHANNELS) {
      assertEquals(
          List.copyOf(committed.getOrDefault(channel, Map.of()).values()), received(channel));
    }
  }

  private Void write(
      int writer, Map<String, AtomicInteger> numbers, Map<String, Map<Integer, String>> committed)
      throws SQLException {
    try (Connection connection = application.open()) {
      connection.setAutoCommit(false);
      for (int i = 0; i < TRANSACTIONS; i++) {
        Map<String, Integer> mine = new TreeMap<>();
        String payload = "\"" + writer + "-" + i + "\"";
        for (String channel : CHANNELS.subList(i % 2, 2 + i % 2)) {
          application.publish(connection, channel, payload);
          mine.put(
              channel,
              numbers.computeIfAbsent(channel, name -> new AtomicInteger()).incrementAndGet());
        }
        if (i % 10 == writer) {
          connection.rollback();
        } else {
          connection.commit();
          mine.forEach(
              (channel, number) ->
                  committed
                      .computeIfAbsent(channel, name -> new ConcurrentSkipListMap<>())
                      .put(number, payload));
        }
      }
    }
    return null;
  }

  @Test
  void setsAsideWhatCannotBePublished() throws Exception {
    application.publish("orders.a", "1");
    application.publish("orders.a", "no JSON");
    application.publish("orders.a", "\"" + "x".repeat(70_000) + "\"");
    application.publish("secret", "2");
    application.publish("not a channel", "3");
    application.publish("stock", "4");
    application.publish("orders.a", "5");
    OutboxTable table = table();
    OutboxReader reader = read(table);
    awaitReceived("orders.a", List.of("1", "5"));
    awaitReceived("stock", List.of("4"));
    await(() -> table.countRefused() == 4);
    List<RefusedRow> refused = table.refused(0, 10);
    assertEquals(
        List.of("invalid_json", "payload_too_large", "forbidden", "invalid_channel"),
        refused.stream().map(RefusedRow::code).toList());
    assertEquals(70_002, refused.get(1).payloadBytes());
    assertEquals(refused.subList(2, 4), table.refused(refused.get(1).id(), 10));
    assertEquals(refused.subList(0, 1), table.refused(0, 1));
    long age = WallClock.system().nowMillis() - refused.get(0).createdMillis();
    assertTrue(age >= -1000 && age < 60_000, "its age is " + age);
    await(() -> reader.status().refused() == 4);
    assertEquals(3, reader.status().published());

    assertTrue(table.remove(refused.get(0).id()));
    assertFalse(table.remove(refused.get(0).id()));
    assertFalse(table.retry(refused.get(0).id()));
    assertTrue(table.retry(refused.get(2).id()));
    await(() -> reader.status().refused() == 5);
    assertEquals(3, table.countRefused());
  }

  @Test
  void oneNodeReadsAtATime() throws Exception {
    application.publish("orders.a", "1");
    OutboxTable other = table();
    int read =
        table()
            .read(
                10,
                100,
                rows -> {
                  assertEquals(0, other.read(10, 100, more -> List.of()));
                  return List.of(new RowVerdict.Postponed("later"));
                });
    assertEquals(1, read);
    assertEquals(1, other.read(10, 100, rows -> List.of(new RowVerdict.Published())));
    assertEquals(0, rows());
  }

  @Test
  void saysWhatToDoWithoutTheTable() throws Exception {
    OutboxTable table = table();
    try (Connection connection = application.open();
        Statement statement = connection.createStatement()) {
      statement.execute("DROP TABLE broadcasty_outbox");
    }
    OutboxException e =
        assertThrows(OutboxException.class, () -> table.read(10, 100, rows -> List.of()));
    assertTrue(String.valueOf(e.getMessage()).contains("docs/howto/outbox.md"), e.getMessage());
    OutboxReader reader = read(table());
    await(() -> reader.status().error() != null);
    application = new OutboxApplication(address);
    application.publish("orders.a", "1");
    awaitReceived("orders.a", List.of("1"));
    await(() -> reader.status().error() == null);
  }

  @Test
  void administratorsSeeTheOutboxesOfTheirTenant() {
    OutboxReader reader = read(table());
    OutboxAdministration administration = new OutboxAdministration(List.of(reader));
    assertSame(reader, administration.find(new TenantId("acme"), "shop"));
    assertSame(reader, administration.find(null, "shop"));
    assertNull(administration.find(null, "other"));
    assertNull(administration.find(new TenantId("other"), "shop"));
    assertEquals(List.of(), administration.sources(new TenantId("other")));
  }

  /** Fails after each third batch was published, before its rows are deleted. */
  private static final class CrashingTable implements OutboxTable {

    private final OutboxTable target;
    private int batches;

    CrashingTable(OutboxTable target) {
      this.target = target;
    }

    @Override
    public int read(int maxRows, long maxPayloadBytes, Work work) {
      return target.read(
          Math.min(maxRows, 20),
          maxPayloadBytes,
          rows -> {
            List<RowVerdict> verdicts = work.decide(rows);
            if (batches++ % 3 == 0) {
              throw new OutboxException("the node dies", new SQLException());
            }
            return verdicts;
          });
    }

    @Override
    public void await(long millis) throws InterruptedException {
      target.await(millis);
    }

    @Override
    public boolean isTold() {
      return target.isTold();
    }

    @Override
    public long countRefused() {
      return target.countRefused();
    }

    @Override
    public List<RefusedRow> refused(long afterId, int limit) {
      return target.refused(afterId, limit);
    }

    @Override
    public boolean retry(long id) {
      return target.retry(id);
    }

    @Override
    public boolean remove(long id) {
      return target.remove(id);
    }

    @Override
    public void close() {
      target.close();
    }
  }
}
