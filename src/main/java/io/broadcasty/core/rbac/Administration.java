package io.broadcasty.core.rbac;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.tenant.TenantId;
import org.jspecify.annotations.Nullable;

/**
 * Decides who is an administrator and who an operator. An administrator of a tenant has the role
 * {@code admin} and may manage that tenant alone. An operator runs the service and may name any
 * tenant. Since a tenant's issuer decides the roles in its tokens, the role alone makes nobody an
 * operator: the token must also be of the operators' own tenant.
 *
 * @param operatorRole the role in a token's {@code roles}
 * @param operatorTenant the operators' tenant; null when nobody is an operator
 */
public record Administration(String operatorRole, @Nullable TenantId operatorTenant) {

  /** Returns whether the caller may administer its own tenant. */
  public boolean isAdministrator(Caller caller) {
    return caller.roles().contains(Roles.ADMIN) || isOperator(caller);
  }

  /** Returns whether the caller may administer every tenant, and the service. */
  public boolean isOperator(Caller caller) {
    return caller.tenant().equals(operatorTenant) && caller.roles().contains(operatorRole);
  }

  /**
   * Returns whether the caller may see service data that belongs to no tenant, such as the hosts of
   * its nodes. True for operators or, when no operator tenant is configured, for any administrator.
   */
  public boolean maySeeService(Caller caller) {
    return operatorTenant == null ? isAdministrator(caller) : isOperator(caller);
  }
}
