package io.broadcasty.messaging.jms;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.background.BackgroundLoops;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.messaging.ConnectorSettings;
import io.broadcasty.messaging.MessageProvider;
import io.broadcasty.messaging.MessagingTestNode;
import io.broadcasty.relay.Relay;
import io.broadcasty.relay.RelayListener;
import io.broadcasty.relay.RelaySettings;
import io.broadcasty.relay.RelayingBroker;
import io.broadcasty.relay.failover.ProviderSwitch;
import io.broadcasty.relay.memory.MemoryCheckpoints;
import io.broadcasty.relay.provider.CallPolicy;
import io.broadcasty.relay.provider.ProviderException;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.Headers;
import io.broadcasty.streams.broker.Message;
import io.broadcasty.streams.broker.TestPublications;
import jakarta.jms.Connection;
import jakarta.jms.MessageConsumer;
import jakarta.jms.Session;
import jakarta.jms.TextMessage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests that publications become messages, with a broker in this JVM. */
@Timeout(120)
class JmsSinkTest {

  private static final int PUBLICATIONS = 1000;
  private static final TenantChannel ORDERS = TestPublications.channel("orders.eu");

  private final MessagingTestNode node = new MessagingTestNode();
  private final BackgroundLoops loops = new BackgroundLoops(Ticker.system());
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

  private EmbeddedArtemis broker() throws Exception {
    EmbeddedArtemis made = new EmbeddedArtemis(folder, false);
    artemis = made;
    return made;
  }

  private static MessageProvider provider(JmsSession.JndiLookup jndi) {
    ConnectorSettings settings = MessagingTestNode.connector("orders.eu");
    return new MessageProvider("orders", new JmsConnectors(jndi).sinkOpener(settings));
  }

  private Relay relay(MessageProvider provider) {
    Relay relay =
        new Relay(
            new RelaySettings("messaging", "embedded", Duration.ofMillis(100), 1),
            ORDERS::equals,
            List.of(provider),
            CallPolicy.NONE,
            new Listener(),
            node.streams,
            new MemoryCheckpoints(Duration.ofSeconds(15), Duration.ofDays(1), Ticker.system()),
            node.streams,
            Runnable::run,
            "node",
            Ticker.system(),
            WallClock.system());
    relay.start(loops.supervised("messaging-orders"));
    return relay;
  }

  private static final class Listener implements RelayListener {

    @Override
    public void onSwitch(ProviderSwitch change) {
      assertNotNull(change.reason());
    }

    @Override
    public void onRejected(TenantChannel channel, String provider, String reason) {
      throw new AssertionError(reason);
    }
  }

  private static void publish(Broker broker, int from, int to) {
    for (int i = from; i <= to; i++) {
      TestPublications.publish(
          broker,
          List.of(
              new Envelope(
                  ORDERS,
                  0,
                  "id-" + i,
                  true,
                  new Message("" + i, null, "paid", "c" + i, null, Headers.NONE))));
    }
  }

  @Test
  void publicationsAreSentInTheirOrderAgainAfterTheBrokerWasKilled() throws Exception {
    EmbeddedArtemis broker = broker();
    try (Relay relay = relay(provider(broker.jndi(Set.of())));
        Broker relaying = new RelayingBroker(node.streams, relay)) {
      publish(relaying, 1, PUBLICATIONS);
      TestPublications.publish(
          relaying, List.of(TestPublications.plain(TestPublications.channel("news"), 0, "1")));
      broker.kill();
      publish(relaying, PUBLICATIONS + 1, 2 * PUBLICATIONS);
      broker.start();
      assertEquals(
          IntStream.rangeClosed(1, 2 * PUBLICATIONS).mapToObj(String::valueOf).toList(),
          List.copyOf(received(broker, 2 * PUBLICATIONS)));
    }
  }

  /** Returns the different texts that arrive, in the order of their first arrival. */
  private static Set<String> received(EmbeddedArtemis broker, int count) throws Exception {
    Set<String> texts = new LinkedHashSet<>();
    try (Connection connection = broker.factory().createConnection()) {
      Session session = connection.createSession(false, Session.AUTO_ACKNOWLEDGE);
      connection.start();
      MessageConsumer consumer = session.createConsumer(EmbeddedArtemis.queue("orders"));
      while (texts.size() < count) {
        TextMessage message = (TextMessage) consumer.receive(30_000);
        assertNotNull(message, () -> texts.size() + " messages have arrived");
        String text = message.getText();
        texts.add(text);
        assertEquals("id-" + text, message.getStringProperty("broadcasty_id"));
        assertEquals("orders.eu", message.getStringProperty("broadcasty_channel"));
        assertEquals(Long.parseLong(text), message.getLongProperty("broadcasty_sequence"));
        assertEquals(0, message.getIntProperty("broadcasty_partition"));
        assertNotNull(message.getStringProperty("broadcasty_epoch"));
        assertEquals("paid", message.getJMSType());
        assertEquals("c" + text, message.getJMSCorrelationID());
      }
    }
    return texts;
  }

  @Test
  void saysWhatIsMissing() throws Exception {
    MessageProvider missing = provider(broker().jndi(Set.of("jms/orders")));
    String reason =
        String.valueOf(assertThrows(ProviderException.class, missing::probe).getMessage());
    assertTrue(reason.contains("broadcasty.messaging.orders.destination"), reason);
    assertTrue(reason.contains("`jms/orders`"), reason);
  }
}
