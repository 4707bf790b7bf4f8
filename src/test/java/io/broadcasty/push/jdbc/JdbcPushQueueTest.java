package io.broadcasty.push.jdbc;

import static io.broadcasty.push.queue.PushFixtures.ACME;
import static io.broadcasty.push.queue.PushFixtures.recipient;
import static io.broadcasty.push.queue.PushFixtures.register;
import static io.broadcasty.push.queue.PushFixtures.send;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.push.device.PushStoreException;
import io.broadcasty.push.device.PushSubscription;
import io.broadcasty.push.device.PushSubscriptionStore;
import io.broadcasty.push.device.SamplePushServices;
import io.broadcasty.push.queue.AcknowledgedDispatch;
import io.broadcasty.push.queue.ClaimedDispatch;
import io.broadcasty.push.queue.DeliveryResult;
import io.broadcasty.push.queue.PushQueue;
import io.broadcasty.push.queue.PushQueueContract;
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
  protected PushSubscriptionStore subscriptions() {
    return new JdbcPushSubscriptionStore(database());
  }

  @AfterEach
  void close() {
    if (database != null) {
      database.close();
    }
  }

  @Test
  void auditsARemovedDeviceWithoutItsAddress() throws Exception {
    PushSubscription device = register(subscriptions(), "ann", "secret-token", time);
    open().enqueue(send(ACME, "s", time), List.of(recipient(device)), 0);
    ClaimedDispatch claimed =
        open()
            .claim(SamplePushServices.FCM, "one", 1, Duration.ofSeconds(30), tenant -> 100)
            .get(0);
    open()
        .acknowledge(
            "one",
            List.of(
                new AcknowledgedDispatch(
                    claimed, new DeliveryResult.Unregistered("404 \"GONE\"", Long.MAX_VALUE), 0)));
    try (Connection connection = database().dataSource().getConnection();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT tenant_id, action, ctx, target, chain_no FROM broadcasty_audit_logs")) {
      assertTrue(row.next());
      assertEquals("acme", row.getString(1));
      assertEquals("push.unregistered", row.getString(2));
      assertEquals(
          "{\"subscription\":\""
              + device.id()
              + "\",\"service\":\"fcm\",\"reason\":\"404 \\\"GONE\\\"\"}",
          row.getString(3));
      assertEquals("user:ann", row.getString(4));
      assertEquals(1, row.getLong(5));
    }
  }

  @Test
  void throwsWhenTheDatabaseIsUnavailable() {
    PushQueue queue = open();
    close();
    assertThrows(
        PushStoreException.class, () -> queue.enqueue(send(ACME, "s", time), List.of(), 0));
    assertThrows(
        PushStoreException.class,
        () -> queue.claim(SamplePushServices.FCM, "one", 1, Duration.ofSeconds(30), tenant -> 100));
  }
}
