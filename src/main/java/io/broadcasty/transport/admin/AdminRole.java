package io.broadcasty.transport.admin;

/** Who may call a method of administration. */
public enum AdminRole {
  /** Operators of the service. */
  OPERATOR,
  /** Administrators of any tenant, who see and change their own alone, and operators. */
  ADMINISTRATOR,
  /**
   * Administrators of the tenant that the parameter {@code @PathParam("tenant")} names, and
   * operators.
   */
  ADMINISTRATOR_OF_TENANT
}
