package io.broadcasty.core.rbac;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The default policy. Of the stored policies that cover a channel, the most specific one decides
 * alone. Channels that no stored policy covers are decided by built-in rules: everyone may read
 * public channels; reading and presence on {@code private-*} and {@code presence-*} need the role
 * {@code member} or {@code participant}; publishing needs {@code admin} or {@code publisher}, or,
 * on {@code private-*} and {@code presence-*}, {@code participant}.
 */
@ThreadSafe
public final class DefaultPolicyResolver implements PolicyResolver {

  private final StoredPolicies stored;

  /** Creates a resolver with the built-in rules only. */
  public DefaultPolicyResolver() {
    this(StoredPolicies.NONE);
  }

  /** Creates a resolver that evaluates stored policies. */
  public DefaultPolicyResolver(StoredPolicies stored) {
    this.stored = stored;
  }

  @Override
  public boolean authorize(
      String tenant, String channel, String userId, Set<String> roles, Action action) {
    return authorize(new AccessRequest(tenant, channel, userId, roles, action, Map.of()));
  }

  @Override
  public boolean authorize(AccessRequest request) {
    TenantPolicies policies = stored.of(request.tenant());
    ChannelPolicy governing = policies.governing(request.channel());
    boolean allowed = governing == null ? isBuiltIn(request) : governing.grants(request);
    return allowed || policies.grantingWithin(request) != null;
  }

  /**
   * {@inheritDoc} A participant may publish, but only as itself: acting for others also needs a
   * role of back ends, whatever a stored policy says.
   */
  @Override
  public boolean mayActForOthers(AccessRequest request) {
    return isBackEnd(request.roles()) && authorize(request);
  }

  @Override
  public int partitions(String tenant, String channel) {
    Integer partitions = stored.of(tenant).settings(channel).partitions();
    return partitions == null ? 1 : partitions;
  }

  /** Adds the steps of a decision; returns whether the request is allowed. */
  boolean explain(
      AccessRequest request, @Nullable ChannelPolicy draft, List<AccessExplanation.Step> steps) {
    TenantPolicies now = stored.of(request.tenant());
    TenantPolicies policies = draft == null ? now : now.with(draft);
    ChannelPolicy governing = policies.governing(request.channel());
    boolean allowed;
    if (governing == null) {
      allowed = isBuiltIn(request);
      steps.add(
          new AccessExplanation.Step(
              "built-in",
              allowed,
              "no stored policy covers "
                  + request.channel()
                  + ", so the built-in rules decide by its kind and the roles"));
    } else {
      allowed = governing.grants(request);
      explain(request, governing, allowed, steps);
    }
    ChannelPolicy within = allowed ? null : policies.grantingWithin(request);
    if (within != null) {
      steps.add(
          new AccessExplanation.Step(
              "pattern",
              true,
              "the pattern may be requested, because policy "
                  + within.id()
                  + " allows some of its channels; each channel is decided on its own"));
    }
    return allowed || within != null;
  }

  private static void explain(
      AccessRequest request,
      ChannelPolicy governing,
      boolean allowed,
      List<AccessExplanation.Step> steps) {
    steps.add(
        new AccessExplanation.Step(
            "policy",
            allowed,
            "policy "
                + governing.id()
                + " for "
                + governing.channels()
                + " is the most specific one that covers "
                + request.channel()
                + ", and decides alone"));
    if (governing.isOff(request.operation())) {
      steps.add(
          new AccessExplanation.Step(
              "policy", false, "policy " + governing.id() + " turns presence off"));
      return;
    }
    List<PolicyRule> rules = governing.rules();
    for (int i = 0; i < rules.size(); i++) {
      PolicyRule.Verdict verdict = governing.verdict(rules.get(i), request);
      steps.add(
          new AccessExplanation.Step(
              "rule",
              verdict == PolicyRule.Verdict.GRANTS,
              "rule " + (i + 1) + " " + verdict.text()));
    }
  }

  private static boolean isBuiltIn(AccessRequest request) {
    ChannelName.Kind kind = ChannelPattern.kind(request.channel());
    boolean open = kind == ChannelName.Kind.PUBLIC;
    boolean participates = !open && request.roles().contains(Roles.PARTICIPANT);
    if (request.action() == Action.PUBLISH) {
      return participates || isBackEnd(request.roles());
    }
    return open || participates || request.roles().contains(Roles.MEMBER);
  }

  private static boolean isBackEnd(Set<String> roles) {
    return roles.contains(Roles.ADMIN) || roles.contains(Roles.PUBLISHER);
  }
}
