package io.broadcasty.transport.edge;

import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.wire.Code;
import io.broadcasty.wire.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The header with which gateways and back ends name the tenant of a request. It grants nothing: a
 * request whose token is of another tenant is refused.
 */
final class TenantHeader {

  private final @Nullable String name;

  /**
   * Creates a check.
   *
   * @param name the header's; null when there is none
   */
  TenantHeader(@Nullable String name) {
    this.name = name;
  }

  /** Returns the tenants that a request names, usually none or one. */
  Set<String> named(HttpServletRequest request) {
    Set<String> tenants = new HashSet<>();
    if (name != null) {
      HeaderFields.lines(request, name).forEach(line -> tenants.add(line.strip()));
    }
    return tenants;
  }

  /** Returns why a caller of this tenant is refused; null when it is not. */
  @Nullable Problem refusal(HttpServletRequest request, TenantId tenant) {
    for (String named : named(request)) {
      if (!named.equals(tenant.value())) {
        return Problem.of(
            Code.FORBIDDEN, "the header " + name + " names another tenant than the token");
      }
    }
    return null;
  }
}
