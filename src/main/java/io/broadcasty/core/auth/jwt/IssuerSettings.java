package io.broadcasty.core.auth.jwt;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Settings of one issuer among several.
 *
 * @param name how operators call it, in settings, logs and health
 * @param tokens how its tokens are verified; has an issuer, the claim {@code iss} that tells its
 *     tokens from those of others
 * @param tenants for which it may sign
 * @param logout which of its logout tokens are accepted
 * @param introspection how it is asked about its access tokens; null when their signature says
 *     enough. Then {@code tokens} need no keys, unless logout tokens are accepted
 * @param dpopRequired whether tokens are refused that are not bound to a key
 */
public record IssuerSettings(
    String name,
    JwtSettings tokens,
    TenantScope tenants,
    LogoutSettings logout,
    @Nullable IntrospectionSettings introspection,
    boolean dpopRequired) {

  public IssuerSettings {
    Objects.requireNonNull(tokens.issuer(), "issuer");
  }

  /** Creates settings of an issuer whose logout tokens are refused. */
  public IssuerSettings(String name, JwtSettings tokens, TenantScope tenants) {
    this(name, tokens, tenants, LogoutSettings.OFF, null, false);
  }

  /** Returns the claim {@code iss} of its tokens. */
  public String issuer() {
    return Objects.requireNonNull(tokens.issuer(), "issuer");
  }
}
