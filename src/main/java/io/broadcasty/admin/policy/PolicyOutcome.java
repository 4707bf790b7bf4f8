package io.broadcasty.admin.policy;

import java.util.List;

/** The outcome of an operation on policies. */
public sealed interface PolicyOutcome {

  /** The policy as it is stored; after a change, all nodes are notified. */
  record Stored(StoredPolicy policy) implements PolicyOutcome {}

  /**
   * Some policies in the order of their ids.
   *
   * @param more whether there are policies behind them
   */
  record Page(List<StoredPolicy> policies, boolean more) implements PolicyOutcome {

    public Page {
      policies = List.copyOf(policies);
    }
  }

  /** The policy is deleted, and all nodes are notified. */
  record Deleted(StoredPolicy policy) implements PolicyOutcome {}

  /** All policies of a tenant are deleted, and all nodes are notified. */
  record AllDeleted(int policies) implements PolicyOutcome {}

  /** There is no such policy. */
  record Missing() implements PolicyOutcome {}

  /** The tenant has a policy for these channels already. */
  record Exists() implements PolicyOutcome {}

  /** The policy has another revision than the request names. */
  record Changed() implements PolicyOutcome {}

  /** The request is not valid; the reason says why. */
  record Invalid(String reason) implements PolicyOutcome {}

  /** Others changed the policy again and again meanwhile; trying again is right. */
  record Conflict() implements PolicyOutcome {}

  /** This node stores no policies. */
  record Off() implements PolicyOutcome {}

  /** The store or the nodes cannot be reached; trying again is right. */
  record Unavailable(String reason) implements PolicyOutcome {}
}
