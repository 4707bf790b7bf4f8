package io.broadcasty.core.auth.jwt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.auth.AuthenticationUnavailableException;
import io.broadcasty.core.auth.Authenticator.Authenticated;
import io.broadcasty.core.auth.Authenticator.Refused;
import io.broadcasty.core.auth.Authenticator.Verdict;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CachingAuthenticatorTest {

  private final ManualTime time = new ManualTime();
  private final Instant end = time.now().plusSeconds(40);
  private int verifications;
  private boolean down;
  private final CachingAuthenticator authenticator = remembering(Duration.ofSeconds(60));

  @Test
  void verifiesAValidTokenOnce() {
    Verdict first = authenticator.authenticate("good-a");
    assertSame(first, authenticator.authenticate("good-a"));
    assertEquals(1, verifications);
    authenticator.authenticate("good-b");
    assertEquals(2, verifications);
  }

  @Test
  void expiresAfterTheCacheDuration() {
    CachingAuthenticator brief = remembering(Duration.ofSeconds(10));
    brief.authenticate("good");
    time.advance(Duration.ofSeconds(10).minusNanos(1));
    brief.authenticate("good");
    assertEquals(1, verifications);
    time.advance(Duration.ofNanos(1));
    brief.authenticate("good");
    assertEquals(2, verifications, "from the first time on, not from the last use");
  }

  @Test
  void stillChecksTheExpiryOfTheToken() {
    authenticator.authenticate("good");
    time.advance(Duration.ofSeconds(40).minusMillis(1));
    assertInstanceOf(Authenticated.class, authenticator.authenticate("good"));
    assertEquals(1, verifications);
    time.advance(Duration.ofMillis(1));
    assertInstanceOf(Refused.class, authenticator.authenticate("good"));
    assertEquals(2, verifications);
  }

  @Test
  void doesNotCacheARefusal() {
    assertInstanceOf(Refused.class, authenticator.authenticate("bad"));
    assertInstanceOf(Refused.class, authenticator.authenticate("bad"));
    assertEquals(2, verifications);
  }

  @Test
  void doesNotCacheAnOutageAndBridgesItForKnownTokens() {
    authenticator.authenticate("good-a");
    down = true;
    assertInstanceOf(Authenticated.class, authenticator.authenticate("good-a"));
    assertThrows(
        AuthenticationUnavailableException.class, () -> authenticator.authenticate("good-b"));
    down = false;
    assertInstanceOf(Authenticated.class, authenticator.authenticate("good-b"));
  }

  @Test
  void keepsABoundedNumberOfTokens() {
    for (int i = 0; i < CachingAuthenticator.MAX_TOKENS + 1000; i++) {
      authenticator.authenticate("good-" + i);
    }
    assertEquals(CachingAuthenticator.MAX_TOKENS, authenticator.size());
  }

  @Test
  void aLargeTokenCountsForSeveral() {
    int large = 16;
    for (int i = 0; i < CachingAuthenticator.MAX_TOKENS / large + 100; i++) {
      authenticator.authenticate(
          "good-" + i + "x".repeat(large * CachingAuthenticator.USUAL_LENGTH - 10));
    }
    assertTrue(authenticator.size() <= CachingAuthenticator.MAX_TOKENS / large);
  }

  @Test
  void otherTextsOfACachedTokenAreNeitherAcceptedNorCached() {
    JwtAuthenticator verifier =
        new JwtAuthenticator(TestTokens.settings(TestTokens.pem(TestTokens.RSA)), time);
    CachingAuthenticator cached =
        new CachingAuthenticator(verifier, Duration.ofSeconds(60), time, time);
    String token = TestTokens.sign(TestTokens.RSA, TestTokens.claims(time.now()));
    assertInstanceOf(Authenticated.class, cached.authenticate(token));
    for (int i = 1; i <= 100; i++) {
      assertInstanceOf(Refused.class, cached.authenticate(token + "=".repeat(i)));
      assertInstanceOf(Refused.class, cached.authenticate(token + " ".repeat(i)));
    }
    assertEquals(1, cached.size());
  }

  @Test
  void zeroVerifiesEveryTime() {
    CachingAuthenticator never = remembering(Duration.ZERO);
    never.authenticate("good");
    never.authenticate("good");
    assertEquals(2, verifications);
  }

  private CachingAuthenticator remembering(Duration time) {
    return new CachingAuthenticator(this::verify, time, this.time, this.time);
  }

  private Verdict verify(String token) {
    verifications++;
    if (down) {
      throw new AuthenticationUnavailableException("down", new IllegalStateException());
    }
    if (!token.startsWith("good")) {
      return new Refused("bad", false);
    }
    if (!end.isAfter(time.now())) {
      return new Refused("expired", true);
    }
    return new Authenticated(
        new Caller(new TenantId("acme"), "ann", Set.of(), Instant.EPOCH, end, Map.of(), token));
  }
}
