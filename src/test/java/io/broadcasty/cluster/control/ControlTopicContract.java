package io.broadcasty.cluster.control;

import static io.broadcasty.cluster.control.ReceivedMessages.named;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.cluster.control.ControlMessage.Disconnect;
import io.broadcasty.cluster.control.ControlMessage.SettingsChanged;
import io.broadcasty.core.tenant.TenantId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The contract of {@link ControlTopic}, also for a single node. */
public abstract class ControlTopicContract {

  protected static final TenantId ACME = new TenantId("acme");

  /** Opens a topic of another node on the store of this test; closed after the test. */
  protected abstract ControlTopic open();

  /** A topic, and the messages that it delivers from now on. */
  protected record Node(ControlTopic topic, ReceivedMessages received) {

    public long publishNamed(String name) {
      return topic.publish(named(name));
    }
  }

  protected final Node node() {
    ControlTopic topic = open();
    ReceivedMessages received = new ReceivedMessages();
    topic.addListener(received);
    return new Node(topic, received);
  }

  protected static List<String> numbered(String name, int count) {
    return IntStream.range(0, count).mapToObj(i -> name + "-" + i).toList();
  }

  @Test
  void aNodeReceivesItsOwnMessagesVerbatimAndInOrder() {
    Node node = node();
    List<ControlMessage> messages =
        List.of(
            new Disconnect(ACME, "ann \"ü\" \n", "jti/1", "key-7", "unauthorized"),
            new Disconnect(null, null, "jti/2", null, "draining"),
            new SettingsChanged(ACME),
            new SettingsChanged(null));
    messages.forEach(node.topic()::publish);
    for (ControlMessage message : messages) {
      assertEquals(message, node.received().next());
    }
  }

  @Test
  void numbersGrow() {
    Node node = node();
    long before = 0;
    for (int i = 0; i < 20; i++) {
      long number = node.publishNamed("m");
      assertTrue(number > before, number + " after " + before);
      before = number;
    }
  }

  @Test
  void eachThreadsMessagesAreReceivedOnceAndInOrder() throws InterruptedException {
    Node node = node();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      String name = "t" + t;
      threads.add(new Thread(() -> numbered(name, 50).forEach(node::publishNamed)));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    node.publishNamed("end");
    assertEachInOrder(node.received().until("end"), List.of("t0", "t1", "t2", "t3"), 50);
  }

  protected static void assertEachInOrder(List<String> received, List<String> names, int count) {
    Map<String, List<String>> byName = new HashMap<>();
    for (String each : received) {
      byName.computeIfAbsent(each.split("-", -1)[0], n -> new ArrayList<>()).add(each);
    }
    for (String name : names) {
      assertEquals(numbered(name, count), byName.get(name));
    }
    assertEquals(names.size() * count, received.size());
  }

  @Test
  void aThrowingListenerDoesNotAffectOthers() {
    ControlTopic topic = open();
    topic.addListener(
        message -> {
          throw new IllegalStateException("scripted");
        });
    ReceivedMessages received = new ReceivedMessages();
    topic.addListener(received);
    topic.publish(named("one"));
    topic.publish(named("two"));
    topic.publish(named("end"));
    assertEquals(List.of("one", "two"), received.until("end"));
  }

  @Test
  void aListenerMayPublish() {
    Node node = node();
    node.topic()
        .addListener(
            message -> {
              if (message.equals(named("ask"))) {
                node.publishNamed("answer");
              }
            });
    node.publishNamed("ask");
    assertEquals(List.of("ask"), node.received().until("answer"));
  }

  @Test
  void aListenerReceivesMessagesPublishedAfterItWasAdded() {
    Node node = node();
    node.publishNamed("before");
    node.publishNamed("seen");
    assertEquals(List.of("before"), node.received().until("seen"));
    ReceivedMessages later = new ReceivedMessages();
    node.topic().addListener(later);
    node.publishNamed("after");
    node.publishNamed("end");
    assertEquals(List.of("after"), later.until("end"));
  }

  @Test
  void aClosedTopicRefusesMessages() {
    Node node = node();
    node.topic().close();
    assertThrows(ControlException.class, () -> node.publishNamed("late"));
  }
}
