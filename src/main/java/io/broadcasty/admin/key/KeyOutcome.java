package io.broadcasty.admin.key;

import io.broadcasty.core.tenant.TenantId;
import java.util.List;

/** The outcome of an operation on API keys. */
public sealed interface KeyOutcome {

  /** The key as it is stored. */
  record Found(ApiKey key) implements KeyOutcome {}

  /**
   * The key has a new secret, which is told this once; all nodes are notified.
   *
   * @param secret not stored as it is, and never logged
   */
  record Issued(ApiKey key, KeySecret secret) implements KeyOutcome {}

  /**
   * Some keys in the order of their ids.
   *
   * @param more whether there are keys behind them
   */
  record Page(List<ApiKey> keys, boolean more) implements KeyOutcome {

    public Page {
      keys = List.copyOf(keys);
    }
  }

  /** The key of this tenant is revoked, and all nodes are notified. */
  record Revoked(TenantId tenant) implements KeyOutcome {}

  /** All keys of a tenant are deleted, and all nodes are notified. */
  record AllDeleted(int keys) implements KeyOutcome {}

  /**
   * Secrets have been encrypted with the current master key.
   *
   * @param encrypted how many keys
   * @param failed how many keys have secrets that no master key of this node can decrypt, or were
   *     changed by others again and again
   */
  record Encrypted(int encrypted, int failed) implements KeyOutcome {}

  /** The key is changed as asked for, and all nodes are notified. */
  record Updated(ApiKey key) implements KeyOutcome {}

  /**
   * Two secrets are valid, and another one would end one of them.
   *
   * @param untilMillis when the older one stops being valid
   */
  record RotationPending(long untilMillis) implements KeyOutcome {}

  /** There is no such key. */
  record Missing() implements KeyOutcome {}

  /** The request is not valid; the reason says why. */
  record Invalid(String reason) implements KeyOutcome {}

  /** Others changed the key again and again meanwhile; trying again is right. */
  record Conflict() implements KeyOutcome {}

  /** This node stores no keys; the reason says what it lacks. */
  record Off(String reason) implements KeyOutcome {}

  /** The store or the nodes cannot be reached; trying again is right. */
  record Unavailable(String reason) implements KeyOutcome {}
}
