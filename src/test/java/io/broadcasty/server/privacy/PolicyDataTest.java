package io.broadcasty.server.privacy;

import static io.broadcasty.admin.policy.TestPolicies.ACME;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.broadcasty.admin.policy.FakePolicies;
import io.broadcasty.admin.policy.PolicyAdministration;
import io.broadcasty.admin.policy.PolicyStoreException;
import io.broadcasty.admin.policy.StoredPolicy;
import io.broadcasty.admin.privacy.DataSubject;
import io.broadcasty.admin.privacy.PersonalData.Part;
import io.broadcasty.cluster.control.ControlMessage;
import io.broadcasty.cluster.control.memory.MemoryControlTopic;
import io.broadcasty.core.rbac.ChannelOperation;
import io.broadcasty.core.rbac.ChannelSettings;
import io.broadcasty.core.rbac.PolicyPattern;
import io.broadcasty.core.rbac.PolicyRule;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is left of policies that name a user who is erased. */
class PolicyDataTest {

  private static final DataSubject ANN = new DataSubject(ACME, "ann", List.of());

  private final FakePolicies stored = new FakePolicies();
  private final MemoryControlTopic topic = new MemoryControlTopic();
  private final List<ControlMessage> messages = new ArrayList<>();
  private final PolicyData data =
      new PolicyData(new PolicyAdministration(stored, false, topic, new ManualTime()));

  private static PolicyRule rule(String... users) {
    return new PolicyRule(
        Set.of(ChannelOperation.PUBLISH), Set.of("r"), Set.of(users), Map.of(), true);
  }

  private void insert(int id, TenantId tenant, PolicyRule... rules) {
    StoredPolicy inserted =
        stored.insert(
            new StoredPolicy(
                String.format("%016x", id),
                tenant,
                PolicyPattern.parse("c" + id),
                List.of(rules),
                ChannelSettings.NONE,
                1,
                1,
                0));
    assertEquals(tenant, Objects.requireNonNull(inserted).tenant());
  }

  private List<PolicyRule> rules(int id) {
    return Objects.requireNonNull(stored.find(String.format("%016x", id))).rules();
  }

  private long eraseAll() {
    long erased = 0;
    Part part = data.erase(ANN, null);
    erased += part.count();
    while (part.next() != null) {
      part = data.erase(ANN, part.next());
      erased += part.count();
    }
    return erased;
  }

  @Test
  void aNameIsTakenOutOfTheRules() {
    topic.addListener(messages::add);
    insert(1, ACME, rule("ann", "bob"), rule());
    insert(2, ACME, rule("ann"), rule("bob"));
    insert(3, ACME, rule("anna"), rule());
    insert(4, new TenantId("other"), rule("ann"));
    assertEquals(
        List.of(
            "{\"area\":\"policies\",\"id\":\"0000000000000001\",\"channels\":\"c1\"}",
            "{\"area\":\"policies\",\"id\":\"0000000000000002\",\"channels\":\"c2\"}"),
        data.export(ANN, null).lines());
    assertEquals(2, eraseAll());
    assertEquals(List.of(rule("bob"), rule()), rules(1));
    assertEquals(List.of(rule("bob")), rules(2), "a rule for nobody else is for nobody");
    assertEquals(List.of(rule("anna"), rule()), rules(3));
    assertEquals(List.of(rule("ann")), rules(4), "another tenant's");
    assertEquals(2, messages.size(), "the nodes are told");
    assertEquals(0, eraseAll());
    assertEquals(List.of(), data.export(ANN, null).lines());
  }

  @Test
  void allPagesAreLookedAt() {
    for (int id = 1; id <= 150; id++) {
      insert(id, ACME, rule("ann", "bob"));
    }
    assertEquals(150, eraseAll());
    assertEquals(List.of(rule("bob")), rules(150));
  }

  @Test
  void aStoreThatIsAwayIsTriedAgain() {
    insert(1, ACME, rule("ann"));
    stored.fault = new PolicyStoreException("away", null);
    assertThrows(PolicyStoreException.class, () -> data.erase(ANN, null));
    assertThrows(PolicyStoreException.class, () -> data.export(ANN, null));
  }
}
