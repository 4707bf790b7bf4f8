package io.broadcasty.core.auth.jwt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.JSONObjectUtils;
import io.broadcasty.core.auth.Authenticator.Authenticated;
import io.broadcasty.core.auth.Authenticator.Refused;
import io.broadcasty.core.time.ManualTime;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.EdECPublicKey;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/** Tests tokens signed with a secret, and with keys of Ed25519. */
class SecretAndEd25519Test {

  private static final String SECRET = "0123456789abcdef0123456789abcdef";
  private static final KeyPair PAIR = pair("Ed25519");
  private static final KeyPair OTHER = pair("Ed25519");

  private final ManualTime time = new ManualTime();

  private static KeyPair pair(String algorithm) {
    try {
      return KeyPairGenerator.getInstance(algorithm).generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private JwtAuthenticator bySecret(String secret) {
    return new JwtAuthenticator(TokenSettings.secret(secret), time);
  }

  private String input(String header) {
    Map<String, Object> claims = TestTokens.claims(time.now());
    return Base64URL.encode(header) + "." + Base64URL.encode(JSONObjectUtils.toJSONString(claims));
  }

  private String hmac(String algorithm, String secret) {
    String input = input("{\"alg\":\"" + algorithm + "\",\"kid\":\"any\"}");
    String name = algorithm.replace("HS", "HmacSHA");
    try {
      Mac mac = Mac.getInstance(name);
      mac.init(new SecretKeySpec(secret.getBytes(UTF_8), name));
      return input + "." + Base64URL.encode(mac.doFinal(input.getBytes(UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private String ed25519(String header, KeyPair pair) {
    String input = input(header);
    try {
      Signature signature = Signature.getInstance("Ed25519");
      signature.initSign(pair.getPrivate());
      signature.update(input.getBytes(UTF_8));
      return input + "." + Base64URL.encode(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void accepted(JwtAuthenticator authenticator, String token) {
    assertInstanceOf(Authenticated.class, authenticator.authenticate(token));
  }

  private static void refused(JwtAuthenticator authenticator, String token, String reason) {
    Refused refused = assertInstanceOf(Refused.class, authenticator.authenticate(token));
    assertTrue(refused.reason().contains(reason), refused.reason());
  }

  @Test
  void aSecretVerifiesHs256AndNothingElse() {
    JwtAuthenticator authenticator = bySecret(SECRET);
    accepted(authenticator, hmac("HS256", SECRET));
    refused(authenticator, hmac("HS256", SECRET + "x"), "signature");
    refused(authenticator, hmac("HS512", SECRET + SECRET), "algorithm");
    refused(authenticator, input("{\"alg\":\"none\"}") + ".", "algorithm");
    refused(
        authenticator,
        TestTokens.sign(TestTokens.RSA, TestTokens.claims(time.now())),
        "sign it with HS256");
    assertEquals("a secret of 32 bytes", authenticator.describeKeys());
  }

  @Test
  void aSecretIsOptedInAloneAndLongEnough() {
    assertFalse(TokenSettings.secret(SECRET).toString().contains(SECRET));
    assertTrue(TokenSettings.secret(SECRET).hasKeys());
    rejected(TokenSettings.secret(SECRET.substring(1)), "32");
    JwtSettings secret = TokenSettings.secret(SECRET);
    rejected(
        TokenSettings.settings(
            TestTokens.pem(TestTokens.RSA), null, SECRET, Set.of("HS256"), ClaimMapping.USUAL),
        "one of them");
    rejected(
        TokenSettings.settings(null, null, SECRET, Set.of("HS256", "RS256"), ClaimMapping.USUAL),
        "only");
    accepted(new JwtAuthenticator(secret, time), hmac("HS256", SECRET));
  }

  private void rejected(JwtSettings settings, String reason) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> new JwtAuthenticator(settings, time));
    assertTrue(String.valueOf(e.getMessage()).contains(reason), e.getMessage());
  }

  @Test
  void keysOfEd25519AreReadAsPemAndAsJwk() {
    String pem = TestTokens.pem(PAIR.getPublic());
    String jwk = Ed25519Keys.jwk((EdECPublicKey) PAIR.getPublic()).toJSONString();
    String set = "{\"keys\":[" + jwk.replace("{", "{\"kid\":\"k\",") + "]}";
    for (String text : List.of(pem, jwk)) {
      JwtAuthenticator authenticator =
          new JwtAuthenticator(TokenSettings.keys(text, "EdDSA", "Ed25519", "RS256"), time);
      accepted(authenticator, ed25519("{\"alg\":\"EdDSA\"}", PAIR));
      accepted(authenticator, ed25519("{\"alg\":\"Ed25519\",\"kid\":\"any\"}", PAIR));
      refused(authenticator, ed25519("{\"alg\":\"EdDSA\"}", OTHER), "signature");
      refused(authenticator, ed25519("{\"alg\":\"EdDSA\"}", PAIR) + "AA", "signature");
      refused(authenticator, ed25519("{\"alg\":\"RS256\"}", PAIR), "key that is not known");
    }
    JwtAuthenticator bySet = new JwtAuthenticator(TokenSettings.keys(set, "EdDSA"), time);
    accepted(bySet, ed25519("{\"alg\":\"EdDSA\",\"kid\":\"k\"}", PAIR));
    refused(bySet, ed25519("{\"alg\":\"EdDSA\",\"kid\":\"x\"}", PAIR), "not known");
  }

  @Test
  void ed25519IsRefusedUnlessAllowedAndOtherCurvesCannotBeRead() {
    refused(
        new JwtAuthenticator(TokenSettings.keys(TestTokens.pem(TestTokens.RSA), "RS256"), time),
        ed25519("{\"alg\":\"EdDSA\"}", PAIR),
        "algorithm");
    rejected(TokenSettings.keys(TestTokens.pem(pair("Ed448").getPublic()), "EdDSA"), "");
    rejected(TokenSettings.keys(TestTokens.pem(pair("X25519").getPublic()), "EdDSA"), "");
  }
}
