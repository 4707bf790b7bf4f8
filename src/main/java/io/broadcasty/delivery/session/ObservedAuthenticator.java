package io.broadcasty.delivery.session;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.auth.AuthenticationUnavailableException;
import io.broadcasty.core.auth.Authenticator;
import io.broadcasty.core.auth.SignedRequest;
import io.broadcasty.core.lifecycle.ConnectionEvent.TokenFault;
import io.broadcasty.core.lifecycle.ConnectionEvent.TokenRefused;
import io.broadcasty.core.lifecycle.RealtimeListener;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Notifies the listener of refused tokens. */
@ThreadSafe
public record ObservedAuthenticator(Authenticator inner, RealtimeListener listener)
    implements Authenticator {

  private static final String UNVERIFIABLE = "the keys that verify tokens cannot be fetched";

  @Override
  public Verdict authenticate(String token) {
    return authenticate(token, null);
  }

  @Override
  public Verdict authenticate(String token, @Nullable String address) {
    return observed(() -> inner.authenticate(token, address), address);
  }

  @Override
  public Verdict authenticateBound(String token, @Nullable String address) {
    return observed(() -> inner.authenticateBound(token, address), address);
  }

  @Override
  public Verdict authenticate(SignedRequest request, @Nullable String address) {
    return observed(() -> inner.authenticate(request, address), address);
  }

  private Verdict observed(Supplier<Verdict> verification, @Nullable String address) {
    Verdict verdict;
    try {
      verdict = verification.get();
    } catch (AuthenticationUnavailableException e) {
      listener.onTokenRefused(new TokenRefused(TokenFault.UNVERIFIABLE, UNVERIFIABLE, address));
      throw e;
    }
    if (verdict instanceof Refused refused) {
      listener.onTokenRefused(
          new TokenRefused(
              refused.expired() ? TokenFault.EXPIRED : TokenFault.INVALID,
              refused.reason(),
              address));
    } else if (verdict instanceof Revoked revoked) {
      listener.onTokenRefused(new TokenRefused(TokenFault.REVOKED, revoked.reason(), address));
    } else if (verdict instanceof TenantRefused refused) {
      listener.onTokenRefused(
          new TokenRefused(
              TokenFault.TENANT, refused.reason(), address, refused.issuer(), refused.tenant()));
    }
    return verdict;
  }

  /** Hides the wrapped authenticator, which may hold keys. */
  @Override
  public String toString() {
    return "ObservedAuthenticator";
  }
}
