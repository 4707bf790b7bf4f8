package io.broadcasty.core.rbac;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.tenant.TenantId;
import org.jspecify.annotations.Nullable;

/**
 * Decides who is an administrator and who an operator. An administrator of a tenant has the role
 * {@code admin} and may manage that tenant alone. An operator runs the service, may name any
 * tenant, and alone sees what belongs to no tenant, such as hosts, providers and stores. Since a
 * tenant's issuer decides the roles in its tokens, the role alone makes nobody an operator: the
 * token must also be of the operators' own tenant. An API key administers nothing, whatever roles
 * its scopes amount to.
 *
 * @param operatorRole the role in a token's {@code roles}
 * @param operatorTenant the operators' tenant; null when nobody is an operator
 */
public record Administration(String operatorRole, @Nullable TenantId operatorTenant) {

  /** Returns whether the caller may administer its own tenant. */
  public boolean isAdministrator(Caller caller) {
    return caller.keyId() == null && (caller.roles().contains(Roles.ADMIN) || isOperator(caller));
  }

  /** Returns whether the caller may administer every tenant, and see and administer the service. */
  public boolean isOperator(Caller caller) {
    return caller.keyId() == null
        && caller.tenant().equals(operatorTenant)
        && caller.roles().contains(operatorRole);
  }
}
