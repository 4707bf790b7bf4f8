package io.broadcasty.core.auth;

import com.google.errorprone.annotations.ThreadSafe;
import org.jspecify.annotations.Nullable;

/**
 * Refuses valid tokens that are bound to a key (RFC 9449, section 7.2) from senders who have not
 * shown that they have the key.
 */
@ThreadSafe
public record BearerTokens(Authenticator inner) implements Authenticator {

  /** Why they are refused. */
  public static final String BOUND =
      "this token is bound to a key; send it in `Authorization: DPoP` with a proof in `DPoP`, or"
          + " for a stream in a browser use a ticket";

  /** Why tokens of issuers are refused that have to be bound, and are not. */
  public static final String UNBOUND =
      "tokens of this issuer must be bound to a key (`cnf.jkt`); request one with DPoP";

  private static final Refused REFUSED = new Refused(BOUND, false);

  @Override
  public Verdict authenticate(String token) {
    return authenticate(token, null);
  }

  @Override
  public Verdict authenticate(String token, @Nullable String address) {
    Verdict verdict = inner.authenticate(token, address);
    return verdict instanceof Authenticated authenticated
            && authenticated.caller().boundKey() != null
        ? REFUSED
        : verdict;
  }

  @Override
  public Verdict authenticateBound(String token, @Nullable String address) {
    return inner.authenticate(token, address);
  }

  @Override
  public Verdict authenticate(SignedRequest request, @Nullable String address) {
    return inner.authenticate(request, address);
  }

  /** Hides the wrapped authenticator, which may hold keys. */
  @Override
  public String toString() {
    return "BearerTokens";
  }
}
