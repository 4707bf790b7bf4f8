package io.broadcasty.push.jdbc;

import static io.broadcasty.push.Devices.ACME;
import static io.broadcasty.push.Devices.recipient;
import static io.broadcasty.push.Devices.register;
import static io.broadcasty.push.Devices.send;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.database.Database;
import io.broadcasty.database.DatabaseSettings;
import io.broadcasty.push.Claimed;
import io.broadcasty.push.PushQueue;
import io.broadcasty.push.PushQueueContract;
import io.broadcasty.push.PushStoreException;
import io.broadcasty.push.PushSubscription;
import io.broadcasty.push.SampleServices;
import io.broadcasty.push.Settled;
import io.broadcasty.push.Settlement;
import io.broadcasty.push.SubscriptionStore;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the queue in H2; a subclass tests each other database. */
class JdbcPushQueueTest extends PushQueueContract {

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  private @Nullable Database database;

  /** Returns the settings of an empty database. */
  protected DatabaseSettings settings() {
    return new DatabaseSettings("jdbc:h2:file:" + dir.resolve("push"), "sa", null, 8);
  }

  /** Opens an empty database. */
  protected Database openDatabase() {
    return Database.open(settings());
  }

  private synchronized Database database() {
    if (database == null) {
      database = openDatabase();
    }
    return database;
  }

  @Override
  protected PushQueue open() {
    return new JdbcPushQueue(database(), time);
  }

  @Override
  protected SubscriptionStore subscriptions() {
    return new JdbcSubscriptionStore(database());
  }

  @AfterEach
  void close() {
    if (database != null) {
      database.close();
    }
  }

  @Test
  void aRemovedDeviceIsInTheAuditLogWithoutItsAddress() throws Exception {
    PushSubscription device = register(subscriptions(), "ann", "secret-token", time);
    open().enqueue(send(ACME, "s", time), List.of(recipient(device)), 0);
    Claimed claimed = open().claim(SampleServices.FCM, "one", 1, Duration.ofSeconds(30)).get(0);
    open()
        .settle(
            "one",
            List.of(
                new Settled(
                    claimed, new Settlement.Unregistered("404 \"GONE\"", Long.MAX_VALUE), 0)));
    try (Connection connection = database().dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT tenant_id, action, ctx FROM broadcasty_audit_logs")) {
      assertTrue(row.next());
      assertEquals("acme", row.getString(1));
      assertEquals("push.unregistered", row.getString(2));
      assertEquals(
          "{\"subscription\":\""
              + device.id()
              + "\",\"user\":\"ann\",\"service\":\"fcm\",\"reason\":\"404 \\\"GONE\\\"\"}",
          row.getString(3));
    }
  }

  @Test
  void saysThatItCannotBeReached() {
    PushQueue queue = open();
    close();
    assertThrows(
        PushStoreException.class, () -> queue.enqueue(send(ACME, "s", time), List.of(), 0));
    assertThrows(
        PushStoreException.class,
        () -> queue.claim(SampleServices.FCM, "one", 1, Duration.ofSeconds(30)));
  }
}
