package io.broadcasty.admin.explorer;

import static io.broadcasty.streams.broker.TestPublications.plain;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.broadcasty.cluster.control.memory.MemoryControlTopic;
import io.broadcasty.cluster.question.NodeQuestions;
import io.broadcasty.cluster.question.TestQuestions;
import io.broadcasty.cluster.question.memory.MemoryAnswerStore;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.Retention;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.delivery.hub.Hub;
import io.broadcasty.streams.broker.memory.MemoryBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Tests two nodes that share a store. */
class ChannelExplorerTest {

  private static final TenantId ACME = new TenantId("acme");

  private final ManualTime time = new ManualTime();
  private final MemoryControlTopic topic = new MemoryControlTopic();
  private final MemoryAnswerStore answers = new MemoryAnswerStore();
  private final MemoryBroker broker =
      new MemoryBroker(
          new Retention(Duration.ofHours(1), 100_000, Long.MAX_VALUE),
          Duration.ofMinutes(10),
          1000,
          time,
          time,
          new Hub(Runnable::run));
  private final List<String> nodes = new ArrayList<>(List.of("n1", "n2"));
  private final SortedMap<ChannelName, Integer> onFirst = new TreeMap<>();
  private final SortedMap<ChannelName, Integer> onSecond = new TreeMap<>();
  private final ChannelExplorer explorer = node("n1", onFirst);

  ChannelExplorerTest() {
    node("n2", onSecond);
  }

  private ChannelExplorer node(String name, SortedMap<ChannelName, Integer> subscribed) {
    NodeQuestions questions = TestQuestions.ofNode(name, topic, answers, nodes, time);
    return new ChannelExplorer(
        broker,
        (tenant, prefix, after, limit) -> {
          SortedMap<ChannelName, Integer> found = new TreeMap<>();
          subscribed.forEach(
              (channel, count) -> {
                if (tenant.equals(ACME)
                    && channel.value().startsWith(prefix)
                    && (after == null || channel.compareTo(after) > 0)
                    && found.size() < limit) {
                  found.put(channel, count);
                }
              });
          return found;
        },
        questions);
  }

  private void publish(String... names) {
    for (String name : names) {
      var unused =
          broker
              .publish(List.of(plain(new TenantChannel(ACME, new ChannelName(name)), 0, "1")))
              .toCompletableFuture()
              .join();
    }
  }

  private ChannelPage find(String prefix, boolean occupied, @Nullable String after, int limit) {
    return explorer.find(
        new ChannelSearch(
            ACME, prefix, null, occupied, after == null ? null : new ChannelName(after), limit));
  }

  private static List<String> names(ChannelPage page) {
    return page.channels().stream().map(channel -> channel.name().value()).toList();
  }

  @Test
  void findsStreamsAndSubscribedChannelsOfAllNodesPageByPage() {
    publish("a", "c", "e", "g");
    onFirst.put(new ChannelName("b"), 1);
    onFirst.put(new ChannelName("c"), 2);
    onFirst.put(new ChannelName("f"), 3);
    onSecond.put(new ChannelName("c"), 5);
    onSecond.put(new ChannelName("d"), 7);
    List<String> all = new ArrayList<>();
    List<Integer> sizes = new ArrayList<>();
    ChannelName after = null;
    do {
      ChannelPage page = find("", false, after == null ? null : after.value(), 3);
      all.addAll(names(page));
      sizes.add(page.channels().size());
      assertEquals(Set.of(), page.missing());
      after = page.next();
    } while (after != null);
    assertEquals(List.of("a", "b", "c", "d", "e", "f", "g"), all);
    assertEquals(List.of(3, 3, 1), sizes);

    ExploredChannel c = find("c", false, null, 1).channels().get(0);
    assertEquals(Map.of("n1", 2, "n2", 5), c.subscribers());
    assertEquals(1, c.heads().get(0).sequence());
    ExploredChannel b = find("b", false, null, 1).channels().get(0);
    assertEquals(Map.of("n1", 1), b.subscribers());
    assertEquals(List.of(), b.heads());
  }

  @Test
  void findsOccupiedChannelsAlone() {
    publish("a", "c");
    onFirst.put(new ChannelName("b"), 1);
    onSecond.put(new ChannelName("c"), 5);
    assertEquals(List.of("b", "c"), names(find("", true, null, 10)));
    assertEquals(List.of("c"), names(find("", true, "b", 10)));
    assertNull(find("", true, "b", 10).next());
  }

  @Test
  void aPageGoesOnAfterChannelsOfOtherKinds() {
    publish("p", "presence-a", "private-a");
    ChannelPage first =
        explorer.find(new ChannelSearch(ACME, "", ChannelName.Kind.PRIVATE, false, null, 2));
    assertEquals(List.of(), first.channels());
    assertEquals(new ChannelName("presence-a"), first.next());
    ChannelPage second =
        explorer.find(
            new ChannelSearch(ACME, "", ChannelName.Kind.PRIVATE, false, first.next(), 2));
    assertEquals(List.of("private-a"), names(second));
    assertNull(second.next());
  }

  @Test
  void aNodeThatDoesNotAnswerIsNamed() {
    nodes.add("n3");
    publish("a");
    onSecond.put(new ChannelName("a"), 1);
    ChannelPage page = find("", false, null, 10);
    assertEquals(Map.of("n2", 1), page.channels().get(0).subscribers());
    assertEquals(Set.of("n3"), page.missing());
    ChannelDetails details = explorer.details(new TenantChannel(ACME, new ChannelName("a")));
    assertEquals(Set.of("n3"), details.missing());
    assertEquals(Map.of("n2", 1), details.subscribers());
    assertEquals(1, details.partitions().get(0).head());
  }

  @Test
  void aChannelIsNotTakenForOneWithALongerName() {
    onFirst.put(new ChannelName("ab"), 1);
    ChannelDetails details = explorer.details(new TenantChannel(ACME, new ChannelName("a")));
    assertEquals(Map.of(), details.subscribers());
    assertEquals(0, details.partitions().get(0).head());
  }

  @Test
  void anAnswerOfAnotherVersionCountsAsNone() {
    assertNull(ChannelQuestion.readAnswer("[]"));
    assertNull(ChannelQuestion.readAnswer("{\"a\":\"x\"}"));
    assertNull(ChannelQuestion.readAnswer("{\"a b\":1}"));
    assertNull(ChannelQuestion.readAnswer("{\"a\":1"));
  }
}
