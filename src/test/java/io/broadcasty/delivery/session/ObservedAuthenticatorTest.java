package io.broadcasty.delivery.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.broadcasty.core.auth.AuthenticationUnavailableException;
import io.broadcasty.core.auth.Authenticator;
import io.broadcasty.core.auth.Authenticator.TenantRefused;
import io.broadcasty.core.lifecycle.ConnectionEvent.TokenFault;
import io.broadcasty.core.lifecycle.ConnectionEvent.TokenRefused;
import io.broadcasty.core.lifecycle.RecordingListener;
import io.broadcasty.core.tenant.TenantId;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests that refused tokens are reported with their reason. */
class ObservedAuthenticatorTest {

  private final RecordingListener listener = new RecordingListener();

  private Authenticator observed(Authenticator inner) {
    return new ObservedAuthenticator(inner, listener);
  }

  @Test
  void doesNotReportAValidToken() {
    Authenticator.Verdict good = new Authenticator.Authenticated(new TestNode().ann());
    assertSame(good, observed(token -> good).authenticate("t"));
    assertEquals(List.of(), listener.take());
  }

  @Test
  void reportsARefusedTokenWithItsFault() {
    Authenticator.Verdict bad = new Authenticator.Refused("its signature is wrong", false);
    Authenticator.Verdict old = new Authenticator.Refused("it has expired", true);
    assertSame(bad, observed(token -> bad).authenticate("t", "192.0.2.1"));
    assertSame(old, observed(token -> old).authenticate("t"));
    Authenticator.Verdict revoked = new Authenticator.Revoked("it is revoked");
    assertSame(revoked, observed(token -> revoked).authenticate("t"));
    assertEquals(
        List.of(
            new TokenRefused(TokenFault.INVALID, "its signature is wrong", "192.0.2.1"),
            new TokenRefused(TokenFault.EXPIRED, "it has expired", null),
            new TokenRefused(TokenFault.REVOKED, "it is revoked", null)),
        listener.take());
  }

  @Test
  void reportsTheIssuerThatMayNotSignForATenant() {
    TenantId claimed = new TenantId("beta");
    Authenticator refusing = observed(token -> new TenantRefused("it may not", "main", claimed));
    var unused = refusing.authenticate("t", "192.0.2.1");
    assertEquals(
        List.of(new TokenRefused(TokenFault.TENANT, "it may not", "192.0.2.1", "main", claimed)),
        listener.take());
  }

  @Test
  void reportsAnUnverifiableToken() {
    Authenticator away =
        observed(
            token -> {
              throw new AuthenticationUnavailableException("no keys", new IllegalStateException());
            });
    assertThrows(
        AuthenticationUnavailableException.class, () -> away.authenticate("t", "192.0.2.1"));
    assertEquals(
        List.of(
            new TokenRefused(
                TokenFault.UNVERIFIABLE,
                "the keys that verify tokens cannot be fetched",
                "192.0.2.1")),
        listener.take());
  }
}
