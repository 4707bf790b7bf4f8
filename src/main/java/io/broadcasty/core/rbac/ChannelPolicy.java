package io.broadcasty.core.rbac;

import java.util.List;

/**
 * Who may do what on some channels. It governs them alone: where none of its rules allows an
 * operation, the operation is denied.
 *
 * @param id names the policy in explanations
 * @param channels the channels
 * @param rules one of them must allow an operation
 */
public record ChannelPolicy(String id, PolicyPattern channels, List<PolicyRule> rules) {

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
    for (PolicyRule rule : rules) {
      if (verdict(rule, request) == PolicyRule.Verdict.GRANTS) {
        return true;
      }
    }
    return false;
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
