package io.broadcasty.admin.key;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.broadcasty.core.rbac.Action;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyScopeTest {

  @ParameterizedTest
  @CsvSource({
    "orders,           orders,             true",
    "orders,           orders.eu,          false",
    "orders,           orders*,            false",
    "orders.*,         orders.eu,          true",
    "orders.*,         orders.eu.*,        true",
    "orders.*,         orders.*,           true",
    "orders.*,         orders*,            false",
    "orders.*,         orders,             false",
    "orders.*,         *,                  false",
    "*,                orders,             true",
    "*,                *,                  true",
    "*,                private-orders,     false",
    "*,                private-*,          false",
    "*,                presence-room,      false",
    "private-*,        private-orders,     true",
    "private-*,        private-*,          true",
    "private-*,        private-encrypted-a, false",
    "private-e*,       private-encrypted-*, false",
    "private-encrypted-*, private-encrypted-a, true",
    "p*,               private-a,          false",
    "p*,               private-*,          false",
    "p*,               pets,               true",
  })
  void coversChannelsOfItsKindOnly(String channels, String asked, boolean covered) {
    KeyScope scope = new KeyScope(channels, Set.of(Action.PUBLISH));
    assertEquals(covered, scope.covers(asked, Action.PUBLISH));
    assertFalse(scope.covers(asked, Action.SUBSCRIBE));
  }

  @Test
  void refusesWhatCoversNothing() {
    assertThrows(IllegalArgumentException.class, () -> new KeyScope("orders", Set.of()));
    assertThrows(IllegalArgumentException.class, () -> new KeyScope("a b", Set.of(Action.PUBLISH)));
    assertThrows(IllegalArgumentException.class, () -> new KeyScope("", Set.of(Action.PUBLISH)));
    assertThrows(
        IllegalArgumentException.class, () -> new KeyScope("a*b*", Set.of(Action.PUBLISH)));
  }

  @Test
  void areReadAsTheyWereWritten() {
    List<KeyScope> scopes =
        List.of(
            new KeyScope("orders.*", Set.of(Action.PUBLISH, Action.SUBSCRIBE)),
            new KeyScope("presence-a", Set.of(Action.PRESENCE)));
    assertEquals("orders.* subscribe,publish\npresence-a presence", ScopesText.write(scopes));
    assertEquals(scopes, ScopesText.read(ScopesText.write(scopes)));
  }

  /** A node of an earlier release must not grant more than it understands. */
  @Test
  void whatCannotBeReadGrantsNothing() {
    assertEquals(
        List.of(new KeyScope("b", Set.of(Action.PUBLISH))),
        ScopesText.read("a fly\nb publish,fly\n**x publish\n\nc\npublish"));
  }
}
