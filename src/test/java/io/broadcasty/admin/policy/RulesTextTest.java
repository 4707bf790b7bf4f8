package io.broadcasty.admin.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.broadcasty.core.auth.ClaimPath;
import io.broadcasty.core.rbac.ChannelOperation;
import io.broadcasty.core.rbac.PolicyRule;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RulesTextTest {

  /** The format of this release must stay readable for all later ones. */
  @Test
  void writesAndReadsRules() {
    List<PolicyRule> rules =
        List.of(
            new PolicyRule(
                Set.of(ChannelOperation.PUBLISH, ChannelOperation.SUBSCRIBE),
                Set.of("b", "a"),
                Set.of("ann"),
                Map.of(new ClaimPath("/o/p"), "q"),
                false));
    String text =
        "[{\"allow\":[\"subscribe\",\"publish\"],\"roles\":[\"a\",\"b\"],\"users\":[\"ann\"],"
            + "\"claims\":{\"/o/p\":\"q\"},\"channels\":\"all\"}]";
    assertEquals(text, RulesText.write(rules));
    assertEquals(rules, RulesText.read(text));
    assertEquals(List.of(), RulesText.read("[]"));
  }

  /** While nodes of two releases run, a rule must never allow more than it says. */
  @Test
  void aRuleOfALaterReleaseIsLeftOut() {
    assertEquals(
        List.of(new PolicyRule(Set.of(ChannelOperation.PUSH), Set.of(), Set.of(), Map.of(), true)),
        RulesText.read(
            "[{\"allow\":[\"subscribe\"],\"networks\":[{\"a\":[1]}],\"channels\":\"all\"},"
                + "{\"allow\":[\"subscribe\"],\"channels\":\"some\"},"
                + "{\"allow\":[\"subscribe\"]},"
                + "{\"allow\":[\"later\"],\"channels\":\"all\"},"
                + "{\"allow\":[\"later\",\"push\"],\"channels\":\"own\"}]"));
    assertThrows(IllegalArgumentException.class, () -> RulesText.read("{}"));
  }
}
