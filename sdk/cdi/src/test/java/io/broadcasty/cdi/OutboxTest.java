package io.broadcasty.cdi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.client.PublishResult;
import jakarta.transaction.Status;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import javax.naming.Context;
import org.h2.jdbcx.JdbcDataSource;
import org.jboss.weld.environment.se.WeldContainer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests the outbox in a container, with a database. */
class OutboxTest {

  private static final Path SCRIPT =
      Path.of("src/main/resources/io/broadcasty/outbox/h2/R__broadcasty_outbox.sql");

  private static WeldContainer container;

  private final FakeRegistry registry = new FakeRegistry();
  private final JdbcDataSource database = new JdbcDataSource();
  private final Application application = container.select(Application.class).get();

  @BeforeAll
  static void start() {
    System.setProperty(Context.INITIAL_CONTEXT_FACTORY, FakeNaming.class.getName());
    System.setProperty(Configuration.VIA, "outbox");
  }

  @AfterAll
  static void stop() {
    System.clearProperty(Context.INITIAL_CONTEXT_FACTORY);
    System.clearProperty(Configuration.VIA);
  }

  @BeforeEach
  void createTables() throws Exception {
    database.setURL("jdbc:h2:mem:outbox;DB_CLOSE_DELAY=-1");
    execute(Files.readString(SCRIPT));
    FakeNaming.registry = registry;
    FakeNaming.dataSource = database;
  }

  @BeforeAll
  static void open() {
    container = PublishingTest.container();
  }

  @AfterAll
  static void close() {
    container.close();
  }

  @AfterEach
  void dropTables() throws Exception {
    FakeNaming.registry = null;
    FakeNaming.dataSource = null;
    container.select(Publishing.class).get().forgetRegistry();
    execute("DROP ALL OBJECTS");
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private List<String> rows() throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement();
        ResultSet found =
            statement.executeQuery(
                "SELECT channel, payload, event, partition_key, headers, message_id"
                    + " FROM broadcasty_outbox ORDER BY id")) {
      while (found.next()) {
        StringBuilder row = new StringBuilder();
        for (int i = 1; i <= 6; i++) {
          row.append(i > 1 && found.getString(i) != null ? " " : "")
              .append(found.getString(i) == null ? "" : found.getString(i));
        }
        rows.add(row.toString());
      }
    }
    return rows;
  }

  private static PublishResult join(CompletionStage<PublishResult> stage) {
    return stage.toCompletableFuture().join();
  }

  @Test
  void writesAtOnceWithoutATransaction() throws Exception {
    PublishResult result =
        join(
            application.any.publish(
                "orders.eu",
                17,
                new PublishOptions("id-1", "paid", "key", java.util.Map.of("h", "1"))));
    assertTrue(result.queued());
    assertEquals("id-1", result.id());
    assertEquals(List.of("orders.eu 17 paid key {\"h\":\"1\"} id-1"), rows());
  }

  @Test
  void writesBeforeTheCommitInTheOrderOfChannels() throws Exception {
    registry.begin();
    CompletionStage<PublishResult> first = application.any.publish("b", 1);
    application.any.publish("a", 2);
    application.any.publish("b", 3);
    application.events.fire(new Application.Order(4, "eu"));
    assertEquals(List.of(), rows());
    assertFalse(first.toCompletableFuture().isDone());
    assertEquals(1, registry.synchronizations());
    registry.end(Status.STATUS_COMMITTED);
    assertEquals(
        List.of("a 2", "b 1", "b 3", "events.eu {\"number\":4,\"region\":\"eu\"}"), rows());
    assertTrue(join(first).queued());
  }

  @Test
  void publishesNothingAfterARollback() throws Exception {
    registry.begin();
    CompletionStage<PublishResult> first = application.any.publish("a", 1);
    registry.end(Status.STATUS_ROLLEDBACK);
    assertEquals(PublishException.ROLLED_BACK, code(first));
    registry.begin();
    registry.status(Status.STATUS_MARKED_ROLLBACK);
    assertEquals(PublishException.ROLLED_BACK, code(application.any.publish("a", 2)));
  }

  @Test
  void anEntityThatIsFlushedLateIsWrittenToo() throws Exception {
    registry.begin();
    application.any.publish("a", 1);
    registry.registerInterposedSynchronization(
        new jakarta.transaction.Synchronization() {
          @Override
          public void beforeCompletion() {
            new BroadcastEntityListener().created(new Sale());
            new BroadcastEntityListener().updated(new SpecialSale());
            new BroadcastEntityListener().deleted(new Sale());
          }

          @Override
          public void afterCompletion(int status) {}
        });
    registry.end(Status.STATUS_COMMITTED);
    assertEquals(
        List.of("a 1", "sales.eu 17 created", "sales.eu 17 updated", "sales.eu 17 deleted"),
        rows());
    assertThrows(PublishException.class, () -> new BroadcastEntityListener().created("no entity"));
  }

  @Test
  void aMissingTableRollsTheTransactionBack() throws Exception {
    execute("DROP TABLE broadcasty_outbox");
    registry.begin();
    CompletionStage<PublishResult> stage = application.any.publish("a", 1);
    PublishException e =
        assertThrows(PublishException.class, () -> registry.end(Status.STATUS_COMMITTED));
    assertEquals(PublishException.OUTBOX, e.code());
    assertTrue(e.getMessage().contains("docs/howto/outbox.md"), e.getMessage());
    assertTrue(registry.getRollbackOnly());
    assertEquals(PublishException.OUTBOX, code(stage));
    registry.status(Status.STATUS_NO_TRANSACTION);
    assertThrows(PublishException.class, () -> application.any.publish("a", 1));
  }

  @Test
  void writesInATransactionOfTheApplication() throws Exception {
    Outbox outbox = container.select(Outbox.class).get();
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      outbox.publish(connection, "a", 1, PublishOptions.NONE);
      connection.rollback();
      outbox.publish(connection, "a", "2".getBytes(StandardCharsets.UTF_8), PublishOptions.NONE);
      connection.commit();
    }
    assertEquals(List.of("a 2"), rows());
  }

  private static String code(CompletionStage<PublishResult> stage) {
    CompletionException e = assertThrows(CompletionException.class, () -> join(stage));
    return ((PublishException) e.getCause()).code();
  }

  /** An entity that publishes a property. */
  @BroadcastEntity(value = "sales.{region}", payload = "number")
  static class Sale {
    String getRegion() {
      return "eu";
    }

    int getNumber() {
      return 17;
    }
  }

  /** An entity as a provider enhances it. */
  static class SpecialSale extends Sale {}
}
