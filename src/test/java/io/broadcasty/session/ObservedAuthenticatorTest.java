package io.broadcasty.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.broadcasty.auth.AuthenticationUnavailableException;
import io.broadcasty.auth.Authenticator;
import io.broadcasty.lifecycle.ConnectionEvent.TokenFault;
import io.broadcasty.lifecycle.ConnectionEvent.TokenRefused;
import io.broadcasty.lifecycle.RecordingListener;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests that refused tokens are reported with their reason. */
class ObservedAuthenticatorTest {

  private final RecordingListener listener = new RecordingListener();

  private Authenticator observed(Authenticator inner) {
    return new ObservedAuthenticator(inner, listener);
  }

  @Test
  void aGoodTokenIsNotToldOf() {
    Authenticator.Verdict good = new Authenticator.Authenticated(new Node().ann());
    assertSame(good, observed(token -> good).authenticate("t"));
    assertEquals(List.of(), listener.take());
  }

  @Test
  void aRefusedTokenIsToldOfWithItsFault() {
    Authenticator.Verdict bad = new Authenticator.Refused("its signature is wrong", false);
    Authenticator.Verdict old = new Authenticator.Refused("it has expired", true);
    assertSame(bad, observed(token -> bad).authenticate("t"));
    assertSame(old, observed(token -> old).authenticate("t"));
    assertEquals(
        List.of(new TokenRefused(TokenFault.INVALID), new TokenRefused(TokenFault.EXPIRED)),
        listener.take());
  }

  @Test
  void aTokenThatCannotBeCheckedIsToldOfToo() {
    Authenticator away =
        observed(
            token -> {
              throw new AuthenticationUnavailableException("no keys", new IllegalStateException());
            });
    assertThrows(AuthenticationUnavailableException.class, () -> away.authenticate("t"));
    assertEquals(List.of(new TokenRefused(TokenFault.UNVERIFIABLE)), listener.take());
  }
}
