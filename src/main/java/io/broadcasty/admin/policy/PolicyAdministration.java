package io.broadcasty.admin.policy;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.cluster.control.ControlException;
import io.broadcasty.cluster.control.ControlMessage;
import io.broadcasty.cluster.control.ControlTopic;
import io.broadcasty.core.rbac.ChannelSettings;
import io.broadcasty.core.rbac.PolicyPattern;
import io.broadcasty.core.rbac.PolicyRule;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.WallClock;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Creates, lists, changes and deletes channel policies. A change is stored first; then all nodes
 * are notified, and apply it within a second. Who may do what is decided by the caller of this
 * class.
 */
@ThreadSafe
public final class PolicyAdministration {

  private static final System.Logger LOG = System.getLogger(PolicyAdministration.class.getName());
  private static final int ATTEMPTS = 5;
  private static final int ID_BYTES = 8;

  /** The most policies that a tenant can have; each publication may look at all of them. */
  public static final int MAX_POLICIES = 500;

  /** The most rules that a policy can have; each publication may look at all of them. */
  public static final int MAX_RULES = 50;

  /** The longest rules in characters of JSON, which every database's column takes. */
  public static final int MAX_RULES_TEXT = 16_000;

  /** The largest page. */
  public static final int MAX_PAGE = 1000;

  private final @Nullable PolicyRepository stored;
  private final boolean mirrors;
  private final ControlTopic topic;
  private final WallClock clock;
  private final SecureRandom random = new SecureRandom();

  /**
   * Creates the use case.
   *
   * @param stored the policies; null where none are stored
   * @param mirrors whether the nodes can mirror streams
   */
  public PolicyAdministration(
      @Nullable PolicyRepository stored, boolean mirrors, ControlTopic topic, WallClock clock) {
    this.stored = stored;
    this.mirrors = mirrors;
    this.topic = topic;
    this.clock = clock;
  }

  /** Returns whether a text has the form of a policy's id. */
  public static boolean isPolicyId(String text) {
    return text.length() == 2 * ID_BYTES
        && text.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
  }

  /**
   * Returns why rules cannot be those of a policy; null when they can. A policy without rules
   * denies everything.
   */
  public static @Nullable String fault(List<PolicyRule> rules) {
    if (rules.size() > MAX_RULES) {
      return "`rules` has more than " + MAX_RULES + " elements";
    }
    return RulesText.write(rules).length() > MAX_RULES_TEXT
        ? "`rules` has more than " + MAX_RULES_TEXT + " characters of JSON"
        : null;
  }

  private @Nullable String fault(ChannelSettings settings) {
    return settings.mirror() && !mirrors
        ? "`mirror`: only streams in Redis can be mirrored, where nodes have a database too"
        : null;
  }

  /**
   * Returns a policy.
   *
   * @param tenant whose policy it must be; null for any
   */
  public PolicyOutcome find(@Nullable TenantId tenant, String id) {
    return call(
        policies -> {
          StoredPolicy found = find(policies, tenant, id);
          return found == null ? new PolicyOutcome.Missing() : new PolicyOutcome.Stored(found);
        });
  }

  /**
   * Returns a tenant's policies in the order of their ids.
   *
   * @param after begins behind this id; empty for the first
   * @param limit 1 to {@link #MAX_PAGE}
   */
  public PolicyOutcome list(TenantId tenant, String after, int limit) {
    return call(
        policies -> {
          List<StoredPolicy> found = policies.list(tenant, after, limit + 1);
          return found.size() > limit
              ? new PolicyOutcome.Page(found.subList(0, limit), true)
              : new PolicyOutcome.Page(found, false);
        });
  }

  /** Creates a policy. */
  public PolicyOutcome create(
      TenantId tenant, PolicyPattern channels, List<PolicyRule> rules, ChannelSettings settings) {
    String fault = fault(rules);
    if (fault == null) {
      fault = fault(settings);
    }
    if (fault != null) {
      return new PolicyOutcome.Invalid(fault);
    }
    long now = clock.nowMillis();
    return call(
        policies -> {
          if (policies.count(tenant) >= MAX_POLICIES) {
            return new PolicyOutcome.Invalid("a tenant can have " + MAX_POLICIES + " policies");
          }
          StoredPolicy inserted =
              policies.insert(
                  new StoredPolicy(newId(), tenant, channels, rules, settings, now, now, 0));
          notifyNodes(tenant); // also if an earlier request stored it without notifying them
          return inserted == null ? new PolicyOutcome.Exists() : new PolicyOutcome.Stored(inserted);
        });
  }

  /**
   * Replaces the rules of a policy, its settings, or both.
   *
   * @param tenant whose policy it must be; null for any
   * @param revision the policy must have this one; null for any
   * @param rules null leaves them as they are, and so does {@code settings}
   */
  public PolicyOutcome change(
      @Nullable TenantId tenant,
      String id,
      @Nullable Long revision,
      @Nullable List<PolicyRule> rules,
      @Nullable ChannelSettings settings) {
    String fault = rules == null ? null : fault(rules);
    if (fault == null && settings != null) {
      fault = fault(settings);
    }
    if (fault != null) {
      return new PolicyOutcome.Invalid(fault);
    }
    return attempt(
        tenant,
        id,
        revision,
        (policies, found) -> {
          StoredPolicy replaced =
              policies.replace(
                  found.with(
                      rules == null ? found.rules() : rules,
                      settings == null ? found.settings() : settings,
                      clock.nowMillis()));
          return replaced == null ? null : new PolicyOutcome.Stored(replaced);
        });
  }

  /**
   * Deletes a policy, so that less specific ones decide about its channels, or the built-in rules.
   *
   * @param tenant whose policy it must be; null for any
   * @param revision the policy must have this one; null for any
   */
  public PolicyOutcome delete(@Nullable TenantId tenant, String id, @Nullable Long revision) {
    return attempt(
        tenant,
        id,
        revision,
        (policies, found) ->
            policies.delete(id, found.revision()) ? new PolicyOutcome.Deleted(found) : null);
  }

  /**
   * Deletes all policies of a tenant. Nodes are notified in any case: an earlier call may have
   * failed to.
   */
  public PolicyOutcome deleteAll(TenantId tenant) {
    return call(
        policies -> {
          int deleted = policies.deleteAll(tenant);
          notifyNodes(tenant);
          return new PolicyOutcome.AllDeleted(deleted);
        });
  }

  /** A change of a policy that was found; null when others have changed it meanwhile. */
  private interface Change {
    @Nullable PolicyOutcome apply(PolicyRepository policies, StoredPolicy found);
  }

  private PolicyOutcome attempt(
      @Nullable TenantId tenant, String id, @Nullable Long revision, Change change) {
    return call(
        policies -> {
          for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            StoredPolicy found = find(policies, tenant, id);
            if (found == null) {
              return new PolicyOutcome.Missing();
            }
            if (revision != null && revision != found.revision()) {
              return new PolicyOutcome.Changed();
            }
            PolicyOutcome outcome = change.apply(policies, found);
            if (outcome != null) {
              notifyNodes(found.tenant());
              return outcome;
            }
          }
          return new PolicyOutcome.Conflict();
        });
  }

  private static @Nullable StoredPolicy find(
      PolicyRepository policies, @Nullable TenantId tenant, String id) {
    StoredPolicy found = isPolicyId(id) ? policies.find(id) : null;
    return found == null || (tenant != null && !tenant.equals(found.tenant())) ? null : found;
  }

  private String newId() {
    byte[] bytes = new byte[ID_BYTES];
    random.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  private void notifyNodes(TenantId tenant) {
    long number = topic.publish(new ControlMessage.PoliciesChanged(tenant));
    LOG.log(Level.DEBUG, "Policies of {0} have changed; control message {1}", tenant, number);
  }

  private PolicyOutcome call(Function<PolicyRepository, PolicyOutcome> work) {
    PolicyRepository policies = stored;
    if (policies == null) {
      return new PolicyOutcome.Off();
    }
    try {
      return work.apply(policies);
    } catch (PolicyStoreException e) {
      LOG.log(Level.WARNING, "Policies cannot be read or changed", e);
      return new PolicyOutcome.Unavailable("the store of policies cannot be reached now; retry");
    } catch (ControlException e) {
      LOG.log(Level.WARNING, "A policy has changed, and the nodes cannot be notified", e);
      return new PolicyOutcome.Unavailable(
          "the change may be stored, and the nodes cannot be notified now; repeat the request");
    }
  }
}
