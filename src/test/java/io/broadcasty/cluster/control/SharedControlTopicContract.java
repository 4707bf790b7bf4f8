package io.broadcasty.cluster.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The contract of a {@link ControlTopic} that several nodes share. */
public abstract class SharedControlTopicContract extends ControlTopicContract {

  private static final long TIMEOUT_NANOS = Duration.ofSeconds(20).toNanos();

  /** Opens a topic as {@link #open()} does, on a store with this retention. */
  protected abstract ControlTopic open(ControlRetention retention);

  /** Disconnects the topic's node from the store until {@link #reconnect}. */
  protected abstract void cutOff(ControlTopic topic);

  protected abstract void reconnect(ControlTopic topic);

  /** Stores a message as a node of another version would. */
  protected abstract void publishText(String text);

  /** Makes the store delete what it need not keep. */
  protected void prune(ControlTopic topic) {}

  @Override
  protected final ControlTopic open() {
    return open(ControlRetention.DEFAULT);
  }

  private Node node(ControlRetention retention) {
    ControlTopic topic = open(retention);
    ReceivedMessages received = new ReceivedMessages();
    topic.addListener(received);
    return new Node(topic, received);
  }

  /** Publishes again after each {@link ControlException}, as a caller does. */
  private static void publishWithRetries(Node node, String name) {
    long deadline = System.nanoTime() + TIMEOUT_NANOS;
    while (true) {
      try {
        node.publishNamed(name);
        return;
      } catch (ControlException e) {
        if (System.nanoTime() > deadline) {
          throw e;
        }
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void threeNodesReceiveEachOthersMessagesOnceAndInOrder() throws InterruptedException {
    List<String> names = List.of("a", "b", "c");
    List<Node> nodes = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (String name : names) {
      Node node = node();
      nodes.add(node);
      threads.add(new Thread(() -> numbered(name, 40).forEach(node::publishNamed)));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    nodes.get(0).publishNamed("end");
    for (Node node : nodes) {
      assertEachInOrder(node.received().until("end"), names, 40);
      assertFalse(node.received().hasMissed());
    }
  }

  @Test
  void numbersGrowAcrossNodes() {
    Node a = node();
    Node b = node();
    long before = 0;
    for (int i = 0; i < 10; i++) {
      long number = (i % 2 == 0 ? a : b).publishNamed("m");
      assertTrue(number > before, number + " after " + before);
      before = number;
    }
  }

  @Test
  void aLaterNodeReceivesLaterMessages() {
    Node first = node();
    first.publishNamed("before");
    Node later = node();
    first.publishNamed("after");
    first.publishNamed("end");
    assertEquals(List.of("after"), later.received().until("end"));
    assertEquals(List.of("before", "after"), first.received().until("end"));
    assertFalse(later.received().hasMissed());
  }

  @Test
  void aReconnectedNodeReceivesMissedMessagesOnce() {
    Node other = node();
    Node cut = node();
    other.publishNamed("known");
    other.publishNamed("seen");
    assertEquals(List.of("known"), cut.received().until("seen"));
    for (int round = 0; round < 3; round++) {
      cutOff(cut.topic());
      List<String> missed = numbered("round" + round, 5);
      missed.forEach(other::publishNamed);
      reconnect(cut.topic());
      publishWithRetries(other, "end" + round);
      assertEquals(missed, cut.received().until("end" + round));
    }
    assertFalse(cut.received().hasMissed());
  }

  @Test
  void aDisconnectedNodeThrowsAndContinuesLater() {
    Node other = node();
    Node cut = node();
    cutOff(cut.topic());
    assertThrows(ControlException.class, () -> cut.publishNamed("in vain"));
    reconnect(cut.topic());
    publishWithRetries(cut, "healed");
    publishWithRetries(cut, "end");
    // The store may have messages that it did not confirm.
    List<String> received = new ArrayList<>(other.received().until("end"));
    received.remove("in vain");
    assertTrue(received.contains("healed"), received.toString());
  }

  @Test
  void allNodesReconnectToAStoreAfterAnOutage() {
    Node a = node();
    Node b = node();
    a.publishNamed("before");
    a.publishNamed("seen");
    assertEquals(List.of("before"), b.received().until("seen"));
    cutOff(a.topic());
    cutOff(b.topic());
    assertThrows(ControlException.class, () -> a.publishNamed("in vain"));
    reconnect(b.topic());
    reconnect(a.topic());
    publishWithRetries(a, "end");
    b.received().until("end");
    publishWithRetries(b, "too");
    a.received().until("too");
    assertFalse(a.received().hasMissed());
  }

  @Test
  void aNodeThatWasDisconnectedTooLongIsNotifiedOfMissedMessages() {
    ControlRetention few = new ControlRetention(Duration.ofHours(1), 3);
    Node other = node(few);
    Node cut = node(few);
    other.publishNamed("seen");
    cut.received().until("seen");
    other.received().until("seen");
    cutOff(cut.topic());
    for (String name : numbered("many", 20)) {
      other.publishNamed(name);
      other.received().until(name); // a node that is slower than the retention misses messages, too
    }
    prune(other.topic());
    reconnect(cut.topic());
    cut.received().awaitMissed();
    publishWithRetries(other, "end");
    List<String> received = cut.received().until("end");
    assertTrue(received.size() < 20, "nothing was missed: " + received);
    List<String> kept = numbered("many", 20);
    assertEquals(kept.subList(kept.size() - received.size(), kept.size()), received);
    assertFalse(cut.received().hasMissed(), "it was notified twice");
    other.received().until("end");
    assertFalse(other.received().hasMissed(), "who was not cut off has missed nothing");
  }

  @Test
  void messagesOfAnotherVersionAreIgnored() {
    Node node = node();
    node.publishNamed("before");
    publishText("{\"v\":1,\"kind\":\"of the future\",\"key\":\"k\"}");
    publishText("no JSON");
    node.publishNamed("end");
    assertEquals(List.of("before"), node.received().until("end"));
  }
}
