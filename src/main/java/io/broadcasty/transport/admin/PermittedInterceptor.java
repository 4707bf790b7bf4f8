package io.broadcasty.transport.admin;

import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.lifecycle.ConnectionEvent.Denied;
import io.broadcasty.core.lifecycle.ConnectionEvent.Operation;
import io.broadcasty.core.lifecycle.RealtimeListener;
import io.broadcasty.core.rbac.Administration;
import io.broadcasty.core.rbac.Roles;
import io.broadcasty.transport.edge.CurrentCaller;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import jakarta.annotation.Priority;
import jakarta.inject.Inject;
import jakarta.interceptor.AroundInvoke;
import jakarta.interceptor.Interceptor;
import jakarta.interceptor.InvocationContext;
import jakarta.ws.rs.PathParam;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/** Denies calls of callers without the role, and reports them to the security log. */
@Permitted
@Interceptor
@Priority(Interceptor.Priority.APPLICATION + 20)
public class PermittedInterceptor {

  private static final String NEEDS_ADMIN =
      "this needs the role `" + Roles.ADMIN + "` in the token's `roles`";
  private static final String NEEDS_OPERATOR =
      "this is for operators of the service: it needs the role of `broadcasty.operator.role` in a"
          + " token of the tenant `broadcasty.operator.tenant`";
  private static final String OWN_TENANT =
      "an administrator may see and change its own tenant only";

  @Inject private Administration administration;
  @Inject private RealtimeListener listener;
  @Inject private CurrentCaller current;

  @AroundInvoke
  @Nullable Object check(InvocationContext call) throws Exception {
    Caller caller = current.require();
    Permitted permitted = Bindings.find(call.getMethod(), Permitted.class);
    String reason =
        denial(administration, caller, permitted.value(), pathTenant(call, call.getMethod()));
    if (reason != null) {
      listener.onDenied(
          new Denied(caller.tenant(), caller.subject(), Operation.ADMIN, null, caller.address()));
      throw new RefusedException(Problem.of(Code.FORBIDDEN, reason));
    }
    return call.proceed();
  }

  /**
   * Decides on a call.
   *
   * @param tenant the tenant in the path; null when the path has none
   * @return why the call is denied; null when it is allowed
   */
  static @Nullable String denial(
      Administration administration, Caller caller, AdminRole role, @Nullable String tenant) {
    if (administration.isOperator(caller)) {
      return null;
    }
    if (role == AdminRole.OPERATOR) {
      return NEEDS_OPERATOR;
    }
    if (!administration.isAdministrator(caller)) {
      return NEEDS_ADMIN;
    }
    return role == AdminRole.ADMINISTRATOR_OF_TENANT && !caller.tenant().value().equals(tenant)
        ? OWN_TENANT
        : null;
  }

  private static @Nullable String pathTenant(InvocationContext call, Method method) {
    Annotation[][] annotations = method.getParameterAnnotations();
    for (int i = 0; i < annotations.length; i++) {
      for (Annotation each : annotations[i]) {
        if (each instanceof PathParam path && path.value().equals("tenant")) {
          return (String) call.getParameters()[i];
        }
      }
    }
    return null;
  }
}
