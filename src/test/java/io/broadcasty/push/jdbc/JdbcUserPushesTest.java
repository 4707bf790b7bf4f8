package io.broadcasty.push.jdbc;

import static io.broadcasty.push.queue.PushFixtures.ACME;
import static io.broadcasty.push.queue.PushFixtures.GLOBEX;
import static io.broadcasty.push.queue.PushFixtures.ORDERS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.push.device.PushSubscription;
import io.broadcasty.push.queue.PendingPush;
import io.broadcasty.push.queue.PendingPushes;
import io.broadcasty.push.queue.PushFixtures;
import io.broadcasty.push.queue.UserPushes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the notifications to one user in H2; a subclass tests each other database. */
class JdbcUserPushesTest {

  private final ManualTime time = new ManualTime();

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path dir;

  @SuppressWarnings("NullAway.Init")
  private Database database;

  @SuppressWarnings("NullAway.Init")
  private JdbcPushSubscriptionStore devices;

  @SuppressWarnings("NullAway.Init")
  private JdbcPushQueue queue;

  @SuppressWarnings("NullAway.Init")
  private PendingPushes pending;

  @SuppressWarnings("NullAway.Init")
  private UserPushes pushes;

  /** Returns the settings of an empty database. */
  protected DatabaseSettings settings() {
    return new DatabaseSettings("jdbc:h2:file:" + dir.resolve("push"), "sa", null, 8);
  }

  /** Opens an empty database. */
  protected Database openDatabase() {
    return Database.open(settings());
  }

  @BeforeEach
  void open() {
    database = openDatabase();
    devices = new JdbcPushSubscriptionStore(database);
    queue = new JdbcPushQueue(database, time);
    pending = new JdbcPendingPushes(database);
    pushes = new JdbcUserPushes(database);
  }

  @AfterEach
  void close() {
    database.close();
  }

  private PushSubscription device(TenantId tenant, String user, String token) {
    return PushFixtures.save(
        devices, tenant, user, PushFixtures.fcm(token), null, List.of(), time.nowMillis());
  }

  private void send(TenantId tenant, String id, PushSubscription... to) {
    assertNotNull(
        queue.enqueue(
            PushFixtures.send(tenant, id, time),
            List.of(to).stream().map(PushFixtures::recipient).toList(),
            0));
  }

  private void await(TenantId tenant, String id, Set<String> users) {
    pending.add(
        new PendingPush(
            0, new TenantChannel(tenant, ORDERS), id, users, PushFixtures.notification(id), 10));
  }

  private List<String> found(TenantId tenant, String user) {
    List<String> found = new ArrayList<>();
    String after = "";
    while (true) {
      List<UserPushes.Push> page = pushes.find(tenant, user, after, 2);
      if (page.isEmpty()) {
        return found;
      }
      page.forEach(push -> found.add(push.sendId() + " " + push.state()));
      after = page.get(page.size() - 1).cursor();
    }
  }

  private int erase(TenantId tenant, String user) {
    int erased = 0;
    int part;
    do {
      part = pushes.erase(tenant, user, 2);
      erased += part;
    } while (part > 0);
    return erased;
  }

  @Test
  void findsAndErasesWhatConcernsAUserAlone() {
    PushSubscription ann = device(ACME, "ann", "a");
    PushSubscription phone = device(ACME, "ann", "b");
    PushSubscription bob = device(ACME, "bob", "c");
    PushSubscription other = device(GLOBEX, "ann", "d");
    send(ACME, "both", ann, phone, bob);
    send(ACME, "ann alone", ann);
    send(ACME, "bob alone", bob);
    send(GLOBEX, "other", other);
    await(ACME, "p1", Set.of("ann"));
    await(ACME, "p2", Set.of("ann", "bob"));
    await(ACME, "p3", Set.of("bob"));
    await(GLOBEX, "p4", Set.of("ann"));
    assertEquals(
        List.of("both queued", "both queued", "ann alone queued", "p1 pending", "p2 pending"),
        found(ACME, "ann"));
    UserPushes.Push first = pushes.find(ACME, "ann", "", 1).get(0);
    assertEquals(
        List.of("both", "body", "{\"order\":17}"),
        List.of(first.title(), String.valueOf(first.body()), String.valueOf(first.dataJson())));

    assertEquals(5, erase(ACME, "ann"));
    assertEquals(List.of(), found(ACME, "ann"));
    assertEquals(0, erase(ACME, "ann"));
    assertNull(queue.find(ACME, "ann alone"), "nobody else got it");
    assertNotNull(queue.find(ACME, "both"));
    assertEquals(
        List.of("both queued", "bob alone queued", "p2 pending", "p3 pending"), found(ACME, "bob"));
    assertEquals(List.of("other queued", "p4 pending"), found(GLOBEX, "ann"));
  }

  @Test
  void erasesReceipts() {
    await(ACME, "p", Set.of("bob", "cid"));
    PendingPush push = pending.oldest(1).get(0);
    pending.addReceipts(push, Set.of("ann", "bob"));
    assertEquals(0, erase(ACME, "ann"));
    assertEquals(Set.of("bob"), pending.receipts(push));
    assertEquals(1, erase(ACME, "bob"));
    assertEquals(Set.of(), pending.receipts(push));
  }
}
