package io.broadcasty.push;

import static io.broadcasty.push.queue.PushFixtures.ACME;
import static io.broadcasty.push.queue.PushFixtures.ORDERS;
import static io.broadcasty.push.queue.PushFixtures.caller;
import static io.broadcasty.push.queue.PushFixtures.fcm;
import static io.broadcasty.push.queue.PushFixtures.followers;
import static io.broadcasty.push.queue.PushFixtures.save;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.LogCapture;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.push.device.PushSubscriptionStore;
import io.broadcasty.push.device.SamplePushServices;
import io.broadcasty.push.jdbc.JdbcPendingPushes;
import io.broadcasty.push.jdbc.JdbcPushQueue;
import io.broadcasty.push.jdbc.JdbcPushSubscriptionStore;
import io.broadcasty.push.provider.FakeProvider;
import io.broadcasty.push.provider.PushProviders;
import io.broadcasty.push.queue.PendingPushes;
import io.broadcasty.push.queue.PushFixtures;
import io.broadcasty.push.queue.PushQueue;
import io.broadcasty.push.queue.SendStatus;
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
class UndeliveredPushMonitorTest {

  private static final Duration AFTER = Duration.ofSeconds(10);
  private static final TenantChannel CHANNEL = new TenantChannel(ACME, ORDERS);

  private final ManualTime time = new ManualTime();
  private final Database database =
      Database.open(new DatabaseSettings("jdbc:h2:mem:" + UUID.randomUUID(), "sa", null, 4));
  private final PushSubscriptionStore devices = new JdbcPushSubscriptionStore(database);
  private final PushQueue queue = new JdbcPushQueue(database, time);
  private final PendingPushes pending = new JdbcPendingPushes(database);
  private final FakeProvider provider = FakeProvider.accepting(SamplePushServices.FCM);
  private final PushProviders services = new PushProviders(List.of(provider));
  private final PushIfUndelivered undelivered = new PushIfUndelivered(services, pending, time);
  private final Node one = new Node();
  private final Node two = new Node();
  private final AtomicInteger woken = new AtomicInteger();
  private long quota;

  /** A node with the users who are connected to it. */
  private final class Node implements UndeliveredPushMonitor.ConnectedUsers {
    private final Set<String> users = new HashSet<>();
    private @Nullable UndeliveredPushMonitor watch;

    void poll() {
      if (watch == null) {
        watch =
            new UndeliveredPushMonitor(
                pending,
                devices,
                followers(time),
                queue,
                services,
                this,
                tenant -> quota,
                time,
                woken::incrementAndGet);
      }
      watch.poll();
    }

    @Override
    public Map<TenantChannel, Set<String>> subscribedTo(Collection<TenantChannel> channels) {
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
      save(devices, ACME, user, fcm(user), null, List.of(ORDERS), time.nowMillis());
    }
    save(devices, ACME, "dan", fcm("dan"), null, List.of(), time.nowMillis());
  }

  @AfterEach
  void close() {
    database.close();
  }

  private String publish(String id, @Nullable Set<String> users) {
    return undelivered.schedule(
        caller("pub", "publisher"),
        ORDERS,
        id,
        new PushIfUndelivered.Request(AFTER, users, PushFixtures.notification(id)));
  }

  private void pass(Duration duration) {
    for (long seconds = 0; seconds < duration.toSeconds(); seconds++) {
      one.poll();
      two.poll();
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
  void pushesToFollowersWhoReceivedItOnNoNode() {
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
  void pushesToNamedUsers() {
    one.users.add("ann");
    String sendId = publish("p-1", Set.of("ann", "dan", "nobody"));
    pass(Duration.ofSeconds(14));
    assertEquals(Set.of("dan"), pushedTo(sendId));
  }

  @Test
  void pushesNothingWhenAllHaveReceivedIt() {
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
    assertEquals(6, queue.claim(SamplePushServices.FCM, "x", 100, AFTER, tenant -> 100).size());
  }

  @Test
  void anotherNodePushesWhenOneHasDied() {
    String sendId = publish("p-1", null);
    for (int i = 0; i < 14; i++) {
      two.poll();
      time.advance(Duration.ofSeconds(1));
    }
    assertEquals(Set.of("ann", "ben", "cleo"), pushedTo(sendId));
  }

  @Test
  void logsWhenTheQuotaPreventsAPush() {
    quota = 2;
    String sendId = publish("p-1", null);
    try (LogCapture log = new LogCapture(UndeliveredPushMonitor.class)) {
      pass(Duration.ofSeconds(14));
      assertTrue(log.text().contains("broadcasty.push.quota-per-day"), log.text());
    }
    assertNull(queue.status(ACME, sendId, 0, 1));
    assertEquals(List.of(), pending.oldest(10));
  }

  @Test
  void checksRightsAndServicesFirst() {
    PushIfUndelivered.Request toFollowers =
        new PushIfUndelivered.Request(AFTER, null, PushFixtures.notification("n"));
    PushIfUndelivered.Request toUsers =
        new PushIfUndelivered.Request(AFTER, Set.of("ann"), PushFixtures.notification("n"));
    PushIfUndelivered.Request toNobody =
        new PushIfUndelivered.Request(AFTER, Set.of(), PushFixtures.notification("n"));
    assertNull(undelivered.refusal(caller("own-policy"), toFollowers));
    assertInstanceOf(PushResult.Denied.class, undelivered.refusal(caller("own-policy"), toUsers));
    assertNull(undelivered.refusal(caller("pub", "publisher"), toUsers));
    assertInstanceOf(
        PushResult.Invalid.class, undelivered.refusal(caller("pub", "publisher"), toNobody));
    provider.excessBytes(3);
    assertInstanceOf(PushResult.TooLarge.class, undelivered.refusal(caller("pub"), toFollowers));
    assertNull(
        new PushIfUndelivered(
                new PushProviders(
                    List.of(provider, FakeProvider.accepting(SamplePushServices.WEB_PUSH))),
                pending,
                time)
            .refusal(caller("pub"), toFollowers),
        "another service may be that of all recipients");
    assertInstanceOf(
        PushResult.Disabled.class,
        new PushIfUndelivered(new PushProviders(List.of()), pending, time)
            .refusal(caller("pub"), toFollowers));
  }

  @Test
  void distinguishesChannelsAndIds() {
    assertNotEquals(
        publish("x", null),
        undelivered.schedule(
            caller("pub", "publisher"),
            new ChannelName("orders2"),
            "x",
            new PushIfUndelivered.Request(AFTER, null, PushFixtures.notification("n"))));
  }

  @Test
  void pushesNothingToFollowersWhoMayNotFollowAnyMore() {
    ChannelName secret = new ChannelName("private-x");
    for (String user : List.of("ann", "ben")) {
      save(devices, ACME, user, fcm(user), null, List.of(secret), time.nowMillis());
    }
    String sendId =
        undelivered.schedule(
            caller("pub", "publisher"),
            secret,
            "p-1",
            new PushIfUndelivered.Request(AFTER, null, PushFixtures.notification("p-1")));
    pass(Duration.ofSeconds(5));
    devices.forgetRoles(ACME, "ben");
    pass(Duration.ofSeconds(9));
    assertEquals(Set.of("ann"), pushedTo(sendId));
  }
}
