package io.broadcasty.core.auth.jwt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import io.broadcasty.LogCapture;
import io.broadcasty.core.auth.Authenticator.Authenticated;
import io.broadcasty.core.auth.Authenticator.Refused;
import io.broadcasty.core.auth.Pem;
import io.broadcasty.core.time.ManualTime;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests keys in the forms that operators paste. */
class PublicKeysTest {

  /** A self-signed certificate of the key below. */
  private static final String CERTIFICATE =
      """
      -----BEGIN CERTIFICATE-----
      MIIBizCCATGgAwIBAgIUHOa6G7UEZ8SY2RLs6o+0elTJcR8wCgYIKoZIzj0EAwIw
      GjEYMBYGA1UEAwwPYnJvYWRjYXN0eS10ZXN0MCAXDTI2MTEyNDIxMjkwN1oYDzIx
      MjYxMDMxMjEyOTA3WjAaMRgwFgYDVQQDDA9icm9hZGNhc3R5LXRlc3QwWTATBgcq
      hkjOPQIBBggqhkjOPQMBBwNCAAQ0+RsXup3/SVHFZ05hNjyjqQXdhNN66/leUHZ0
      W1MoL8WnGKRIeu6ZwcZjbXF21ZOZ8E4jD09+DyMYBi+BqAFAo1MwUTAdBgNVHQ4E
      FgQUu8BY4wDZzf1/wMLgZxmjfdxwLZswHwYDVR0jBBgwFoAUu8BY4wDZzf1/wMLg
      ZxmjfdxwLZswDwYDVR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiEA4jSy
      TE+bktXYokURmCkDYOmo+PwVnwTUG4JoaRZP70QCIC0PGaJzW9pxN0hznceZ8w1Y
      ZeTnmXpan0SQ6s9ZjAEl
      -----END CERTIFICATE-----
      """;

  private static final String KEY =
      """
      -----BEGIN PUBLIC KEY-----
      MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAENPkbF7qd/0lRxWdOYTY8o6kF3YTT
      euv5XlB2dFtTKC/FpxikSHrumcHGY21xdtWTmfBOIw9Pfg8jGAYvgagBQA==
      -----END PUBLIC KEY-----
      """;

  private final ManualTime time = new ManualTime();
  private final String token = TestTokens.sign(TestTokens.RSA, TestTokens.claims(time.now()));

  @Test
  void takesPem() {
    assertAccepts(TestTokens.settings(TestTokens.pem(TestTokens.RSA)));
  }

  @Test
  void takesPemAsEnvironmentVariablesHaveIt() {
    String pem = TestTokens.pem(TestTokens.RSA);
    assertAccepts(TestTokens.settings(pem.replace("\n", "\\n")));
    assertAccepts(TestTokens.settings(pem.replace("\n", "\r\n")));
    assertAccepts(TestTokens.settings(pem.replace("\n", " ")));
    assertAccepts(TestTokens.settings("  \n# our issuer\n" + pem + "\n\n"));
  }

  @Test
  void takesSeveralKeys() {
    String both = TestTokens.pem(TestTokens.OTHER_RSA) + TestTokens.pem(TestTokens.RSA) + KEY;
    assertAccepts(TestTokens.settings(both));
  }

  @Test
  void takesACertificateForItsKey() {
    String described = PublicKeys.describe(PublicKeys.parse(CERTIFICATE));
    assertEquals(PublicKeys.describe(PublicKeys.parse(KEY)), described);
    assertTrue(described.startsWith("[EC 256 bit, SHA-256 thumbprint "), described);
  }

  @Test
  void takesAJwkOrAJwkSet() {
    assertAccepts(TestTokens.settings(TestTokens.RSA.toPublicJWK().toString()));
    assertAccepts(
        TestTokens.settings(new JWKSet(List.of(TestTokens.OTHER_RSA, TestTokens.RSA)).toString()));
  }

  @Test
  void ignoresSecretsInAJwkSet() {
    var secret = new OctetSequenceKey.Builder(new byte[32]).keyID("hmac").build();
    String set = new JWKSet(List.of(secret, TestTokens.RSA.toPublicJWK())).toString(false);
    assertAccepts(TestTokens.settings(set));
    assertRefused(new JWKSet(secret).toString(false), "no public key");
  }

  @Test
  void skipsAKeyOfASetThatCannotBeUsed() {
    String bad = "{\"kty\":\"RSA\",\"kid\":\"bad\",\"n\":\"AQAB\"}";
    try (LogCapture log = new LogCapture(PublicKeys.class)) {
      assertAccepts(
          TestTokens.settings("{\"keys\":[" + bad + "," + TestTokens.RSA.toPublicJWK() + "]}"));
      assertTrue(log.text().contains("key 1 (kid \"bad\")"), log.text());
    }
    assertRefused("{\"keys\":[" + bad + "]}", "key 1 (kid \"bad\")");
  }

  @Test
  void takesAFile(@TempDir Path dir) throws Exception {
    Path pem = Files.writeString(dir.resolve("key.pem"), TestTokens.pem(TestTokens.RSA));
    assertAccepts(TestTokens.at(pem.toString()));
    assertAccepts(TestTokens.at(pem.toUri().toString()));
    Path set = Files.writeString(dir.resolve("jwks.json"), new JWKSet(TestTokens.RSA).toString());
    assertAccepts(TestTokens.at(set.toString()));
  }

  @Test
  void namesTheFileThatCannotBeRead(@TempDir Path dir) {
    String missing = dir.resolve("no.pem").toString();
    IllegalArgumentException refusal =
        assertThrows(
            IllegalArgumentException.class,
            () -> new JwtAuthenticator(TestTokens.at(missing), time));
    assertTrue(String.valueOf(refusal.getMessage()).contains(missing));
  }

  @Test
  void refusesAPrivateKey() throws Exception {
    byte[] der = TestTokens.RSA.toPrivateKey().getEncoded();
    assertRefused(Pem.of("PRIVATE KEY", der), "it is a PRIVATE KEY");
    assertRefused(Pem.of("RSA PRIVATE KEY", der), "it is a RSA PRIVATE KEY");
    assertRefused(TestTokens.RSA.toJSONString(), "private key");
    assertRefused(new JWKSet(TestTokens.EC).toString(false), "private key");
  }

  @Test
  void refusesAShortKey() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(1024);
    var shortKey = generator.generateKeyPair().getPublic();
    assertRefused(TestTokens.pem(shortKey), "2048 bits");
    var jwk =
        new com.nimbusds.jose.jwk.RSAKey.Builder((java.security.interfaces.RSAPublicKey) shortKey)
            .build();
    assertRefused(jwk.toJSONString(), "2048 bits");
  }

  @Test
  void refusesOtherKindsOfKeys() throws Exception {
    var ed448 = KeyPairGenerator.getInstance("Ed448").generateKeyPair().getPublic();
    assertRefused(TestTokens.pem(ed448), "not a public key");
    KeyPairGenerator p384 = KeyPairGenerator.getInstance("EC");
    p384.initialize(new ECGenParameterSpec("secp384r1"));
    PublicKeys.parse(TestTokens.pem(p384.generateKeyPair().getPublic()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE",
        "-----BEGIN PUBLIC KEY-----",
        "-----BEGIN PUBLIC KEY-----\n-----END CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----",
        """
        -----BEGIN PUBLIC KEY-----
        MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
        -----END PUBLIC KEY-----\
        """,
        "-----BEGIN PUBLIC KEY-----\nA\n-----END PUBLIC KEY-----",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
        "{}",
        "{\"keys\":[]}",
        "{\"keys\":7}",
        "{\"kty\":\"RSA\"}",
        "{broken",
        "ssh-rsa AAAAB3NzaC1yc2E= ann@acme"
      })
  void refusesGarbageWithAReason(String garbage) {
    assertRefused(garbage, "");
  }

  private void assertAccepts(JwtSettings settings) {
    JwtAuthenticator authenticator = new JwtAuthenticator(settings, time);
    assertInstanceOf(Authenticated.class, authenticator.authenticate(token));
    String otherToken = TestTokens.sign(TestTokens.rsaOfNobody(), TestTokens.claims(time.now()));
    assertInstanceOf(Refused.class, authenticator.authenticate(otherToken));
  }

  private static void assertRefused(String keys, String because) {
    IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> PublicKeys.parse(keys));
    String message = String.valueOf(refusal.getMessage());
    assertTrue(message.contains(because), message);
    assertFalse(message.isBlank());
    assertFalse(keys.length() > 60 && message.contains(keys.substring(40, 60)), message);
  }
}
