package io.broadcasty.cluster.control.redis;

import static io.broadcasty.cluster.control.ReceivedMessages.named;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.TcpProxy;
import io.broadcasty.cluster.control.ControlRetention;
import io.broadcasty.cluster.control.ControlTopic;
import io.broadcasty.cluster.control.ReceivedMessages;
import io.broadcasty.cluster.control.SharedControlTopicContract;
import io.broadcasty.core.background.BackgroundLoops;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.RedisServer;
import io.broadcasty.infra.redis.RedisSettings;
import io.broadcasty.infra.redis.Script;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.resps.StreamEntry;

/** Tests nodes on one Redis, each with a connection of its own that can be cut. */
class RedisControlTopicTest extends SharedControlTopicContract {

  private final RedisServer server = RedisServer.shared();
  private final RedisSettings settings = server.settings();
  private final Redis direct = Redis.open(settings);
  private final Map<ControlTopic, TcpProxy> gates = new HashMap<>();
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
    direct.close();
  }

  @Override
  protected ControlTopic open(ControlRetention retention) {
    TcpProxy gate = new TcpProxy(server.port());
    open.push(gate);
    Redis redis =
        Redis.open(RedisSettings.parse("redis://127.0.0.1:" + gate.port(), settings.prefix(), 4));
    open.push(redis);
    ControlTopic topic =
        new RedisControlTopic(redis, retention, new BackgroundLoops(Ticker.system()));
    open.push(topic);
    gates.put(topic, gate);
    return topic;
  }

  @Override
  protected void cutOff(ControlTopic topic) {
    Objects.requireNonNull(gates.get(topic)).cut();
  }

  @Override
  protected void reconnect(ControlTopic topic) {
    Objects.requireNonNull(gates.get(topic)).restore();
  }

  @Override
  protected void publishText(String text) {
    append(UUID.randomUUID().toString(), text, "PUBLISH");
  }

  private void append(String id, String text, String command) {
    Script.load(RedisControlTopic.class, "publish.lua")
        .run(
            direct.commands(),
            List.of(
                settings.prefix().concat("{control}:log").getBytes(UTF_8),
                settings.prefix().concat("{control}:news").getBytes(UTF_8)),
            List.of(
                id.getBytes(UTF_8),
                text.getBytes(UTF_8),
                "3600000".getBytes(UTF_8),
                "10000".getBytes(UTF_8),
                command.getBytes(UTF_8)));
  }

  private List<StreamEntry> log() {
    return direct.commands().xrange(settings.prefix() + "{control}:log", "-", "+");
  }

  private static String field(StreamEntry entry, String name) {
    return Objects.requireNonNull(entry.getFields().get(name));
  }

  private static String text(String name) {
    return "{\"v\":1,\"kind\":\"disconnect\",\"subject\":\""
        + name
        + "\",\"code\":\"disconnected\"}";
  }

  /** An announcement is lost although the connection is up: here it goes to a list. */
  @Test
  void unannouncedMessagesAreReadFromTheLog() {
    Node node = node();
    append("1", text("unannounced"), "LPUSH");
    assertEquals(named("unannounced"), node.received().next());
  }

  @Test
  void aMessageAppendedTwiceIsDeliveredOnce() {
    Node node = node();
    append("1", text("once"), "PUBLISH");
    append("1", text("once"), "PUBLISH");
    node.publishNamed("end");
    assertEquals(List.of("once"), node.received().until("end"));
  }

  /** As in a failover to a replica that lacks the last messages. */
  @Test
  void reassignedNumbersHideNoMessage() {
    Node node = node();
    node.publishNamed("one");
    node.publishNamed("lost");
    node.publishNamed("seen");
    node.received().until("seen");
    List<StreamEntry> before = log();
    direct.commands().del(settings.prefix() + "{control}:log");
    for (StreamEntry entry : before.subList(0, 1)) {
      append(field(entry, "i"), field(entry, "m"), "PUBLISH");
    }
    append("x", text("instead"), "PUBLISH");
    append("y", text("also instead"), "PUBLISH");
    assertEquals(named("instead"), node.received().next());
    assertEquals(named("also instead"), node.received().next());
    node.received().awaitMissed();
    node.publishNamed("end");
    assertEquals(List.of(), node.received().until("end"));
  }

  @Test
  void continuesWithARedisThatLostEverything() {
    Node node = node();
    node.publishNamed("one");
    node.publishNamed("seen");
    node.received().until("seen");
    direct.commands().del(settings.prefix() + "{control}:log");
    node.received().awaitMissed();
    node.publishNamed("end");
    assertEquals(List.of(), node.received().until("end"));
    assertFalse(node.received().hasMissed());
  }

  @Test
  void theLogIsBoundedByCountAndAge() throws InterruptedException {
    ControlTopic few = open(new ControlRetention(Duration.ofHours(1), 3));
    for (int i = 0; i < 10; i++) {
      few.publish(named("m" + i));
    }
    assertEquals(3, log().size());
    ControlTopic brief = open(new ControlRetention(Duration.ofMillis(1), 1000));
    ReceivedMessages received = new ReceivedMessages();
    brief.addListener(received);
    brief.publish(named("old"));
    received.next();
    long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
    while (log().size() > 2 && System.nanoTime() < deadline) {
      brief.publish(named("new"));
      received.next();
    }
    assertTrue(log().size() <= 2, log().toString());
  }
}
