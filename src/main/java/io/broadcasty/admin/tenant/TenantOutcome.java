package io.broadcasty.admin.tenant;

import java.util.List;

/** The outcome of an operation on tenants. */
public sealed interface TenantOutcome {

  /** The tenant as it is stored now; all nodes are notified if it was changed. */
  record Stored(Tenant tenant) implements TenantOutcome {}

  /**
   * Some tenants in the order of their ids.
   *
   * @param more whether there are tenants behind them
   */
  record Page(List<Tenant> tenants, boolean more) implements TenantOutcome {

    public Page {
      tenants = List.copyOf(tenants);
    }
  }

  /** The tenant is deleted, and all nodes are notified. */
  record Deleted() implements TenantOutcome {}

  /** There is a tenant of this id already. */
  record Exists() implements TenantOutcome {}

  /** There is no tenant of this id. */
  record Missing() implements TenantOutcome {}

  /** The request is not valid; the reason says why. */
  record Invalid(String reason) implements TenantOutcome {}

  /** Others changed the tenant again and again meanwhile; trying again is right. */
  record Conflict() implements TenantOutcome {}

  /** This node stores no tenants, because it uses no relational database. */
  record Off() implements TenantOutcome {}

  /** The store or the nodes cannot be reached; trying again is right, and does no harm. */
  record Unavailable(String reason) implements TenantOutcome {}
}
