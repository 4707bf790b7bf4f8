package io.broadcasty.core.rbac;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PolicyPatternTest {

  @ParameterizedTest(name = "{0} covers {1}: {2}")
  @CsvSource({
    "orders,                orders,                   true",
    "orders,                orders.eu,                false",
    "orders.*,              orders.eu,                true",
    "orders.*,              orders.,                  true",
    "orders.*,              orders,                   false",
    "*,                     orders,                   true",
    "*,                     private-orders,           false",
    "private-*,             private-orders,           true",
    "private-*,             private-encrypted-orders, false",
    "privat*,               privateer,                true",
    "privat*,               private-x,                false",
    "private-user:{sub},    private-user:ann,         true",
    "private-user:{sub},    private-user:,            false",
    "private-user:{sub},    private-user:ann.inbox,   false",
    "private-user:{sub},    private-user:ann:inbox,   false",
    "private-user:{sub}.*,  private-user:ann.inbox,   true",
    "private-user:{sub}.*,  private-user:ann,         false",
    "private-user:{sub}.*,  private-user:.inbox,      false",
    "private-{a}:{b},       private-x:y,              true",
    "private-{a}:{b},       private-x:y:z,            false",
    "private-{a},           private-encrypted-x,      false",
    "{a},                   private-x,                false",
    "{a},                   x,                        true",
    "orders.*,              orders.eu.*,              true",
    "orders.*,              orders.*,                 true",
    "orders.*,              order*,                   false",
    "orders.eu,             orders.*,                 false",
    "private-user:{sub}.*,  private-user:ann.*,       true",
    "private-user:{sub}.*,  private-user:an*,         false",
    "private-user:{sub}.*,  private-user:*,           false",
    "private-user:{sub},    private-user:*,           false",
  })
  void covers(String pattern, String channel, boolean covered) {
    assertEquals(covered, PolicyPattern.parse(pattern).covers(channel));
  }

  @ParameterizedTest(name = "{0} is for ann alone in {1}: {2}")
  @CsvSource({
    "private-user:{sub},        private-user:ann,         true",
    "private-user:{sub},        private-user:bob,         false",
    "private-user:{sub},        private-user:anna,        false",
    "private-user:{sub},        private-user:ann.inbox,   false",
    "private-user:{sub}.*,      private-user:ann.inbox,   true",
    "private-user:{sub}.*,      private-user:bob.ann,     false",
    "private-{team}:{sub},      private-red:ann,          true",
    "private-{team}:{sub},      private-ann:red,          false",
    "private-{sub}:{sub},       private-ann:ann,          true",
    "private-{sub}:{sub},       private-ann:bob,          false",
    "private-team:{team},       private-team:ann,         false",
    "private-user:ann,          private-user:ann,         false",
    "private-*,                 private-ann,              false",
    "{sub},                     private-ann,              false",
    "{sub},                     ann,                      true",
  })
  void isForSubject(String pattern, String channel, boolean alone) {
    assertEquals(alone, PolicyPattern.parse(pattern).isForSubject(channel, "ann"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a b",
        "a*b",
        "a**",
        "{sub}*",
        "user-{sub}",
        "user:x{sub}",
        "user:{sub}x",
        "user:{sub}{org}",
        "user:{sub",
        "user:sub}",
        "user:{}",
        "user:{ }",
        "user:{/}",
        "user:{{sub}}",
        "user:{a*}*",
        "ünicode",
      })
  void malformedPatternsAreRefused(String text) {
    assertThrows(IllegalArgumentException.class, () -> PolicyPattern.parse(text));
  }

  @Test
  void aPatternHasALimitedLength() {
    assertEquals(200, PolicyPattern.parse("a".repeat(200)).toString().length());
    assertThrows(IllegalArgumentException.class, () -> PolicyPattern.parse("a".repeat(201)));
  }

  @ParameterizedTest
  @CsvSource({
    "private-user:{sub}, private-user:{org}, true",
    "private-user:{sub}, private-user:*, false",
    "private-user:{sub}, private-user:{sub}.*, false",
    "private-user:{https://example.com/id}, private-user:{sub}, true",
  })
  void theShapeLeavesOutTheNamesOfClaims(String one, String other, boolean same) {
    assertEquals(same, PolicyPattern.parse(one).shape().equals(PolicyPattern.parse(other).shape()));
  }

  /** The channel is written first, then its patterns, the most specific one first. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "private-user:ann private-user:ann private-user:a* private-user:{sub} private-user:*"
            + " private-{x}:ann private-{x}:{y} private-{x}:* private-*",
        "orders. orders. orders.* orders* *",
        "a.b.c a.b.c a.b.{x} a.b.* a.{x}.c a.{x}.{y} a.{x}.* a.* {x}.b.c {x}.b.* {x}.* *",
      })
  void theMostSpecificPatternGoverns(String row) {
    String[] texts = row.split(" ", -1);
    for (int i = 1; i < texts.length; i++) {
      PolicyPattern narrow = PolicyPattern.parse(texts[i]);
      assertTrue(narrow.covers(texts[0]), texts[i]);
      for (int j = i + 1; j < texts.length; j++) {
        PolicyPattern wide = PolicyPattern.parse(texts[j]);
        assertTrue(narrow.rank().compareTo(wide.rank()) > 0, texts[i] + " before " + texts[j]);
      }
    }
  }

  /** A value of a claim is compared as it is: it is neither a wildcard nor several segments. */
  @ParameterizedTest(name = "{0} as {1} on {2}: {3}")
  @CsvSource({
    "private-user:{sub},   ann,         private-user:ann,         true",
    "private-user:{sub},   ann,         private-user:bob,         false",
    "private-user:{sub},   ann,         private-user:annie,       false",
    "private-user:{sub},   ann,         private-user:an,          false",
    "private-user:{sub},   Ann,         private-user:ann,         false",
    "private-user:{sub},   *,           private-user:bob,         false",
    "private-user:{sub},   a*,          private-user:ann,         false",
    "private-user:{sub},   '',          private-user:bob,         false",
    "private-user:{sub},   {sub},       private-user:ann,         false",
    "private-user:{sub},   ann.inbox,   private-user:ann.inbox,   false",
    "private-user:{sub},   ann:inbox,   private-user:ann:inbox,   false",
    "private-user:{sub}.*, ann.inbox,   private-user:ann.inbox.a, false",
    "private-user:{sub}.*, ann,         private-user:ann.inbox.a, true",
    "private-user:{sub}.*, '',          private-user:.inbox,      false",
    "private-{sub},        encrypted-x, private-encrypted-x,      false",
    "{sub},                private-x,   private-x,                false",
    "{sub}.{org},          red,         red.blue,                 true",
    "{sub}.{org},          red.blue,    red.blue.blue,            false",
    "{org}.{sub},          red.blue,    blue.red.blue,            false",
    "key.{sub},            key:1,       key.key:1,                false",
  })
  void aValueIsOneLiteralSegment(String pattern, String subject, String channel, boolean own) {
    AccessRequest request =
        new AccessRequest(
            "acme", channel, subject, Set.of(), Action.SUBSCRIBE, Map.of("org", "blue"));
    PolicyPattern parsed = PolicyPattern.parse(pattern);
    assertEquals(own, parsed.covers(channel) && parsed.coversAsOwn(channel, request));
  }
}
