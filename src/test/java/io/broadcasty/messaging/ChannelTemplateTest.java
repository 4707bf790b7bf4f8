package io.broadcasty.messaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.InvalidChannelException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelTemplateTest {

  private static final List<ChannelPattern> ORDERS = List.of(ChannelPattern.parse("orders.*"));

  private static String resolve(String template, Map<String, String> properties) {
    return new ChannelTemplate(template, ORDERS).resolve(properties).value();
  }

  private static String refusal(String template, Map<String, String> properties) {
    return String.valueOf(
        assertThrows(InvalidChannelException.class, () -> resolve(template, properties))
            .getMessage());
  }

  @Test
  void propertiesBecomeSegments() {
    assertEquals("orders.all", resolve("orders.all", Map.of()));
    assertEquals("orders.eu.17", resolve("orders.{region}.{n}", Map.of("region", "eu", "n", "17")));
    assertEquals("orders.eu.17", resolve("{channel}", Map.of("channel", "orders.eu.17")));
  }

  @Test
  void aPropertyIsNoMoreThanASegment() {
    assertTrue(refusal("orders.{region}", Map.of("region", "eu.secret")).contains("segment"));
    assertTrue(refusal("orders.{region}", Map.of("region", "")).contains("segment"));
    assertTrue(refusal("orders.{region}", Map.of()).contains("no property `region`"));
  }

  @Test
  void messagesChooseAllowedChannelsOnly() {
    assertTrue(refusal("{channel}", Map.of("channel", "invoices.eu")).contains("may not publish"));
    assertTrue(
        refusal("{channel}", Map.of("channel", "private-orders.eu")).contains("may not publish"));
    assertTrue(refusal("{channel}", Map.of("channel", "orders. eu")).contains("index"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"orders.{}", "orders.{a b}", "orders {region}", "", "orders.{region"})
  void aTemplateThatLeadsToNoChannelIsRefused(String template) {
    assertThrows(InvalidChannelException.class, () -> new ChannelTemplate(template, List.of()));
  }
}
