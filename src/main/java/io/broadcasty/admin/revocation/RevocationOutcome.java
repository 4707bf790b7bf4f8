package io.broadcasty.admin.revocation;

import io.broadcasty.core.tenant.TenantId;
import java.util.List;

/** The outcome of an operation on revocations. */
public sealed interface RevocationOutcome {

  /**
   * The revocation is stored, and all nodes are notified.
   *
   * @param isNew false when the target had a revocation before, which now revokes what either does
   */
  record Revoked(Revocation revocation, boolean isNew) implements RevocationOutcome {}

  /** The revocation as it is stored. */
  record Found(Revocation revocation) implements RevocationOutcome {}

  /**
   * Some revocations in the order of their ids.
   *
   * @param more whether there are others behind them
   */
  record Page(List<Revocation> revocations, boolean more) implements RevocationOutcome {

    public Page {
      revocations = List.copyOf(revocations);
    }
  }

  /** The revocation of this tenant is deleted, and all nodes are notified. */
  record Lifted(TenantId tenant) implements RevocationOutcome {}

  /** There is no such revocation. */
  record Missing() implements RevocationOutcome {}

  /** The request is not valid; the reason says why. */
  record Invalid(String reason) implements RevocationOutcome {}

  /** Others changed the revocation again and again meanwhile; trying again is right. */
  record Conflict() implements RevocationOutcome {}

  /** This node stores no revocations; the reason says what it lacks. */
  record Off(String reason) implements RevocationOutcome {}

  /** The store or the nodes cannot be reached; trying again is right. */
  record Unavailable(String reason) implements RevocationOutcome {}
}
