package io.broadcasty.server.privacy;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.admin.policy.PolicyAdministration;
import io.broadcasty.admin.policy.PolicyOutcome;
import io.broadcasty.admin.policy.PolicyStoreException;
import io.broadcasty.admin.policy.StoredPolicy;
import io.broadcasty.admin.privacy.DataSubject;
import io.broadcasty.admin.privacy.PersonalData;
import io.broadcasty.core.rbac.PolicyRule;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The rules of policies that name a user. An erasure takes the name out of them; a rule for that
 * user alone goes as a whole, since without the name it would be for everybody.
 */
@ThreadSafe
final class PolicyData implements PersonalData {

  private static final int PAGE = 100;

  private final PolicyAdministration policies;

  PolicyData(PolicyAdministration policies) {
    this.policies = policies;
  }

  @Override
  public String area() {
    return "policies";
  }

  @Override
  public Part export(DataSubject subject, @Nullable String cursor) {
    PolicyOutcome.Page page = page(subject, cursor);
    List<String> lines = new ArrayList<>();
    for (StoredPolicy policy : page.policies()) {
      if (names(policy, subject.user())) {
        lines.add(
            ExportedLine.of(
                area(),
                json -> {
                  json.writeStringField("id", policy.id());
                  json.writeStringField("channels", policy.channels().toString());
                }));
      }
    }
    return new Part(lines.size(), lines, next(page));
  }

  @Override
  public Part erase(DataSubject subject, @Nullable String cursor) {
    PolicyOutcome.Page page = page(subject, cursor);
    long changed = 0;
    for (StoredPolicy policy : page.policies()) {
      if (names(policy, subject.user())) {
        PolicyOutcome outcome =
            policies.change(
                subject.tenant(),
                policy.id(),
                policy.revision(),
                without(policy.rules(), subject.user()),
                null);
        requireAvailable(outcome);
        changed++; // one that others change meanwhile is looked at again with the next pass
      }
    }
    return new Part(changed, List.of(), next(page));
  }

  private PolicyOutcome.Page page(DataSubject subject, @Nullable String cursor) {
    PolicyOutcome outcome = policies.list(subject.tenant(), cursor == null ? "" : cursor, PAGE);
    requireAvailable(outcome);
    return outcome instanceof PolicyOutcome.Page page
        ? page
        : new PolicyOutcome.Page(List.of(), false);
  }

  private static void requireAvailable(PolicyOutcome outcome) {
    if (outcome instanceof PolicyOutcome.Unavailable unavailable) {
      throw new PolicyStoreException(unavailable.reason(), null);
    }
  }

  private static @Nullable String next(PolicyOutcome.Page page) {
    return page.more() ? page.policies().get(page.policies().size() - 1).id() : null;
  }

  private static boolean names(StoredPolicy policy, String user) {
    return policy.rules().stream().anyMatch(rule -> rule.users().contains(user));
  }

  private static List<PolicyRule> without(List<PolicyRule> rules, String user) {
    List<PolicyRule> left = new ArrayList<>();
    for (PolicyRule rule : rules) {
      Set<String> users = new HashSet<>(rule.users());
      boolean named = users.remove(user);
      if (!named) {
        left.add(rule);
      } else if (!users.isEmpty()) {
        left.add(new PolicyRule(rule.allow(), rule.roles(), users, rule.claims(), rule.own()));
      }
    }
    return left;
  }
}
