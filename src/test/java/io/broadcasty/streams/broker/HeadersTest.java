package io.broadcasty.streams.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HeadersTest {

  private final Headers.Builder builder = new Headers.Builder();

  @Test
  void areFoundByName() {
    assertNull(builder.add("tag", "a"));
    assertNull(builder.add("x-2", ""));
    Headers headers = builder.build();
    assertEquals("a", headers.get("tag"));
    assertEquals("", headers.get("x-2"));
    assertNull(headers.get("a"));
    assertEquals(2, headers.size());
    assertEquals(Map.of("tag", "a", "x-2", ""), headers.toMap());
    assertEquals(headers, new Headers.Builder(headers).build());
  }

  @Test
  void haveNoOrder() {
    Map<String, String> there = new LinkedHashMap<>();
    there.put("a", "1");
    there.put("b", "2");
    Map<String, String> back = new LinkedHashMap<>();
    back.put("b", "2");
    back.put("a", "1");
    assertEquals(Headers.of(there), Headers.of(back));
    assertEquals(Headers.of(there).hashCode(), Headers.of(back).hashCode());
    assertNotEquals(Headers.of(there), Headers.of(Map.of("a", "2", "b", "1")));
  }

  @Test
  void noneAreAllTheSame() {
    assertSame(Headers.NONE, builder.build());
    assertSame(Headers.NONE, Headers.of(Map.of()));
    assertTrue(Headers.NONE.isEmpty());
    assertEquals(0, Headers.NONE.costBytes());
  }

  @Test
  void aNameConsistsOfLowerCaseLettersDigitsAndHyphens() {
    for (String name : new String[] {"", "A", "a_b", "a.b", "é", "a b", "a\u0000"}) {
      assertNotNull(builder.add(name, "v"), name);
    }
    assertNull(builder.add("a-z0-9", "v"));
    assertNull(builder.add("n".repeat(Headers.MAX_NAME_LENGTH), "v"));
    assertNotNull(builder.add("n".repeat(Headers.MAX_NAME_LENGTH + 1), "v"));
    assertNotNull(builder.add("a-z0-9", "again"));
    assertEquals(2, builder.build().size());
  }

  @Test
  void areAtMostSixteen() {
    for (int i = 0; i < Headers.MAX_COUNT; i++) {
      assertNull(builder.add("n" + i, "v"));
    }
    assertTrue(String.valueOf(builder.add("one-more", "v")).contains("16"));
    assertEquals(Headers.MAX_COUNT, builder.build().size());
  }

  @Test
  void areLimitedInBytesOfUtf8() {
    assertNull(builder.add("ab", "é".repeat((Headers.MAX_BYTES - 4) / 2)));
    assertNotNull(builder.add("c", "12"));
    assertNotNull(new Headers.Builder(builder.build()).add("c", "12"));
    assertNull(new Headers.Builder(builder.build()).add("c", "1"));
  }

  @Test
  void countTowardsTheSizeOfAnEnvelope() {
    Envelope without =
        TestPublications.plain(
            new io.broadcasty.core.channel.TenantChannel(
                new io.broadcasty.core.tenant.TenantId("acme"),
                new io.broadcasty.core.channel.ChannelName("o")),
            0,
            "1");
    Headers headers = Headers.of(Map.of("tag", "x".repeat(1000)));
    Envelope with =
        new Envelope(
            without.channel(), 0, without.id(), false, without.message().withHeaders(headers));
    assertTrue(with.costBytes() - without.costBytes() > 1000);
  }

  @Test
  void doNotShowTheirValues() {
    assertFalse(Headers.of(Map.of("tag", "secret")).toString().contains("secret"));
  }
}
