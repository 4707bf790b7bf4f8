package io.broadcasty.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.messaging.ConnectorSettings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MessagingReaderTest {

  private static final String PREFIX = "broadcasty.messaging.orders.";
  private static final Map<String, String> VALID =
      Map.of(
          "broadcasty.dev",
          "true",
          PREFIX + "direction",
          "in",
          PREFIX + "connection-factory",
          "java:/ConnectionFactory",
          PREFIX + "destination",
          "java:/jms/queue/orders",
          PREFIX + "tenant",
          "acme",
          PREFIX + "channel",
          "orders.eu",
          PREFIX + "dead-letter",
          "java:/jms/queue/failed",
          PREFIX + "password",
          "s3cret");

  private static List<ConnectorSettings> read(Map<String, String> texts) {
    ConfigMap configuration = new ConfigMap();
    configuration.texts.putAll(texts);
    return SettingsReader.read(configuration).messaging();
  }

  private static Map<String, String> with(String key, String value) {
    Map<String, String> texts = new HashMap<>(VALID);
    texts.put(key, value);
    return texts;
  }

  private static void assertFault(String fault, Map<String, String> texts) {
    String message =
        String.valueOf(
            assertThrows(InvalidConfigurationException.class, () -> read(texts)).getMessage());
    assertTrue(message.contains(fault), message);
    assertFalse(message.contains("s3cret"), "a secret is shown");
  }

  @Test
  void readsConnectors() {
    ConnectorSettings connector = read(VALID).get(0);
    assertEquals("orders", connector.id());
    assertEquals("acme", connector.tenant().value());
    assertEquals("java:/ConnectionFactory", connector.connection().factory());
    assertNull(connector.connection().user());
    ConnectorSettings.In in = (ConnectorSettings.In) connector.flow();
    assertEquals(Set.of("publisher"), in.roles());
    assertEquals("java:/jms/queue/failed", in.deadLetter());
    assertNull(in.subscription());
    assertFalse(connector.toString().contains("s3cret"), "a secret is shown");
  }

  @Test
  void readsVariables() {
    Map<String, String> texts = new HashMap<>(VALID);
    texts.remove(PREFIX + "dead-letter");
    texts.put("BROADCASTY_MESSAGING_ORDERS_DEAD_LETTER", "java:/jms/queue/dead");
    ConnectorSettings connector = read(texts).get(0);
    assertEquals("java:/jms/queue/dead", ((ConnectorSettings.In) connector.flow()).deadLetter());
  }

  @Test
  void thereAreNoneByDefault() {
    assertEquals(List.of(), read(Map.of("broadcasty.dev", "true")));
  }

  @Test
  void saysWhatIsMissing() {
    for (String key :
        List.of(
            "direction", "connection-factory", "destination", "tenant", "channel", "dead-letter")) {
      Map<String, String> texts = new HashMap<>(VALID);
      texts.remove(PREFIX + key);
      assertFault(PREFIX + key, texts);
    }
  }

  @Test
  void saysWhatIsWrong() {
    assertFault("must be one of in, out", with(PREFIX + "direction", "sideways"));
    assertFault("there is no such key for connectors", with(PREFIX + "queue", "x"));
    assertFault("lower-case letters and digits", with("broadcasty.messaging.direction", "in"));
    assertFault(PREFIX + "tenant", with(PREFIX + "tenant", "a b"));
    assertFault(PREFIX + "channel", with(PREFIX + "channel", "orders. eu"));
    assertFault(PREFIX + "channels", with(PREFIX + "channel", "orders.{region}"));
    assertFault(PREFIX + "channels", with(PREFIX + "channels", "orders"));
    assertFault("belongs to the direction in", with(PREFIX + "direction", "out"));
  }

  @Test
  void readsTheOtherDirection() {
    Map<String, String> texts = with(PREFIX + "direction", "out");
    texts.keySet().removeAll(Set.of(PREFIX + "channel", PREFIX + "dead-letter"));
    assertFault(PREFIX + "channels", texts);
    texts.put(PREFIX + "channels", "orders.*,private-orders.*");
    ConnectorSettings.Out out = (ConnectorSettings.Out) read(texts).get(0).flow();
    assertEquals("[orders.*, private-orders.*]", out.channels().toString());
  }
}
