package io.broadcasty.streams.broker.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.format.UnknownVersionException;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.Headers;
import io.broadcasty.streams.broker.Message;
import io.broadcasty.streams.broker.Position;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.streams.broker.Spool.SpooledEnvelope;
import io.broadcasty.streams.broker.StreamKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests a database of the previous release, opened by this one, while the other continues to write.
 */
class PreviousDatabaseTest {

  private static final TenantChannel ORDERS =
      new TenantChannel(new TenantId("acme"), new ChannelName("orders"));
  private static final StreamKey STREAM = new StreamKey(ORDERS, 0, "k3f9a2xw");
  private static final Message FULL =
      new Message(
          "{ \"n\": 1.50,  \"e\": \"😀\" }",
          "{\"schema\":\"é.v1\"}",
          "created",
          "c-1",
          "rpc:client:42",
          Headers.NONE);
  private static final Headers HEADERS = Headers.of(Map.of("tag", "é 🎉"));

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  @SuppressWarnings("NullAway.Init")
  private Database database;

  @SuppressWarnings("NullAway.Init")
  private JdbcSpool spool;

  @SuppressWarnings("NullAway.Init")
  private JdbcArchive archive;

  @BeforeEach
  void restore() throws IOException, SQLException {
    Path script = dir.resolve("previous.sql");
    try (InputStream in =
        PreviousDatabaseTest.class.getResourceAsStream("/previous-format/database.sql")) {
      Files.copy(Objects.requireNonNull(in), script);
    }
    String url = "jdbc:h2:file:" + dir.resolve("db");
    try (Connection connection = DriverManager.getConnection(url, "sa", "");
        Statement statement = connection.createStatement()) {
      statement.execute("RUNSCRIPT FROM '" + script + "'");
    }
    database = Database.open(new DatabaseSettings(url, "sa", null, 4));
    spool = new JdbcSpool(database, WallClock.system());
    archive = new JdbcArchive(database, WallClock.system(), Duration.ofDays(1000));
  }

  @AfterEach
  void close() {
    database.close();
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = database.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Test
  void publicationsOfThePreviousReleaseAreRead() {
    List<Publication> read = archive.read(STREAM, 0, 2, 10);
    assertEquals(
        List.of(
            new Publication(
                new Envelope(ORDERS, 0, "made-1", false, Message.of("1")),
                new Position("k3f9a2xw", 0, 1),
                1790000000000L),
            new Publication(
                new Envelope(ORDERS, 0, "o-17", true, FULL),
                new Position("k3f9a2xw", 0, 2),
                1790000000001L)),
        read);
  }

  @Test
  void publicationsQueuedByThePreviousReleaseAreRead() {
    assertEquals(
        List.of(
            new SpooledEnvelope(1, new Envelope(ORDERS, 0, "made-1", true, Message.of("1"))),
            new SpooledEnvelope(2, new Envelope(ORDERS, 0, "o-17", true, FULL))),
        spool.oldest(0, 10));
  }

  @Test
  void thePreviousReleaseContinuesToWriteBesideThisOne() throws SQLException {
    Message message = Message.of("2").withHeaders(HEADERS);
    spool.add(List.of(new Envelope(ORDERS, 0, "b", true, message)));
    execute( // as that release does
        "INSERT INTO broadcasty_spool (tenant_id, channel, envelope_id, partition_no, payload,"
            + " meta, event, correlation_id, reply_to, queued_at)"
            + " VALUES ('acme', 'orders', 'c', 0, X'33', NULL, NULL, NULL, NULL, 1)");
    execute(
        "INSERT INTO broadcasty_events (tenant_id, channel, partition_no, epoch, seq, envelope_id,"
            + " idempotent, payload, meta, event, correlation_id, reply_to, cost_bytes,"
            + " bytes_before, published_at)"
            + " VALUES ('acme', 'orders', 0, 'k3f9a2xw', 3, 'c', 1, X'33', NULL, NULL, NULL, NULL,"
            + " 201, 443, 1790000000002)");
    List<SpooledEnvelope> queued = spool.oldest(2, 10);
    assertEquals(message, queued.get(0).envelope().message());
    assertEquals(Message.of("3"), queued.get(1).envelope().message());
    assertEquals(Message.of("3"), archive.read(STREAM, 2, 3, 1).get(0).envelope().message());
  }

  @Test
  void aRowOfALaterReleaseIsAnErrorNotAGap() throws SQLException {
    execute("UPDATE broadcasty_events SET format_version = 9 WHERE seq = 2");
    assertEquals(1, archive.read(STREAM, 0, 2, 10).size());
    BrokerException fault =
        assertThrows(BrokerException.class, () -> archive.read(STREAM, 1, 2, 10));
    assertTrue(
        String.valueOf(fault.getMessage()).contains("nodes may run different versions"),
        fault::getMessage);
  }

  @Test
  void publicationsQueuedByALaterReleaseAreLeftToIt() throws SQLException {
    execute("UPDATE broadcasty_spool SET format_version = 9 WHERE number = 2");
    assertEquals(1, spool.oldest(0, 10).size());
    assertThrows(UnknownVersionException.class, () -> spool.oldest(1, 10));
  }
}
