package io.broadcasty.cluster.counter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.cluster.control.ControlException;
import io.broadcasty.cluster.control.ControlListener;
import io.broadcasty.cluster.control.ControlMessage;
import io.broadcasty.cluster.control.ControlTopic;
import io.broadcasty.cluster.control.memory.MemoryControlTopic;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Tests the sums of nodes that share a topic, with time and rounds run by hand. */
class ClusterCountersTest {

  private static final Counter NEWS =
      new Counter(Counter.Kind.SUBSCRIBERS, new TenantId("acme"), "news:a");
  private static final Counter ANN =
      new Counter(Counter.Kind.SIGNED_IN, new TenantId("acme"), "ann");

  private final ManualTime time = new ManualTime();
  private final Faulty topic = new Faulty();
  private final List<String> live = new ArrayList<>();
  private final List<Node> nodes = new ArrayList<>();

  /** A topic that may refuse messages, or lose them. */
  private static final class Faulty implements ControlTopic {
    private final MemoryControlTopic inner = new MemoryControlTopic();
    private int published;
    private boolean down;
    private boolean losing;

    @Override
    public long publish(ControlMessage message) {
      if (down) {
        throw new ControlException("scripted: the store is away");
      }
      published++;
      return losing ? 0 : inner.publish(message);
    }

    @Override
    public void addListener(ControlListener listener) {
      inner.addListener(listener);
    }

    @Override
    public void close() {
      inner.close();
    }
  }

  private final class Node {
    final Map<Counter, Integer> own = new HashMap<>();
    final List<String> told = new ArrayList<>();
    final ClusterCounters counters;

    Node(String name) {
      counters =
          new ClusterCounters(
              name,
              topic,
              () -> live,
              counter -> own.getOrDefault(counter, 0),
              (counter, sum, reporter) -> told.add(sum + (reporter ? "!" : "")),
              time);
      topic.addListener(counters);
      live.add(name);
      nodes.add(this);
    }

    void count(Counter counter, int number) {
      own.put(counter, number);
      counters.markChanged(counter);
    }

    List<String> take() {
      List<String> taken = List.copyOf(told);
      told.clear();
      return taken;
    }
  }

  private void run(Duration over) {
    for (long millis = 0; millis < over.toMillis(); millis += 500) {
      nodes.forEach(node -> node.counters.runRound());
      time.advance(Duration.ofMillis(500));
    }
  }

  private void settle() {
    run(Duration.ofSeconds(4));
  }

  @Test
  void aNodeAloneTellsAtOnceAndPublishesNothing() {
    Node one = new Node("n1");
    one.count(NEWS, 1);
    one.counters.runRound();
    assertEquals(List.of("1!"), one.take());
    one.count(NEWS, 3);
    one.counters.runRound();
    one.counters.runRound();
    assertEquals(List.of("3!"), one.take());
    one.counters.tellAgain(NEWS);
    one.counters.runRound();
    assertEquals(List.of("3"), one.take(), "the same number is told again, but reported once");
    one.count(NEWS, 0);
    one.counters.runRound();
    assertEquals(List.of(), one.take());
    assertEquals(0, one.counters.watched());
    assertEquals(0, topic.published);
  }

  @Test
  void sumsOverNodesAndReportsOnce() {
    Node one = new Node("n1");
    Node two = new Node("n2");
    Node idle = new Node("n3");
    one.count(NEWS, 2);
    settle();
    assertEquals(List.of("2!"), one.take());
    two.count(NEWS, 3);
    settle();
    assertEquals(List.of("5!"), one.take());
    assertEquals(List.of("5"), two.take());
    one.count(NEWS, 0);
    settle();
    assertEquals(List.of(), one.take(), "nobody there wants to know");
    assertEquals(List.of("3!"), two.take());
    assertEquals(List.of(), idle.take());
    assertEquals(0, idle.counters.watched());
  }

  @Test
  void publishesNoMoreThanChanges() {
    Node one = new Node("n1");
    new Node("n2");
    one.count(NEWS, 2);
    settle();
    int before = topic.published;
    settle();
    one.counters.markChanged(NEWS);
    settle();
    assertEquals(before, topic.published);
  }

  @Test
  void tellsLargeSumsInIntervals() {
    Node one = new Node("n1");
    one.count(NEWS, 101);
    one.counters.runRound();
    assertEquals(List.of("101!"), one.take());
    for (int i = 0; i < 20; i++) {
      one.count(NEWS, 102 + i);
      one.counters.runRound();
      time.advance(Duration.ofMillis(500));
    }
    assertEquals(List.of("112!"), one.take());
    time.advance(Duration.ofSeconds(5));
    one.counters.runRound();
    assertEquals(List.of("121!"), one.take());
    one.count(NEWS, 100);
    one.counters.runRound();
    assertEquals(List.of("100!"), one.take(), "up to 100 at once");
  }

  @Test
  void forgetsADeadNode() {
    Node one = new Node("n1");
    Node two = new Node("n2");
    one.count(NEWS, 1);
    two.count(NEWS, 1);
    settle();
    assertEquals(List.of("2!"), one.take());
    nodes.remove(two);
    live.remove("n2");
    run(Duration.ofSeconds(4));
    assertEquals(List.of(), one.take());
    run(Duration.ofSeconds(8));
    assertEquals(List.of("1!"), one.take());
  }

  @Test
  void forgetsANodeThatStopsAtOnce() {
    Node one = new Node("n1");
    Node two = new Node("n2");
    one.count(NEWS, 1);
    two.count(NEWS, 1);
    settle();
    one.take();
    two.counters.close();
    one.counters.runRound();
    assertEquals(List.of("1!"), one.take());
  }

  @Test
  void aNodeThatIsNotListedYetIsHeardNevertheless() {
    Node one = new Node("n1");
    one.count(NEWS, 1);
    settle();
    one.take();
    Node two = new Node("n2");
    live.remove("n2"); // the registry is late
    two.count(NEWS, 1);
    settle();
    assertEquals(List.of("2"), two.take(), "n2 knows of n1, and asks it");
    assertEquals(List.of("2!"), one.take());
  }

  @Test
  void tellsWhatTheStoreDidNotTake() {
    Node one = new Node("n1");
    Node two = new Node("n2");
    one.count(NEWS, 1);
    two.count(NEWS, 1);
    settle();
    one.take();
    two.take();
    topic.down = true;
    two.count(NEWS, 5);
    settle();
    two.count(NEWS, 0);
    settle();
    assertEquals(List.of(), one.take());
    topic.down = false;
    settle();
    assertEquals(List.of("1!"), one.take());
  }

  @Test
  void asksAgainAfterMissedMessages() {
    Node one = new Node("n1");
    Node two = new Node("n2");
    one.count(NEWS, 1);
    two.count(NEWS, 1);
    settle();
    one.take();
    topic.losing = true;
    two.count(NEWS, 7);
    settle();
    topic.losing = false;
    settle();
    assertEquals(List.of(), one.take());
    one.counters.onMissed();
    settle();
    assertEquals(List.of("8!"), one.take());
  }

  @Test
  void watchesWhatIsCountedElsewhere() {
    Node one = new Node("n1");
    Node two = new Node("n2");
    two.count(ANN, 1);
    settle();
    one.counters.watch(ANN);
    settle();
    assertEquals(List.of("1"), one.take());
    two.count(ANN, 0);
    settle();
    assertEquals(List.of("0"), one.take());
    one.counters.unwatch(ANN);
    two.count(ANN, 1);
    settle();
    assertEquals(List.of(), one.take());
  }

  @Test
  void longMessagesAreSplit() {
    Node one = new Node("n1");
    Node two = new Node("n2");
    for (int i = 0; i < 1000; i++) {
      Counter counter =
          new Counter(Counter.Kind.SUBSCRIBERS, new TenantId("acme"), "x".repeat(100) + i);
      one.count(counter, 1);
      two.count(counter, 1);
    }
    settle();
    assertEquals(1000, two.take().stream().filter(each -> each.equals("2")).count());
  }

  /** However changes, losses and rounds fall together, all nodes come to the same sum. */
  @Test
  void everyNodeComesToTheSum() {
    Random random = new Random(42);
    for (int i = 1; i <= 4; i++) {
      new Node("n" + i);
    }
    for (int step = 0; step < 500; step++) {
      Node node = nodes.get(random.nextInt(nodes.size()));
      if (random.nextBoolean()) {
        node.count(NEWS, random.nextInt(20));
      } else {
        node.counters.runRound();
      }
      topic.down = random.nextInt(4) == 0;
      time.advance(Duration.ofMillis(random.nextInt(700)));
      if (step % 50 == 49) {
        topic.down = false;
        nodes.forEach(each -> each.counters.tellAgain(NEWS));
        nodes.forEach(Node::take);
        settle();
        nodes.forEach(each -> each.counters.tellAgain(NEWS));
        settle();
        int sum = nodes.stream().mapToInt(each -> each.own.getOrDefault(NEWS, 0)).sum();
        for (Node each : nodes) {
          if (each.own.getOrDefault(NEWS, 0) > 0) {
            List<String> told = each.take();
            assertEquals(sum, Integer.parseInt(told.get(told.size() - 1).replace("!", "")));
          }
        }
      }
    }
  }

  @Test
  void readsWhatItWrites() {
    for (Counter each : List.of(NEWS, ANN)) {
      assertEquals(each, Counter.parse(each.text()));
    }
    for (String text : List.of("", "c", ":", "cacme", "xacme:a", "c:a", "ca b:a")) {
      assertThrows(IllegalArgumentException.class, () -> Counter.parse(text), text);
    }
    assertTrue(!ANN.toString().contains("ann"), "the name of a user is not shown");
  }

  @Test
  void ignoresWhatItCannotRead() {
    Node one = new Node("n1");
    one.count(NEWS, 1);
    one.counters.runRound();
    one.take();
    for (String text : List.of("", "\n", "x", "x y", "2 zacme:news", "x cacme:news:a", "? y")) {
      topic.publish(new ControlMessage.Counts("n2", text));
    }
    one.counters.runRound();
    assertEquals(List.of(), one.take());
  }
}
