package io.broadcasty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.broadcasty.core.auth.Authenticator.Authenticated;
import io.broadcasty.core.auth.Authenticator.Verdict;
import io.broadcasty.core.auth.jwt.JwtAuthenticator;
import io.broadcasty.core.auth.jwt.JwtSettings;
import io.broadcasty.core.auth.jwt.TokenSettings;
import io.broadcasty.core.time.WallClock;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the commands of docs/howto/tokens.md, and verifies the tokens that they print. */
class TokensPageTest {

  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  @SuppressWarnings("NullAway.Init")
  private TokensPage page;

  @BeforeEach
  void makeKeys() {
    page = new TokensPage(folder);
  }

  @Test
  void theShellSignsWithRsa() {
    verify("public.pem", "RS256", page.signByShell());
  }

  @Test
  void nodeSignsWithEd25519() {
    verify("ed-public.pem", "EdDSA", page.signByNode());
  }

  @Test
  void javaSignsWithEc() {
    verify("ec-public.pem", "ES256", page.signByJava());
  }

  @Test
  void phpSignsWithRsa() {
    verify("public.pem", "RS256", page.signByPhp());
  }

  @Test
  void pythonSignsWithTheSecret() {
    verify(TokenSettings.secret(page.file("secret.txt")), page.signByPython());
  }

  private void verify(String publicKey, String algorithm, String token) {
    verify(TokenSettings.keys(page.file(publicKey), algorithm), token);
  }

  private static void verify(JwtSettings settings, String token) {
    Verdict verdict = new JwtAuthenticator(settings, WallClock.system()).authenticate(token);
    Authenticated accepted = assertInstanceOf(Authenticated.class, verdict, verdict::toString);
    assertEquals("acme/ann", accepted.caller().toString());
    assertEquals(Set.of("participant"), accepted.caller().roles());
  }
}
