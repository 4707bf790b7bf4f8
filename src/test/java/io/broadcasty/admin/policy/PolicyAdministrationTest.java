package io.broadcasty.admin.policy;

import static io.broadcasty.admin.policy.TestPolicies.ACME;
import static io.broadcasty.admin.policy.TestPolicies.rule;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.cluster.control.ControlException;
import io.broadcasty.cluster.control.ControlListener;
import io.broadcasty.cluster.control.ControlMessage;
import io.broadcasty.cluster.control.ControlMessage.PoliciesChanged;
import io.broadcasty.cluster.control.ControlTopic;
import io.broadcasty.core.rbac.ChannelOperation;
import io.broadcasty.core.rbac.ChannelSettings;
import io.broadcasty.core.rbac.PolicyPattern;
import io.broadcasty.core.rbac.PolicyRule;
import io.broadcasty.core.rbac.RetentionLimits;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PolicyAdministrationTest {

  private static final TenantId BETA = new TenantId("beta");
  private static final PolicyPattern ORDERS = PolicyPattern.parse("orders.*");
  private static final List<PolicyRule> MEMBERS =
      List.of(rule(ChannelOperation.SUBSCRIBE, "member"));
  private static final List<PolicyRule> NONE = List.of();

  private final FakePolicies stored = new FakePolicies();
  private final List<ControlMessage> published = new ArrayList<>();
  private boolean nodesAway;

  private final ControlTopic topic =
      new ControlTopic() {
        @Override
        public long publish(ControlMessage message) {
          if (nodesAway) {
            throw new ControlException("away");
          }
          published.add(message);
          return published.size();
        }

        @Override
        public void addListener(ControlListener listener) {
          throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
      };

  private final PolicyAdministration policies =
      new PolicyAdministration(stored, false, topic, new ManualTime());

  private StoredPolicy create() {
    return assertInstanceOf(
            PolicyOutcome.Stored.class,
            policies.create(ACME, ORDERS, MEMBERS, ChannelSettings.NONE))
        .policy();
  }

  @Test
  void everyChangeIsStoredAndAnnounced() {
    StoredPolicy created = create();
    assertTrue(PolicyAdministration.isPolicyId(created.id()));
    assertEquals(new PolicyOutcome.Stored(created), policies.find(ACME, created.id()));
    StoredPolicy changed =
        assertInstanceOf(
                PolicyOutcome.Stored.class, policies.change(ACME, created.id(), null, NONE, null))
            .policy();
    assertEquals(NONE, changed.rules());
    assertEquals(
        new PolicyOutcome.Deleted(changed),
        policies.delete(null, created.id(), changed.revision()));
    assertEquals(new PolicyOutcome.Missing(), policies.find(null, created.id()));
    PoliciesChanged message = new PoliciesChanged(ACME);
    assertEquals(List.of(message, message, message), published);
    assertEquals(new PolicyOutcome.AllDeleted(0), policies.deleteAll(ACME));
    assertEquals(4, published.size(), "an earlier deletion may not have been announced");
  }

  @Test
  void anotherTenantHasNothingOfIt() {
    String id = create().id();
    published.clear();
    assertEquals(new PolicyOutcome.Missing(), policies.find(BETA, id));
    assertEquals(new PolicyOutcome.Missing(), policies.change(BETA, id, null, NONE, null));
    assertEquals(new PolicyOutcome.Missing(), policies.delete(BETA, id, null));
    assertEquals(new PolicyOutcome.Page(List.of(), false), policies.list(BETA, "", 10));
    assertEquals(new PolicyOutcome.Missing(), policies.find(null, "' or 1=1"));
    assertEquals(List.of(), published);
    assertInstanceOf(
        PolicyOutcome.Stored.class, policies.create(BETA, ORDERS, MEMBERS, ChannelSettings.NONE));
  }

  @Test
  void onlyTheRevisionThatWasReadIsChanged() {
    StoredPolicy read = create();
    assertInstanceOf(
        PolicyOutcome.Stored.class, policies.change(ACME, read.id(), read.revision(), NONE, null));
    assertEquals(
        new PolicyOutcome.Changed(),
        policies.change(ACME, read.id(), read.revision(), MEMBERS, null));
    assertEquals(new PolicyOutcome.Changed(), policies.delete(ACME, read.id(), read.revision()));
    assertInstanceOf(PolicyOutcome.Deleted.class, policies.delete(ACME, read.id(), null));
  }

  @Test
  void aChangeByOthersMeanwhileIsTriedAgain() {
    StoredPolicy read = create();
    stored.conflicts = 4;
    assertInstanceOf(
        PolicyOutcome.Stored.class, policies.change(ACME, read.id(), null, NONE, null));
    stored.conflicts = 5;
    assertEquals(new PolicyOutcome.Conflict(), policies.change(ACME, read.id(), null, NONE, null));
    stored.conflicts = 1;
    long now =
        assertInstanceOf(PolicyOutcome.Stored.class, policies.find(ACME, read.id()))
            .policy()
            .revision();
    assertEquals(
        new PolicyOutcome.Changed(),
        policies.change(ACME, read.id(), now, MEMBERS, null),
        "who names a revision learns that it has changed");
  }

  @Test
  void aTenantHasOnePolicyForTheSameChannels() {
    create();
    published.clear();
    assertEquals(
        new PolicyOutcome.Exists(), policies.create(ACME, ORDERS, NONE, ChannelSettings.NONE));
    assertEquals(
        List.of(new PoliciesChanged(ACME)), published, "the first may not have been announced");
  }

  @Test
  void theNumbersOfPoliciesAndRulesAreLimited() {
    List<PolicyRule> many = new ArrayList<>();
    for (int i = 0; i <= PolicyAdministration.MAX_RULES; i++) {
      many.add(MEMBERS.get(0));
    }
    assertInstanceOf(
        PolicyOutcome.Invalid.class, policies.create(ACME, ORDERS, many, ChannelSettings.NONE));
    String id = create().id();
    assertInstanceOf(PolicyOutcome.Invalid.class, policies.change(ACME, id, null, many, null));
    PolicyRule large =
        new PolicyRule(
            Set.of(ChannelOperation.PUSH), Set.of("x".repeat(16_000)), Set.of(), Map.of(), true);
    assertInstanceOf(
        PolicyOutcome.Invalid.class, policies.change(ACME, id, null, List.of(large), null));
    for (int i = 1; i < PolicyAdministration.MAX_POLICIES; i++) {
      assertInstanceOf(
          PolicyOutcome.Stored.class,
          policies.create(ACME, PolicyPattern.parse("c" + i), NONE, ChannelSettings.NONE));
    }
    assertInstanceOf(
        PolicyOutcome.Invalid.class,
        policies.create(ACME, PolicyPattern.parse("more"), NONE, ChannelSettings.NONE));
  }

  @Test
  void listsPageByPage() {
    for (String name : List.of("a", "b", "c")) {
      var unused = policies.create(ACME, PolicyPattern.parse(name), NONE, ChannelSettings.NONE);
    }
    PolicyOutcome.Page first =
        assertInstanceOf(PolicyOutcome.Page.class, policies.list(ACME, "", 2));
    assertTrue(first.more());
    PolicyOutcome.Page last =
        assertInstanceOf(
            PolicyOutcome.Page.class, policies.list(ACME, first.policies().get(1).id(), 2));
    assertEquals(1, last.policies().size());
    assertEquals(false, last.more());
  }

  @Test
  void failuresAskForARepetition() {
    StoredPolicy read = create();
    nodesAway = true;
    assertInstanceOf(
        PolicyOutcome.Unavailable.class, policies.change(ACME, read.id(), null, NONE, null));
    nodesAway = false;
    stored.fault = new PolicyStoreException("away", new IllegalStateException());
    assertInstanceOf(PolicyOutcome.Unavailable.class, policies.find(ACME, read.id()));
    PolicyAdministration none = new PolicyAdministration(null, false, topic, new ManualTime());
    assertEquals(new PolicyOutcome.Off(), none.create(ACME, ORDERS, MEMBERS, ChannelSettings.NONE));
  }

  @Test
  void aMirrorIsRefusedWhereThereIsNone() {
    ChannelSettings mirror =
        new ChannelSettings(RetentionLimits.NONE, false, null, true, false, true);
    assertInstanceOf(PolicyOutcome.Invalid.class, policies.create(ACME, ORDERS, NONE, mirror));
    PolicyAdministration mirroring =
        new PolicyAdministration(stored, true, topic, new ManualTime());
    PolicyOutcome.Stored created =
        assertInstanceOf(PolicyOutcome.Stored.class, mirroring.create(ACME, ORDERS, NONE, mirror));
    String id = created.policy().id();
    assertInstanceOf(PolicyOutcome.Invalid.class, policies.change(ACME, id, null, null, mirror));
    assertInstanceOf(PolicyOutcome.Stored.class, policies.change(ACME, id, null, NONE, null));
  }
}
