package io.broadcasty.push;

import static io.broadcasty.push.Devices.ACME;
import static io.broadcasty.push.Devices.ORDERS;
import static io.broadcasty.push.Devices.caller;
import static io.broadcasty.push.Devices.fcm;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.LogCapture;
import io.broadcasty.channel.ChannelName;
import io.broadcasty.channel.TenantChannel;
import io.broadcasty.database.Database;
import io.broadcasty.database.DatabaseSettings;
import io.broadcasty.push.jdbc.JdbcPendingPushes;
import io.broadcasty.push.jdbc.JdbcPushQueue;
import io.broadcasty.push.jdbc.JdbcSubscriptionStore;
import io.broadcasty.time.ManualTime;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests pushes of undelivered publications on two nodes. */
class DeliveryWatchTest {

  private static final Duration AFTER = Duration.ofSeconds(10);
  private static final TenantChannel CHANNEL = new TenantChannel(ACME, ORDERS);

  private final ManualTime time = new ManualTime();
  private final Database database =
      Database.open(new DatabaseSettings("jdbc:h2:mem:" + UUID.randomUUID(), "sa", null, 4));
  private final SubscriptionStore devices = new JdbcSubscriptionStore(database);
  private final PushQueue queue = new JdbcPushQueue(database, time);
  private final PendingPushes pending = new JdbcPendingPushes(database);
  private final FakeProvider provider = FakeProvider.accepting(SampleServices.FCM);
  private final EnabledServices services = new EnabledServices(List.of(provider));
  private final PushIfUndelivered undelivered = new PushIfUndelivered(services, pending, time);
  private final Node one = new Node();
  private final Node two = new Node();
  private final AtomicInteger woken = new AtomicInteger();
  private long quota;

  /** A node with the users who are connected to it. */
  private final class Node implements DeliveryWatch.Connected {
    private final Set<String> users = new HashSet<>();
    private @Nullable DeliveryWatch watch;

    void look() {
      if (watch == null) {
        watch =
            new DeliveryWatch(
                pending,
                devices,
                queue,
                services,
                this,
                tenant -> quota,
                time,
                woken::incrementAndGet);
      }
      watch.look();
    }

    @Override
    public Map<TenantChannel, Set<String>> on(Collection<TenantChannel> channels) {
      Map<TenantChannel, Set<String>> found = new HashMap<>();
      if (channels.contains(CHANNEL)) {
        found.put(CHANNEL, Set.copyOf(users));
      }
      return found;
    }
  }

  @BeforeEach
  void register() {
    for (String user : List.of("ann", "ben", "cleo")) {
      devices.save(ACME, user, fcm(user), null, List.of(ORDERS), time.nowMillis());
    }
    devices.save(ACME, "dan", fcm("dan"), null, List.of(), time.nowMillis());
  }

  @AfterEach
  void close() {
    database.close();
  }

  private String publish(String id, @Nullable Set<String> users) {
    return undelivered.arrange(
        caller("pub", "publisher"),
        ORDERS,
        id,
        new PushIfUndelivered.Wish(AFTER, users, Devices.notification(id)));
  }

  private void pass(Duration duration) {
    for (long seconds = 0; seconds < duration.toSeconds(); seconds++) {
      one.look();
      two.look();
      time.advance(Duration.ofSeconds(1));
    }
  }

  private Set<String> pushedTo(String sendId) {
    SendStatus status = queue.status(ACME, sendId, 0, 100);
    Set<String> users = new TreeSet<>();
    if (status != null) {
      status.page().forEach(each -> users.add(each.recipient().user()));
    }
    return users;
  }

  @Test
  void pushesToTheFollowersWhoHaveNotHadItOnAnyNode() {
    one.users.add("ann");
    String sendId = publish("p-1", null);
    pass(Duration.ofSeconds(5));
    one.users.clear(); // she has received it
    two.users.add("ben");
    pass(Duration.ofSeconds(5));
    assertNull(queue.status(ACME, sendId, 0, 1));
    pass(Duration.ofSeconds(4));
    assertEquals(Set.of("cleo"), pushedTo(sendId));
    assertEquals(List.of(), pending.oldest(10));
    assertTrue(woken.get() > 0);
  }

  @Test
  void pushesToTheUsersNamed() {
    one.users.add("ann");
    String sendId = publish("p-1", Set.of("ann", "dan", "nobody"));
    pass(Duration.ofSeconds(14));
    assertEquals(Set.of("dan"), pushedTo(sendId));
  }

  @Test
  void whenAllHaveHadItNothingIsPushed() {
    one.users.addAll(Set.of("ann", "ben"));
    two.users.add("cleo");
    String sendId = publish("p-1", null);
    pass(Duration.ofSeconds(14));
    assertNull(queue.status(ACME, sendId, 0, 1));
    assertEquals(List.of(), pending.oldest(10));
    assertEquals(0, woken.get());
  }

  @Test
  void aPublicationThatIsRepeatedIsPushedOnce() {
    String sendId = publish("p-1", null);
    assertEquals(sendId, publish("p-1", null));
    assertNotEquals(sendId, publish("p-2", null));
    pass(Duration.ofSeconds(14));
    assertEquals(sendId, publish("p-1", null)); // when it has already been pushed
    pass(Duration.ofSeconds(14));
    assertEquals(3, pushedTo(sendId).size());
    assertEquals(6, queue.claim(SampleServices.FCM, "x", 100, AFTER).size());
  }

  @Test
  void anotherNodeDecidesWhenOneIsGone() {
    String sendId = publish("p-1", null);
    for (int i = 0; i < 14; i++) {
      two.look();
      time.advance(Duration.ofSeconds(1));
    }
    assertEquals(Set.of("ann", "ben", "cleo"), pushedTo(sendId));
  }

  @Test
  void aTenantThatHasUsedItsQuotaGetsNoneAndTheLogSaysSo() {
    quota = 2;
    String sendId = publish("p-1", null);
    try (LogCapture log = new LogCapture(DeliveryWatch.class)) {
      pass(Duration.ofSeconds(14));
      assertTrue(log.text().contains("broadcasty.push.quota-per-day"), log.text());
    }
    assertNull(queue.status(ACME, sendId, 0, 1));
    assertEquals(List.of(), pending.oldest(10));
  }

  @Test
  void asksFirstWhetherItMayAndCan() {
    PushIfUndelivered.Wish toFollowers =
        new PushIfUndelivered.Wish(AFTER, null, Devices.notification("n"));
    PushIfUndelivered.Wish toUsers =
        new PushIfUndelivered.Wish(AFTER, Set.of("ann"), Devices.notification("n"));
    PushIfUndelivered.Wish toNobody =
        new PushIfUndelivered.Wish(AFTER, Set.of(), Devices.notification("n"));
    assertNull(undelivered.refusal(caller("own-policy"), toFollowers));
    assertInstanceOf(PushAnswer.Denied.class, undelivered.refusal(caller("own-policy"), toUsers));
    assertNull(undelivered.refusal(caller("pub", "publisher"), toUsers));
    assertInstanceOf(
        PushAnswer.Invalid.class, undelivered.refusal(caller("pub", "publisher"), toNobody));
    provider.excess(3);
    assertInstanceOf(PushAnswer.TooLarge.class, undelivered.refusal(caller("pub"), toFollowers));
    assertInstanceOf(
        PushAnswer.Off.class,
        new PushIfUndelivered(new EnabledServices(List.of()), pending, time)
            .refusal(caller("pub"), toFollowers));
  }

  @Test
  void channelsAndIdsAreToldApart() {
    assertNotEquals(
        publish("x", null),
        undelivered.arrange(
            caller("pub", "publisher"),
            new ChannelName("orders2"),
            "x",
            new PushIfUndelivered.Wish(AFTER, null, Devices.notification("n"))));
  }
}
