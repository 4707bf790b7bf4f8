package io.broadcasty.core.auth.jwt;

import io.broadcasty.core.tenant.TenantId;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The tenants for which an issuer may sign tokens, so that no issuer can speak for the users of
 * another's tenant.
 *
 * @param names the tenants
 * @param others whether tenants that are not named belong to it too
 * @param operators the tenant of operators, which has to be named in any case; null for none
 */
public record TenantScope(Set<TenantId> names, boolean others, @Nullable TenantId operators) {

  /** All tenants, also that of operators. */
  public static final TenantScope ALL = new TenantScope(Set.of(), true, null);

  public TenantScope {
    names = Set.copyOf(names);
  }

  /** Returns whether the issuer may sign tokens of a tenant. */
  public boolean contains(TenantId tenant) {
    return names.contains(tenant) || (others && !tenant.equals(operators));
  }
}
