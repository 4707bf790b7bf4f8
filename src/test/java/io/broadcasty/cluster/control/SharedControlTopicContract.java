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

  private static final long PATIENCE_NANOS = Duration.ofSeconds(20).toNanos();

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
    ReceivedMessages heard = new ReceivedMessages();
    topic.addListener(heard);
    return new Node(topic, heard);
  }

  /** Publishes again after each {@link ControlException}, as a caller does. */
  private static void publishWithRetries(Node node, String name) {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (true) {
      try {
        node.tell(name);
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
      threads.add(new Thread(() -> numbered(name, 40).forEach(node::tell)));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
    nodes.get(0).tell("end");
    for (Node node : nodes) {
      assertEachInOrder(node.heard().until("end"), names, 40);
      assertFalse(node.heard().hasMissed());
    }
  }

  @Test
  void numbersGrowAcrossNodes() {
    Node a = node();
    Node b = node();
    long before = 0;
    for (int i = 0; i < 10; i++) {
      long number = (i % 2 == 0 ? a : b).tell("m");
      assertTrue(number > before, number + " after " + before);
      before = number;
    }
  }

  @Test
  void aLaterNodeReceivesLaterMessages() {
    Node first = node();
    first.tell("before");
    Node later = node();
    first.tell("after");
    first.tell("end");
    assertEquals(List.of("after"), later.heard().until("end"));
    assertEquals(List.of("before", "after"), first.heard().until("end"));
    assertFalse(later.heard().hasMissed());
  }

  @Test
  void aReconnectedNodeReceivesMissedMessagesOnce() {
    Node other = node();
    Node cut = node();
    other.tell("known");
    other.tell("seen");
    assertEquals(List.of("known"), cut.heard().until("seen"));
    for (int round = 0; round < 3; round++) {
      cutOff(cut.topic());
      List<String> missed = numbered("round" + round, 5);
      missed.forEach(other::tell);
      reconnect(cut.topic());
      publishWithRetries(other, "end" + round);
      assertEquals(missed, cut.heard().until("end" + round));
    }
    assertFalse(cut.heard().hasMissed());
  }

  @Test
  void aDisconnectedNodeThrowsAndContinuesLater() {
    Node other = node();
    Node cut = node();
    cutOff(cut.topic());
    assertThrows(ControlException.class, () -> cut.tell("in vain"));
    reconnect(cut.topic());
    publishWithRetries(cut, "healed");
    publishWithRetries(cut, "end");
    // The store may have messages that it did not confirm.
    List<String> heard = new ArrayList<>(other.heard().until("end"));
    heard.remove("in vain");
    assertTrue(heard.contains("healed"), heard.toString());
  }

  @Test
  void allNodesReconnectToAStoreAfterAnOutage() {
    Node a = node();
    Node b = node();
    a.tell("before");
    a.tell("seen");
    assertEquals(List.of("before"), b.heard().until("seen"));
    cutOff(a.topic());
    cutOff(b.topic());
    assertThrows(ControlException.class, () -> a.tell("in vain"));
    reconnect(b.topic());
    reconnect(a.topic());
    publishWithRetries(a, "end");
    b.heard().until("end");
    publishWithRetries(b, "too");
    a.heard().until("too");
    assertFalse(a.heard().hasMissed());
  }

  @Test
  void aNodeThatWasDisconnectedTooLongIsNotifiedOfMissedMessages() {
    ControlRetention few = new ControlRetention(Duration.ofHours(1), 3);
    Node other = node(few);
    Node cut = node(few);
    other.tell("seen");
    cut.heard().until("seen");
    cutOff(cut.topic());
    numbered("many", 20).forEach(other::tell);
    prune(other.topic());
    reconnect(cut.topic());
    cut.heard().awaitMissed();
    publishWithRetries(other, "end");
    List<String> heard = cut.heard().until("end");
    assertTrue(heard.size() < 20, "nothing was missed: " + heard);
    List<String> kept = numbered("many", 20);
    assertEquals(kept.subList(kept.size() - heard.size(), kept.size()), heard);
    assertFalse(cut.heard().hasMissed(), "it was notified twice");
    other.heard().until("end");
    assertFalse(other.heard().hasMissed(), "who was not cut off has missed nothing");
  }

  @Test
  void messagesOfAnotherVersionAreIgnored() {
    Node node = node();
    node.tell("before");
    publishText("{\"v\":1,\"kind\":\"of the future\",\"key\":\"k\"}");
    publishText("no JSON");
    node.tell("end");
    assertEquals(List.of("before"), node.heard().until("end"));
  }
}
