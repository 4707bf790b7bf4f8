package io.broadcasty.streams.broker.redis;

import static io.broadcasty.streams.broker.TestPublications.appended;
import static io.broadcasty.streams.broker.TestPublications.channel;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.format.PreviousRelease;
import io.broadcasty.infra.redis.RedisServer;
import io.broadcasty.infra.redis.RedisSettings;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.Headers;
import io.broadcasty.streams.broker.Message;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.streams.broker.ReplayPage;
import io.broadcasty.streams.broker.ReplayRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.BinaryJedisPubSub;
import redis.clients.jedis.Jedis;

/** Tests nodes of several releases on one Redis. */
class MixedNodesTest {

  private static final TenantChannel ORDERS = channel("acme", "orders");

  private final RedisSettings settings = RedisServer.shared().settings();
  private final List<RedisNode> opened = new ArrayList<>();
  private RedisNode node = open();

  private RedisNode open() {
    RedisNode made = new RedisNode(settings);
    opened.add(made);
    return made;
  }

  @BeforeEach
  void follow() throws Exception {
    node.broker.follow(ORDERS).toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  @AfterEach
  void close() {
    opened.forEach(RedisNode::close);
  }

  private static ReplayRequest from(long after) {
    return new ReplayRequest(ORDERS, 0, null, after, 100, 1L << 20);
  }

  @Test
  void publicationsOfThePreviousReleaseAreReceivedAndReplayed() {
    List<byte[]> written = PreviousRelease.written("envelope");
    appended(node.broker, new Envelope(ORDERS, 0, "a", true, Message.of("0")));
    node.append(ORDERS, written.get(0));
    node.append(ORDERS, written.get(1));
    node.await("all", () -> node.received.all().size() >= 3);
    List<Publication> replayed = node.broker.replay(from(0)).publications();
    assertEquals(node.received.all(), replayed);
    assertEquals(
        List.of("0", "1", "{ \"n\": 1.50,  \"e\": \"😀\" }"),
        replayed.stream().map(p -> p.envelope().message().payload()).toList());
    assertTrue(replayed.stream().allMatch(p -> p.envelope().message().headers().isEmpty()));
  }

  @Test
  void thePreviousReleaseDecodesAnnouncements() throws Exception {
    List<byte[]> announced = new CopyOnWriteArrayList<>();
    BinaryJedisPubSub listener =
        new BinaryJedisPubSub() {
          @Override
          public void onPMessage(byte[] pattern, byte[] name, byte[] message) {
            announced.add(message);
          }
        };
    Thread listening =
        new Thread(
            () -> {
              try (Jedis jedis = new Jedis(settings.hosts().get(0))) {
                jedis.psubscribe(
                    listener, (settings.prefix() + "ann:*").getBytes(StandardCharsets.UTF_8));
              }
            });
    listening.setDaemon(true);
    listening.start();
    node.await("listening", listener::isSubscribed);
    Headers headers = Headers.of(Map.of("tag", "x"));
    Message message = Message.of("[1]").withHeaders(headers);
    appended(node.broker, new Envelope(ORDERS, 0, "o-17", true, message));
    node.await("announcement", () -> !announced.isEmpty());
    listener.punsubscribe();
    listening.join(10_000);
    PreviousNode.Announced read = PreviousNode.readAnnouncement(announced.get(0)).get(0);
    assertEquals(1, read.sequence());
    assertEquals(List.of("o-17", "[1]", "-", "-", "-", "-"), read.entry().parts());
  }

  @Test
  void anEntryOfALaterReleaseIsReportedAndNotSkipped() {
    appended(node.broker, new Envelope(ORDERS, 0, "a", true, Message.of("1")));
    node.append(ORDERS, PreviousFormatTest.toCome());
    appended(node.broker, new Envelope(ORDERS, 0, "c", true, Message.of("3")));
    node.await("gap", () -> node.gaps.contains(ORDERS));
    ReplayPage before = node.broker.replay(from(0));
    assertEquals(3, before.state().head());
    assertEquals(1, before.publications().size()); // and it ends before what cannot be decoded
    BrokerException fault = assertThrows(BrokerException.class, () -> node.broker.replay(from(1)));
    assertTrue(fault.isUndecodable());
    assertTrue(String.valueOf(fault.getMessage()).startsWith("Cannot decode stream entries"));
    assertEquals(3, node.broker.replay(from(2)).publications().get(0).position().sequence());
  }
}
