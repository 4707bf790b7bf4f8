package io.broadcasty.messaging;

import static io.broadcasty.messaging.ScriptedQueue.message;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.LogCapture;
import io.broadcasty.core.rbac.Action;
import io.broadcasty.core.rbac.Policy;
import io.broadcasty.core.rbac.PolicyResolver;
import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.ForwardingBroker;
import io.broadcasty.streams.broker.Message;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class QueueReaderTest {

  private final MessagingTestNode node = new MessagingTestNode();
  private final ScriptedQueue queue = new ScriptedQueue();
  private final List<AutoCloseable> open = new ArrayList<>();
  private final Policy policy =
      new Policy(
          new PolicyResolver() {
            @Override
            public boolean authorize(
                String tenant, String channel, String user, Set<String> roles, Action action) {
              return roles.contains("publisher") && !channel.contains("closed");
            }
          });

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
  }

  private QueueReader start(Broker broker) {
    QueueReader reader = node.start(queue, policy, broker);
    open.add(reader);
    return reader;
  }

  private static List<String> numbers(int count) {
    List<String> numbers = new ArrayList<>();
    for (int i = 1; i <= count; i++) {
      numbers.add(String.valueOf(i));
    }
    return numbers;
  }

  private void send(int count) {
    numbers(count).forEach(each -> queue.send(message("ID:" + each, each)));
  }

  @Test
  void messagesArePublishedInTheOrderOfTheQueue() throws Exception {
    send(1000);
    QueueReader reader = start(node.streams);
    queue.awaitEmpty();
    reader.close();
    assertEquals(numbers(1000), node.payloads("orders.eu"));
    Message first = node.published("orders.eu").get(0).envelope().message();
    assertEquals("paid", first.event());
    assertEquals(1000, reader.counts().published());
    assertTrue(queue.acknowledgements < 20, () -> queue.acknowledgements + " acknowledgements");
  }

  @Test
  void whatIsDeliveredAgainIsPublishedOnce() throws Exception {
    queue.breakAt(2);
    send(300);
    QueueReader reader = start(node.streams);
    queue.awaitEmpty();
    reader.close();
    assertEquals(numbers(300), node.payloads("orders.eu"));
    assertEquals(300, reader.counts().published() + reader.counts().repeated());
    assertTrue(reader.counts().repeated() >= 250, () -> reader.counts().repeated() + " repeated");
    assertEquals(3, queue.openings);
  }

  @Test
  void whatCannotBePublishedGoesToTheDeadLetterQueueAndTheOthersAreInOrder() throws Exception {
    queue.send(message("1", "1"));
    queue.send(message("2", "no JSON"));
    queue.send(message("3", "3"));
    queue.send(new IncomingMessage("4", "4", null, null, null, Map.of()));
    queue.send(new IncomingMessage("5", null, null, null, null, Map.of("region", "eu")));
    queue.send(new IncomingMessage("6", "6", null, null, null, Map.of("region", "closed")));
    queue.send(message("7", "7"));
    try (LogCapture log = new LogCapture(QueueReader.class)) {
      QueueReader reader = start(node.streams);
      queue.awaitEmpty();
      reader.close();
      assertEquals(List.of("1", "3", "7"), node.payloads("orders.eu"));
      assertEquals(4, reader.counts().deadLettered());
      assertEquals(4, queue.deadLetters.size());
      assertTrue(
          queue.deadLetters.get(0).startsWith("1 invalid_json "), queue.deadLetters::toString);
      assertTrue(
          queue.deadLetters.get(1).startsWith("3 invalid_channel the message has no property"),
          queue.deadLetters::toString);
      assertTrue(queue.deadLetters.get(2).startsWith("4 invalid_request "));
      assertTrue(queue.deadLetters.get(3).startsWith("5 forbidden "));
      assertTrue(log.text().contains("dead-letter queue: invalid_json"), log.text());
      assertFalse(log.text().contains("no JSON"), "a payload is logged");
    }
  }

  @Test
  void messagesWaitForTheStoreAndAreNotDeliveredAgain() throws Exception {
    AtomicInteger refusals = new AtomicInteger(3);
    Broker unavailable =
        new ForwardingBroker(node.streams) {
          @Override
          public CompletionStage<List<AppendOutcome>> publish(List<Envelope> envelopes) {
            return refusals.getAndDecrement() <= 0
                ? super.publish(envelopes)
                : CompletableFuture.completedFuture(
                    envelopes.stream()
                        .<AppendOutcome>map(
                            each -> new AppendOutcome.Unavailable("away", Duration.ofMillis(1)))
                        .toList());
          }
        };
    send(100);
    start(unavailable);
    queue.awaitEmpty();
    assertEquals(numbers(100), node.payloads("orders.eu"));
    assertEquals(1, queue.openings);
    assertTrue(queue.deadLetters.isEmpty());
  }

  @Test
  void aFaultIsFollowedByAnotherDelivery() throws Exception {
    AtomicInteger faults = new AtomicInteger(1);
    Broker faulty =
        new ForwardingBroker(node.streams) {
          @Override
          public CompletionStage<List<AppendOutcome>> publish(List<Envelope> envelopes) {
            CompletionStage<List<AppendOutcome>> done = super.publish(envelopes);
            return faults.getAndDecrement() > 0
                ? CompletableFuture.failedFuture(new IllegalStateException("a fault"))
                : done;
          }
        };
    send(100);
    start(faulty);
    queue.awaitEmpty();
    assertEquals(numbers(100), node.payloads("orders.eu"));
    assertEquals(2, queue.openings);
  }

  @Test
  void connectsAgainAndSaysWhyOnce() throws Exception {
    queue.refuse(3);
    send(1);
    try (LogCapture log = new LogCapture(QueueReader.class)) {
      QueueReader reader = start(node.streams);
      queue.awaitEmpty();
      assertEquals(1, log.lines().stream().filter(line -> line.contains("is away")).count());
      assertTrue(reader.counts().isConnected());
    }
  }

  @Test
  void aNodeThatTakesNoPartReceivesNothing() throws Exception {
    node.suspended.set(true);
    send(1);
    start(node.streams);
    assertFalse(new CountDownLatch(1).await(500, TimeUnit.MILLISECONDS));
    assertEquals(0, queue.openings);
    node.suspended.set(false);
    queue.awaitEmpty();
    assertEquals(List.of("1"), node.payloads("orders.eu"));
  }
}
