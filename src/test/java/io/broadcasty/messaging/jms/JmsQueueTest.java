package io.broadcasty.messaging.jms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.rbac.Policy;
import io.broadcasty.messaging.ConnectorSettings;
import io.broadcasty.messaging.MessageQueue;
import io.broadcasty.messaging.MessagingException;
import io.broadcasty.messaging.MessagingTestNode;
import io.broadcasty.messaging.QueueReader;
import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests the connector with a broker: Apache Artemis, in this JVM. */
@Timeout(120)
class JmsQueueTest {

  private static final int MESSAGES = 3000;

  private final MessagingTestNode node = new MessagingTestNode();
  private final Policy policy = new Policy((tenant, channel, user, roles, action) -> true);
  private @Nullable EmbeddedArtemis artemis;

  @TempDir
  @SuppressWarnings("NullAway.Init")
  Path folder;

  @AfterEach
  void stop() throws Exception {
    if (artemis != null) {
      artemis.close();
    }
  }

  private EmbeddedArtemis broker(boolean secured) throws Exception {
    EmbeddedArtemis made = new EmbeddedArtemis(folder, secured);
    artemis = made;
    return made;
  }

  private MessageQueue.Opener opener(JmsSession.JndiLookup jndi) {
    ConnectorSettings settings = MessagingTestNode.connector("orders.{region}");
    return new JmsConnectors(jndi).opener(settings, (ConnectorSettings.In) settings.flow());
  }

  private QueueReader connect(EmbeddedArtemis broker) {
    return node.start(opener(broker.jndi(Set.of())), policy, node.streams);
  }

  /** Work with a session that commits. */
  private interface Work {
    void run(Session session) throws JMSException;
  }

  private static void inSession(EmbeddedArtemis broker, Work work) throws JMSException {
    try (Connection connection = broker.factory().createConnection()) {
      Session session = connection.createSession(true, Session.SESSION_TRANSACTED);
      connection.start();
      work.run(session);
      session.commit();
    }
  }

  private static void send(EmbeddedArtemis broker, int from, int to) throws JMSException {
    inSession(
        broker,
        session -> {
          MessageProducer producer = session.createProducer(EmbeddedArtemis.queue("orders"));
          for (int i = from; i <= to; i++) {
            producer.send(text(session, String.valueOf(i)));
          }
        });
  }

  private static TextMessage text(Session session, String text) throws JMSException {
    TextMessage message = session.createTextMessage(text);
    message.setStringProperty("region", "eu");
    return message;
  }

  private static List<String> numbers(int to) {
    return IntStream.rangeClosed(1, to).mapToObj(String::valueOf).toList();
  }

  private void awaitPublished(int count) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (node.payloads("orders.eu").size() < count && System.nanoTime() - deadline < 0) {
      assertTrue(!new CountDownLatch(1).await(10, TimeUnit.MILLISECONDS));
    }
  }

  @Test
  void aTextBecomesAPublicationWithWhatTheMessageSays() throws Exception {
    EmbeddedArtemis broker = broker(false);
    inSession(
        broker,
        session -> {
          MessageProducer producer = session.createProducer(EmbeddedArtemis.queue("orders"));
          TextMessage message = text(session, "{\"n\":1}");
          message.setJMSType("paid");
          message.setJMSCorrelationID("c1");
          producer.send(message);
          BytesMessage bytes = session.createBytesMessage();
          bytes.writeBytes("\"\u00e9\"".getBytes(StandardCharsets.UTF_8));
          bytes.setStringProperty("region", "eu");
          producer.send(bytes);
        });
    try (QueueReader reader = connect(broker)) {
      awaitPublished(2);
      assertEquals(List.of("{\"n\":1}", "\"\u00e9\""), node.payloads("orders.eu"));
      var envelope = node.published("orders.eu").get(0).envelope();
      assertTrue(envelope.id().startsWith("ID:"), envelope.id());
      assertEquals("paid", envelope.message().event());
      assertEquals("c1", envelope.message().correlationId());
      assertTrue(reader.counts().isConnected());
    }
  }

  @Test
  void noneIsLostAndNoneIsDoubledWhenTheBrokerIsKilled() throws Exception {
    EmbeddedArtemis broker = broker(false);
    send(broker, 1, MESSAGES);
    try (QueueReader reader = connect(broker)) {
      awaitPublished(300);
      broker.kill();
      int before = node.payloads("orders.eu").size();
      broker.start();
      send(broker, MESSAGES + 1, 2 * MESSAGES);
      awaitPublished(2 * MESSAGES);
      assertEquals(numbers(2 * MESSAGES), node.payloads("orders.eu"));
      assertTrue(before < 2 * MESSAGES);
      assertEquals(0, reader.counts().deadLettered());
    }
  }

  @Test
  void noneIsLostAndNoneIsDoubledWhenTheNodeStopsBetween() throws Exception {
    EmbeddedArtemis broker = broker(false);
    send(broker, 1, MESSAGES);
    try (QueueReader first = connect(broker)) {
      awaitPublished(300);
      assertTrue(first.counts().isConnected());
    }
    try (QueueReader second = connect(broker)) {
      awaitPublished(MESSAGES);
      assertEquals(numbers(MESSAGES), node.payloads("orders.eu"));
      assertEquals(0, second.counts().deadLettered());
    }
  }

  @Test
  void aPoisonMessageEndsInTheDeadLetterQueueWithItsReason() throws Exception {
    EmbeddedArtemis broker = broker(false);
    inSession(
        broker,
        session -> {
          MessageProducer producer = session.createProducer(EmbeddedArtemis.queue("orders"));
          TextMessage poison = text(session, "no JSON");
          poison.setIntProperty("number", 17);
          producer.send(poison);
          producer.send(session.createObjectMessage("an object"));
          producer.send(text(session, "1"));
        });
    try (QueueReader reader = connect(broker)) {
      awaitPublished(1);
      inSession(
          broker,
          session -> {
            var consumer = session.createConsumer(EmbeddedArtemis.queue("dead"));
            Message poison = consumer.receive(20_000);
            assertNotNull(poison);
            assertEquals("no JSON", ((TextMessage) poison).getText());
            assertEquals("invalid_json", poison.getStringProperty("broadcasty_code"));
            assertNotNull(poison.getStringProperty("broadcasty_reason"));
            assertEquals(17, poison.getIntProperty("number"));
            assertEquals("eu", poison.getStringProperty("region"));
            Message object = consumer.receive(20_000);
            assertNotNull(object);
            assertEquals("invalid_request", object.getStringProperty("broadcasty_code"));
          });
      reader.close();
      assertEquals(2, reader.counts().deadLettered());
    }
  }

  @Test
  void whatIsNotAcknowledgedIsDeliveredAgainWithItsId() throws Exception {
    EmbeddedArtemis broker = broker(false);
    send(broker, 1, 2);
    MessageQueue.Opener opener = opener(broker.jndi(Set.of()));
    List<String> ids;
    try (MessageQueue queue = opener.open()) {
      ids = queue.receive(10, Duration.ofSeconds(10)).stream().map(m -> "" + m.id()).toList();
    }
    try (MessageQueue queue = opener.open()) {
      assertEquals(
          ids, queue.receive(10, Duration.ofSeconds(10)).stream().map(m -> "" + m.id()).toList());
      queue.acknowledge();
    }
    try (MessageQueue queue = opener.open()) {
      assertEquals(List.of(), queue.receive(10, Duration.ofMillis(200)));
    }
  }

  private static String refusal(MessageQueue.Opener opener) {
    return String.valueOf(assertThrows(MessagingException.class, opener::open).getMessage());
  }

  @Test
  void aMissingNameIsSaid() throws Exception {
    EmbeddedArtemis broker = broker(false);
    for (String key : List.of("factory", "orders", "dead")) {
      String refusal = refusal(opener(broker.jndi(Set.of("jms/" + key))));
      assertTrue(refusal.startsWith("broadcasty.messaging.orders."), refusal);
      assertTrue(refusal.contains("`jms/" + key + "`"), refusal);
    }
    assertTrue(
        refusal(opener(name -> "a text")).contains("no ConnectionFactory"), "the wrong type");
  }

  @Test
  void wrongCredentialsAreSaid() throws Exception {
    EmbeddedArtemis broker = broker(true);
    String refusal = refusal(opener(broker.jndi(Set.of())));
    assertTrue(refusal.contains("broadcasty.messaging.orders.user"), refusal);
  }

  @Test
  void aBrokerThatIsAwayIsSaid() throws Exception {
    EmbeddedArtemis broker = broker(false);
    broker.kill();
    String refusal = refusal(opener(broker.jndi(Set.of())));
    assertTrue(refusal.contains("does not answer"), refusal);
  }

  @Test
  void aFactoryWithoutTransactionsIsRefused() throws Exception {
    EmbeddedArtemis broker = broker(false);
    ConnectionFactory pool =
        proxy(
            ConnectionFactory.class,
            (name, arguments) ->
                proxy(
                    Connection.class,
                    (call, ignored) ->
                        call.equals("createSession")
                            ? proxy(Session.class, (ofSession, none) -> false)
                            : null));
    String refusal =
        refusal(
            opener(name -> name.equals("jms/factory") ? pool : broker.jndi(Set.of()).lookup(name)));
    assertTrue(refusal.contains("connection-factory"), refusal);
  }

  /** Answers a call of an interface. */
  private interface Answer {
    @Nullable Object to(String method, Object @Nullable [] arguments);
  }

  private static <T> T proxy(Class<T> type, Answer answer) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> answer.to(method.getName(), arguments)));
  }
}
