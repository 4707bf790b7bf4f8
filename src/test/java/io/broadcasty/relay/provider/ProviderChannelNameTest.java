package io.broadcasty.relay.provider;

import static io.broadcasty.streams.broker.TestPublications.channel;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.channel.TenantChannel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProviderChannelNameTest {

  @Test
  void keepsTheKindAndContainsTheTenant() {
    assertEquals("acme;orders.eu", ProviderChannelName.of(channel("acme", "orders.eu")));
    assertEquals("private-acme;orders", ProviderChannelName.of(channel("acme", "private-orders")));
    assertEquals("presence-a;x", ProviderChannelName.of(channel("a", "presence-x")));
    assertEquals(
        "private-encrypted-a;x", ProviderChannelName.of(channel("a", "private-encrypted-x")));
    assertEquals(
        "acme=2Dinc;notify=3Auser=3A42",
        ProviderChannelName.of(channel("acme-inc", "notify:user:42")));
  }

  @Test
  void noTwoChannelsShareAName() {
    List<String> tenants = List.of("a", "private-a", "private", "encrypted-a", "a.b", "cache-a");
    List<String> names =
        List.of(
            "x",
            "a",
            "private-x",
            "private-a",
            "private-encrypted-x",
            "presence-x",
            "a;x",
            "a:x",
            "a=3Ax",
            "encrypted-x",
            "private-encrypted",
            "-x",
            "x;y",
            "a=2Dx",
            "cache-x");
    Map<String, TenantChannel> seen = new HashMap<>();
    for (String tenant : tenants) {
      for (String name : names) {
        TenantChannel channel = channel(tenant, name);
        String there = String.valueOf(ProviderChannelName.of(channel));
        TenantChannel other = seen.put(there, channel);
        assertNull(other, () -> there + " is " + channel + " and " + other);
        assertTrue(there.matches("[A-Za-z0-9_\\-=@,.;]+"), there);
        String kind = channel.name().kind().prefix();
        assertEquals(
            kind, new io.broadcasty.core.channel.ChannelName(there).kind().prefix(), there);
        assertTrue(!there.startsWith("cache-"), there);
      }
    }
  }

  @Test
  void returnsNullWhenTheNameIsTooLong() {
    assertNull(ProviderChannelName.of(channel("acme", "x:".repeat(100))));
  }
}
