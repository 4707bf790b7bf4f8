package io.broadcasty.core.auth;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.tenant.TenantSettingsLookup;
import io.broadcasty.core.tenant.TenantState;
import org.jspecify.annotations.Nullable;

/**
 * Refuses valid tokens of tenants that are suspended, or that nobody has created where only created
 * tenants are served. The state is that of the moment, also for a token that is cached.
 */
@ThreadSafe
public record ServedTenants(Authenticator inner, TenantSettingsLookup tenants)
    implements Authenticator {

  @Override
  public Verdict authenticate(String token) {
    return authenticate(token, null);
  }

  @Override
  public Verdict authenticate(String token, @Nullable String address) {
    return served(inner.authenticate(token, address));
  }

  @Override
  public Verdict authenticate(SignedRequest request, @Nullable String address) {
    return served(inner.authenticate(request, address));
  }

  private Verdict served(Verdict verdict) {
    if (verdict instanceof Authenticated authenticated) {
      TenantState state = tenants.of(authenticated.caller().tenant()).state();
      if (!state.isServed()) {
        return new TenantRefused(reason(state));
      }
    }
    return verdict;
  }

  /** Returns why the callers of a tenant in this state are refused. */
  public static String reason(TenantState state) {
    return state == TenantState.SUSPENDED
        ? "this tenant is suspended; ask the operator of the service"
        : "this tenant does not exist; an operator has to create it";
  }

  /** Hides the wrapped authenticator, which may hold keys. */
  @Override
  public String toString() {
    return "ServedTenants";
  }
}
