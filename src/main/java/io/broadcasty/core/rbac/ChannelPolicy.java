package io.broadcasty.core.rbac;

import java.util.List;

/**
 * Who may do what on some channels, and how these are kept. It governs them alone: where none of
 * its rules allows an operation, the operation is denied.
 *
 * @param id names the policy in explanations
 * @param channels the channels
 * @param rules one of them must allow an operation
 * @param settings how the channels are kept and served
 */
public record ChannelPolicy(
    String id, PolicyPattern channels, List<PolicyRule> rules, ChannelSettings settings) {

  /** Creates a policy without settings. */
  public ChannelPolicy(String id, PolicyPattern channels, List<PolicyRule> rules) {
    this(id, channels, rules, ChannelSettings.NONE);
  }

  public ChannelPolicy {
    rules = List.copyOf(rules);
  }

  /** Returns what a rule says of a request for channels that the policy governs. */
  PolicyRule.Verdict verdict(PolicyRule rule, AccessRequest request) {
    PolicyRule.Verdict verdict = rule.verdict(request);
    return verdict == PolicyRule.Verdict.GRANTS
            && rule.own()
            && channels.hasPlaceholders()
            && !channels.coversAsOwn(request.channel(), request)
        ? PolicyRule.Verdict.OTHER_VALUES
        : verdict;
  }

  /** Returns whether a rule allows a request for channels that the policy governs. */
  boolean grants(AccessRequest request) {
    if (isOff(request.operation())) {
      return false;
    }
    for (PolicyRule rule : rules) {
      if (verdict(rule, request) == PolicyRule.Verdict.GRANTS) {
        return true;
      }
    }
    return false;
  }

  /** Returns whether an operation is turned off for the channels, whatever the rules say. */
  boolean isOff(ChannelOperation operation) {
    return !settings.presence() && operation.action() == Action.PRESENCE;
  }

  /** Returns whether a rule allows channels that a requested pattern covers among others. */
  boolean grantsWithin(AccessRequest request) {
    for (PolicyRule rule : rules) {
      if (rule.verdict(request) == PolicyRule.Verdict.GRANTS
          && channels.isWithin(request.channel(), rule.own(), request)) {
        return true;
      }
    }
    return false;
  }
}
