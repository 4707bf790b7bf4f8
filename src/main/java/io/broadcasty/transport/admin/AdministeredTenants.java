package io.broadcasty.transport.admin;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.lifecycle.ConnectionEvent.Denied;
import io.broadcasty.core.lifecycle.ConnectionEvent.Operation;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.rbac.Administration;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.transport.edge.CurrentCaller;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.ProblemException;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import org.jspecify.annotations.Nullable;

/**
 * Whose belongings the caller of the current request administers: an administrator those of its own
 * tenant, an operator those of any.
 */
@RequestScoped
public class AdministeredTenants {

  @Inject private Administration administration;
  @Inject private RealtimeListener listener;
  @Inject private CurrentCaller current;
  @Inject private AuditNote note;

  /** Returns the only tenant whose belongings the caller administers; null for all. */
  public @Nullable TenantId onlyOne() {
    Caller caller = current.require();
    if (administration.isOperator(caller)) {
      return null;
    }
    note.setTenant(caller.tenant());
    return caller.tenant();
  }

  /**
   * Returns the tenant that a request names.
   *
   * @param name null for the caller's own
   * @throws ProblemException when it is malformed, or the caller may not administer it
   */
  public TenantId named(@Nullable String name) throws ProblemException {
    Caller caller = current.require();
    if (name == null) {
      return caller.tenant();
    }
    TenantId tenant;
    try {
      tenant = new TenantId(name);
    } catch (IllegalArgumentException e) {
      throw new ProblemException(Code.INVALID_REQUEST, "`tenant`: " + e.getMessage());
    }
    if (!tenant.equals(caller.tenant())) {
      requireOperator(caller);
    }
    return tenant;
  }

  /**
   * Returns the tenant that a request about tenants and the whole service names: null for all,
   * which is what an operator gets by default, and empty for the service.
   *
   * @param name null for the default
   * @throws ProblemException as {@link #named} does
   */
  public @Nullable String namedOrAll(@Nullable String name) throws ProblemException {
    Caller caller = current.require();
    if (name == null) {
      return administration.isOperator(caller) ? null : caller.tenant().value();
    }
    if (name.isEmpty()) {
      requireOperator(caller);
      return name;
    }
    return named(name).value();
  }

  private void requireOperator(Caller caller) throws ProblemException {
    if (!administration.isOperator(caller)) {
      listener.onDenied(
          new Denied(caller.tenant(), caller.subject(), Operation.ADMIN, null, caller.address()));
      throw new ProblemException(
          Code.FORBIDDEN, "an administrator may see and change its own tenant only");
    }
  }
}
