package io.broadcasty.admin.revocation;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.auth.Authenticator;
import org.jspecify.annotations.Nullable;

/**
 * Refuses valid tokens that are revoked at the moment, also those that another authenticator has
 * cached.
 */
@ThreadSafe
public record UnrevokedTokens(Authenticator inner, RevocationSnapshot revocations)
    implements Authenticator {

  private static final Revoked REVOKED = new Revoked("this token has been revoked; get a new one");

  @Override
  public Verdict authenticate(String token) {
    return authenticate(token, null);
  }

  @Override
  public Verdict authenticate(String token, @Nullable String address) {
    Verdict verdict = inner.authenticate(token, address);
    return verdict instanceof Authenticated authenticated
            && revocations.isRevoked(authenticated.caller())
        ? REVOKED
        : verdict;
  }

  /** Hides the wrapped authenticator, which may hold keys. */
  @Override
  public String toString() {
    return "UnrevokedTokens";
  }
}
