package io.broadcasty.cluster.control.jdbc;

import static io.broadcasty.cluster.control.ReceivedMessages.named;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.cluster.control.ControlRetention;
import io.broadcasty.cluster.control.ControlTopic;
import io.broadcasty.cluster.control.SharedControlTopicContract;
import io.broadcasty.core.background.BackgroundLoops;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.infra.database.UnreachableDataSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests nodes on one H2 database, each with a data source of its own; a subclass for each other
 * database.
 */
class JdbcControlTopicTest extends SharedControlTopicContract {

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  private final ManualTime time = new ManualTime();
  private final Map<ControlTopic, UnreachableDataSource> gates = new HashMap<>();
  private final List<ControlTopic> topics = new ArrayList<>();
  private @Nullable Database database;

  /** Opens an empty database. */
  protected Database openDatabase() {
    return Database.open(
        new DatabaseSettings("jdbc:h2:file:" + dir.resolve("control"), "sa", null, 12));
  }

  private Database database() {
    if (database == null) {
      database = openDatabase();
    }
    return database;
  }

  @AfterEach
  void close() {
    topics.forEach(ControlTopic::close);
    if (database != null) {
      database.close();
    }
  }

  @Override
  protected ControlTopic open(ControlRetention retention) {
    UnreachableDataSource gate = new UnreachableDataSource(database().dataSource());
    ControlTopic topic =
        new JdbcControlTopic(
            Database.using(gate),
            retention,
            Ticker.system(),
            time,
            new BackgroundLoops(Ticker.system()));
    topics.add(topic);
    gates.put(topic, gate);
    return topic;
  }

  @Override
  protected void cutOff(ControlTopic topic) {
    Objects.requireNonNull(gates.get(topic)).makeUnreachable();
  }

  @Override
  protected void reconnect(ControlTopic topic) {
    Objects.requireNonNull(gates.get(topic)).makeReachable();
  }

  @Override
  protected void prune(ControlTopic topic) {
    ((JdbcControlTopic) topic).prune();
  }

  @Override
  protected void publishText(String text) {
    try (Connection connection = database().dataSource().getConnection()) {
      connection.setAutoCommit(true);
      ControlTable.insert(connection, UUID.randomUUID().toString(), text, time.nowMillis());
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String text(String name) {
    return "{\"v\":1,\"kind\":\"disconnect\",\"subject\":\""
        + name
        + "\",\"code\":\"disconnected\"}";
  }

  private int rows() {
    try (Connection connection = database().dataSource().getConnection()) {
      connection.setAutoCommit(true);
      return ControlTable.after(connection, 0, 1000).size();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The number of the late message is lower than that of a message already read. */
  @Test
  void aMessageThatIsCommittedLateIsReceived() throws SQLException {
    Node node = node();
    try (Connection slow = database().dataSource().getConnection()) {
      slow.setAutoCommit(false);
      long number = ControlTable.insert(slow, UUID.randomUUID().toString(), text("late"), 0);
      assertTrue(node.publishNamed("early") > number);
      assertEquals(named("early"), node.received().next());
      slow.commit();
      slow.setAutoCommit(true);
    }
    assertEquals(named("late"), node.received().next());
    node.publishNamed("end");
    assertEquals(List.of(), node.received().until("end"));
  }

  @Test
  void anUnusedNumberBlocksNothing() throws SQLException {
    Node node = node();
    try (Connection failing = database().dataSource().getConnection()) {
      failing.setAutoCommit(false);
      ControlTable.insert(failing, UUID.randomUUID().toString(), text("never"), 0);
      failing.rollback();
      failing.setAutoCommit(true);
    }
    node.publishNamed("one");
    node.publishNamed("end");
    assertEquals(List.of("one"), node.received().until("end"));
  }

  @Test
  void oldAndSurplusMessagesArePruned() {
    JdbcControlTopic topic =
        (JdbcControlTopic) open(new ControlRetention(Duration.ofMinutes(1), 3));
    topic.prune();
    for (int i = 0; i < 5; i++) {
      topic.publish(named("m" + i));
    }
    topic.prune();
    assertEquals(3, rows());
    time.advance(Duration.ofMinutes(2));
    topic.prune();
    assertEquals(1, rows(), "the newest stays");
  }

  /** As after the restore of a backup: numbers start again below those received. */
  @Test
  void continuesWithADatabaseThatLostItsTail() throws SQLException {
    Node node = node();
    for (int i = 0; i < 5; i++) {
      node.publishNamed("m");
    }
    node.publishNamed("seen");
    node.received().until("seen");
    cutOff(node.topic());
    try (Connection connection = database().dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(true);
      statement.execute("DELETE FROM broadcasty_control WHERE number > 2");
      statement.execute(
          "INSERT INTO broadcasty_control (number, message_id, message, created_at) VALUES (3, 'x',"
              + " '"
              + text("instead")
              + "', 0)");
    }
    reconnect(node.topic());
    assertEquals(named("instead"), node.received().next());
    node.received().awaitMissed();
  }
}
