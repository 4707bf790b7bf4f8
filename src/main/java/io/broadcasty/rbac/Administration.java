package io.broadcasty.rbac;

import io.broadcasty.auth.Caller;
import io.broadcasty.tenant.TenantId;
import org.jspecify.annotations.Nullable;

/**
 * Who administers what. An administrator of a tenant has the role {@code admin} and concerns
 * himself with that tenant alone. An operator runs the service and may name any tenant; since the
 * roles of a token are what its tenant's issuer says, the role alone makes nobody an operator: the
 * token must also be one of the operators' own tenant.
 *
 * @param operatorRole the role in a token's {@code roles}
 * @param operatorTenant the operators' tenant; null when nobody is an operator
 */
public record Administration(String operatorRole, @Nullable TenantId operatorTenant) {

  /** Whether the caller may administer its own tenant. */
  public boolean isAdministrator(Caller caller) {
    return caller.roles().contains(Roles.ADMIN) || isOperator(caller);
  }

  /** Whether the caller may administer every tenant, and the service. */
  public boolean isOperator(Caller caller) {
    return caller.tenant().equals(operatorTenant) && caller.roles().contains(operatorRole);
  }

  /**
   * Whether the caller may see of the service what is no tenant's, as on which machines its nodes
   * run: an operator, or where nobody is one, any administrator.
   */
  public boolean seesService(Caller caller) {
    return operatorTenant == null ? isAdministrator(caller) : isOperator(caller);
  }
}
