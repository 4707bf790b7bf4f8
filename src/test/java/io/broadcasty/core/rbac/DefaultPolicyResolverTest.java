package io.broadcasty.core.rbac;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DefaultPolicyResolverTest {

  private final PolicyResolver resolver = new DefaultPolicyResolver();

  /** A letter means allowed, in the order subscribe, publish, presence. */
  @ParameterizedTest(name = "{0} as {1}: {2}")
  @CsvSource({
    "orders,                 '',               y-y",
    "orders,                 member,           y-y",
    "orders,                 publisher,        yyy",
    "orders,                 admin,            yyy",
    "orders,                 member publisher, yyy",
    "orders,                 other,            y-y",
    "private-orders,         '',               ---",
    "private-orders,         member,           y-y",
    "private-orders,         publisher,        -y-",
    "private-orders,         admin,            -y-",
    "private-orders,         member publisher, yyy",
    "private-orders,         other,            ---",
    "private-encrypted-x,    '',               ---",
    "private-encrypted-x,    member,           y-y",
    "private-encrypted-x,    publisher,        -y-",
    "private-encrypted-x,    admin,            -y-",
    "private-encrypted-x,    member admin,     yyy",
    "presence-room,          '',               ---",
    "presence-room,          member,           y-y",
    "presence-room,          publisher,        -y-",
    "presence-room,          admin,            -y-",
    "presence-room,          member publisher, yyy",
    "*,                      '',               y-y",
    "orders.*,               '',               y-y",
    "private-*,              '',               ---",
    "private-*,              member,           y-y",
    "presence-*,             publisher,        -y-",
    "orders,                 participant,      y-y",
    "private-orders,         participant,      yyy",
    "private-encrypted-x,    participant,      yyy",
    "presence-room,          participant,      yyy",
    "private-*,              participant,      yyy",
    "privateer,              participant,      y-y",
    "privateer,              '',               y-y",
    "private-orders,         Member,           ---",
    "private-orders,         members,          ---",
    "orders,                 Admin,            y-y",
  })
  void decides(String channel, String roles, String expected) {
    Set<String> set =
        Arrays.stream(roles.split(" ", -1)).filter(r -> !r.isEmpty()).collect(Collectors.toSet());
    StringBuilder actual = new StringBuilder();
    for (Action action : new Action[] {Action.SUBSCRIBE, Action.PUBLISH, Action.PRESENCE}) {
      actual.append(resolver.authorize("acme", channel, "ann", set, action) ? 'y' : '-');
    }
    assertEquals(expected, actual.toString());
  }

  @ParameterizedTest
  @CsvSource({"participant, false", "member, false", "publisher, true", "admin, true"})
  void onlyBackEndsActForOthers(String role, boolean allowed) {
    AccessRequest request =
        new AccessRequest(
            "acme", "presence-room", "ann", Set.of(role), Action.PUBLISH, java.util.Map.of());
    assertEquals(allowed, resolver.mayActForOthers(request));
  }

  @Test
  void aChannelHasOnePartition() {
    assertEquals(1, resolver.partitions("acme", "orders"));
  }
}
