package io.broadcasty.driver;

import static io.broadcasty.broker.Publishing.channel;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.channel.TenantChannel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProviderChannelTest {

  @Test
  void keepsTheKindAndNamesTheTenant() {
    assertEquals("acme;orders.eu", ProviderChannel.name(channel("acme", "orders.eu")));
    assertEquals("private-acme;orders", ProviderChannel.name(channel("acme", "private-orders")));
    assertEquals("presence-a;x", ProviderChannel.name(channel("a", "presence-x")));
    assertEquals(
        "private-encrypted-a;x", ProviderChannel.name(channel("a", "private-encrypted-x")));
    assertEquals(
        "acme=2Dinc;notify=3Auser=3A42",
        ProviderChannel.name(channel("acme-inc", "notify:user:42")));
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
        String there = String.valueOf(ProviderChannel.name(channel));
        TenantChannel other = seen.put(there, channel);
        assertNull(other, () -> there + " is " + channel + " and " + other);
        assertTrue(there.matches("[A-Za-z0-9_\\-=@,.;]+"), there);
        String kind = channel.name().kind().prefix();
        assertEquals(kind, new io.broadcasty.channel.ChannelName(there).kind().prefix(), there);
        assertTrue(!there.startsWith("cache-"), there);
      }
    }
  }

  @Test
  void sometimesThereIsNone() {
    assertNull(ProviderChannel.name(channel("acme", "x:".repeat(100))));
  }
}
