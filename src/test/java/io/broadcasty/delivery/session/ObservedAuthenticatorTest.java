package io.broadcasty.delivery.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.broadcasty.core.auth.AuthenticationUnavailableException;
import io.broadcasty.core.auth.Authenticator;
import io.broadcasty.core.lifecycle.ConnectionEvent.TokenFault;
import io.broadcasty.core.lifecycle.ConnectionEvent.TokenRefused;
import io.broadcasty.core.lifecycle.RecordingListener;
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
    assertSame(bad, observed(token -> bad).authenticate("t"));
    assertSame(old, observed(token -> old).authenticate("t"));
    assertEquals(
        List.of(new TokenRefused(TokenFault.INVALID), new TokenRefused(TokenFault.EXPIRED)),
        listener.take());
  }

  @Test
  void reportsAnUnverifiableToken() {
    Authenticator away =
        observed(
            token -> {
              throw new AuthenticationUnavailableException("no keys", new IllegalStateException());
            });
    assertThrows(AuthenticationUnavailableException.class, () -> away.authenticate("t"));
    assertEquals(List.of(new TokenRefused(TokenFault.UNVERIFIABLE)), listener.take());
  }
}
