package io.broadcasty.core.auth.jwt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.util.Base64URL;
import io.broadcasty.core.auth.Authenticator.Authenticated;
import io.broadcasty.core.auth.Authenticator.Refused;
import io.broadcasty.core.auth.Authenticator.Verdict;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.time.ManualTime;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JwtAuthenticatorTest {

  private static final Base64URL NO_SIGNATURE = Base64URL.encode("");

  private final ManualTime time = new ManualTime();
  private final JwtAuthenticator authenticator =
      new JwtAuthenticator(
          TestTokens.settings(new JWKSet(List.of(TestTokens.RSA, TestTokens.EC)).toString()), time);

  // Valid tokens.

  @Test
  void takesRs256() {
    Caller caller = accepted(good());
    assertEquals("acme", caller.tenant().value());
    assertEquals("ann", caller.subject());
    assertEquals(Set.of("member", "publisher"), caller.roles());
    assertEquals(now().minusSeconds(60), caller.issuedAt());
    assertEquals(now().plusSeconds(3600 + 30), caller.expiresAt(), "the skew included");
    assertEquals(good(), caller.token());
    assertEquals("acme/ann", caller.toString());
  }

  @Test
  void takesPs256AndEs256() {
    accepted(
        TestTokens.sign(
            new JWSHeader.Builder(JWSAlgorithm.PS256).build(), TestTokens.RSA, claims()));
    accepted(
        TestTokens.sign(
            new JWSHeader.Builder(JWSAlgorithm.ES256).build(), TestTokens.EC, claims()));
  }

  @Test
  void takesAKeyByItsId() {
    accepted(
        TestTokens.sign(
            new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("rsa-1").build(),
            TestTokens.RSA,
            claims()));
  }

  @Test
  void aPemKeyHasNoIdSoATokensKeyIdDoesNotMatter() {
    JwtAuthenticator byPem =
        new JwtAuthenticator(TestTokens.settings(TestTokens.pem(TestTokens.RSA)), time);
    String token =
        TestTokens.sign(
            new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("of-the-issuer").build(),
            TestTokens.RSA,
            claims());
    assertInstanceOf(Authenticated.class, byPem.authenticate(token));
  }

  @ParameterizedTest
  @ValueSource(strings = {"JWT", "jwt", "at+jwt", "application/at+jwt"})
  void takesTheTypesOfAccessTokens(String type) {
    accepted(typed(type));
  }

  @Test
  void takesRolesAsOneStringWithBlanksBetween() {
    assertEquals(Set.of("a", "b", "c"), accepted(with(c -> c.put("roles", " a  b\tc "))).roles());
    assertEquals(Set.of(), accepted(with(c -> c.put("roles", ""))).roles());
    assertEquals(Set.of(), accepted(with(c -> c.put("roles", List.of()))).roles());
  }

  // Time.

  @Test
  void anExpiredTokenIsTakenWithinTheSkewAndThenRefusedAsExpired() {
    String token = good();
    time.advance(Duration.ofSeconds(3600 + 29));
    accepted(token);
    time.advance(Duration.ofSeconds(1));
    Refused refused = assertInstanceOf(Refused.class, authenticator.authenticate(token));
    assertTrue(refused.expired());
  }

  @Test
  void onlyAnOtherwiseGoodTokenIsCalledExpired() {
    String expired =
        with(
            c -> {
              c.put("exp", now().minusSeconds(60).getEpochSecond());
              c.remove("sub");
            });
    refused(expired, "`sub`");
    refused(TestTokens.sign(TestTokens.OTHER_RSA, Map.of("exp", 1)), "signature");
  }

  @Test
  void aTokenFromTheFutureIsTakenWithinTheSkewOnly() {
    accepted(with(c -> c.put("iat", now().plusSeconds(30).getEpochSecond())));
    refused(with(c -> c.put("iat", now().plusSeconds(31).getEpochSecond())), "future");
    accepted(with(c -> c.put("nbf", now().plusSeconds(30).getEpochSecond())));
    refused(with(c -> c.put("nbf", now().plusSeconds(31).getEpochSecond())), "not valid yet");
  }

  @Test
  void aDistantExpiryIsLimitedToTheLatestEnd() {
    Caller caller = accepted(with(c -> c.put("exp", Long.MAX_VALUE / 1000)));
    assertTrue(caller.expiresAt().toEpochMilli() > time.nowMillis());
  }

  // Attacks.

  @Test
  void refusesAnUnsignedToken() {
    String none = Base64URL.encode("{\"alg\":\"none\"}") + "." + payload(claims()) + ".";
    refused(none, "algorithm");
    refused(none + signatureOf(good()), "algorithm", "JSON Web Token");
  }

  @Test
  void refusesATokenSignedWithThePublicKeyAsASecret() {
    byte[] pem = TestTokens.pem(TestTokens.RSA).getBytes(StandardCharsets.US_ASCII);
    JwtAuthenticator byPem =
        new JwtAuthenticator(TestTokens.settings(TestTokens.pem(TestTokens.RSA)), time);
    for (byte[] secret :
        List.of(
            pem,
            new String(pem, StandardCharsets.US_ASCII)
                .strip()
                .getBytes(StandardCharsets.US_ASCII))) {
      String token = hmac(claims(), secret);
      refused(byPem.authenticate(token), token, "algorithm");
      refused(token, "algorithm");
    }
  }

  @Test
  void refusesAnotherKey() {
    refused(TestTokens.sign(TestTokens.OTHER_RSA, claims()), "signature");
  }

  @Test
  void refusesAnotherKeyUnderAKnownId() {
    refused(
        TestTokens.sign(
            new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("rsa-1").build(),
            TestTokens.OTHER_RSA,
            claims()),
        "signature");
  }

  @Test
  void refusesAKeyIdThatIsNotKnown() {
    refused(
        TestTokens.sign(
            new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("rsa-2").build(),
            TestTokens.OTHER_RSA,
            claims()),
        "not known here");
  }

  @Test
  void doesNotTakeAKeyThatTheTokenBrings() {
    refused(
        TestTokens.sign(
            new JWSHeader.Builder(JWSAlgorithm.RS256)
                .jwk(TestTokens.OTHER_RSA.toPublicJWK())
                .build(),
            TestTokens.OTHER_RSA,
            claims()),
        "signature");
  }

  @Test
  void refusesOtherClaimsUnderAGoodSignature() {
    Map<String, Object> changedClaims = claims();
    changedClaims.put("tid", "globex");
    String[] parts = good().split("\\.", -1);
    refused(parts[0] + "." + payload(changedClaims) + "." + parts[2], "signature");
    refused(parts[0] + "." + parts[1] + "." + NO_SIGNATURE, "JSON Web Token", "signature");
  }

  @Test
  void refusesAnAlgorithmThatIsNotAllowedThoughTheKeyWouldFit() {
    refused(
        TestTokens.sign(
            new JWSHeader.Builder(JWSAlgorithm.RS512).build(), TestTokens.RSA, claims()),
        "algorithm");
  }

  @Test
  void refusesACriticalHeaderThatIsNotUnderstood() {
    refused(
        TestTokens.sign(
            new JWSHeader.Builder(JWSAlgorithm.RS256).criticalParams(Set.of("x-y")).build(),
            TestTokens.RSA,
            claims()),
        "`crit`");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "[\"b64\"]", "[\"alg\"]", "[\"exp\",\"x-y\"]", "null", "{}"})
  void refusesEveryCriticalHeader(String crit) {
    refused(withHeader("{\"alg\":\"RS256\",\"crit\":" + crit + "}"), "`crit`", "JSON Web Token");
    refused(
        withHeader("{\"alg\":\"RS256\",\"b64\":true,\"crit\":" + crit + "}"),
        "`b64`",
        "JSON Web Token");
  }

  @Test
  void refusesAnUnencodedPayload() {
    refused(withHeader("{\"alg\":\"RS256\",\"b64\":true}"), "`b64`");
    accepted(withHeader("{\"alg\":\"RS256\",\"x-y\":1}"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"=", "==", "====", "\n", " ", "*", "%3D", "\u0000", ".", "A", "AA", "\u00e9"})
  void refusesATextThatDecodesToAGoodToken(String junk) {
    for (String good : List.of(good(), goodByEc())) {
      String[] parts = good.split("\\.", -1);
      for (int part = 0; part < 3; part++) {
        String[] changed = parts.clone();
        changed[part] = parts[part] + junk;
        assertInstanceOf(Refused.class, authenticator.authenticate(String.join(".", changed)));
        changed[part] = junk + parts[part];
        assertInstanceOf(Refused.class, authenticator.authenticate(String.join(".", changed)));
      }
    }
  }

  @Test
  void refusesOtherUnusedBitsInTheLastCharacterOfAPart() {
    String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (String good : List.of(good(), goodByEc())) {
      accepted(good);
      for (int end = good.indexOf('.'); end > 0; end = nextEnd(good, end)) {
        for (int i = 0; i < alphabet.length(); i++) {
          char letter = alphabet.charAt(i);
          if (letter != good.charAt(end - 1)) {
            String changed = good.substring(0, end - 1) + letter + good.substring(end);
            assertInstanceOf(Refused.class, authenticator.authenticate(changed), changed);
          }
        }
      }
    }
  }

  private static int nextEnd(String token, int end) {
    int dot = token.indexOf('.', end + 1);
    return end == token.length() ? -1 : dot < 0 ? token.length() : dot;
  }

  @ParameterizedTest
  @ValueSource(strings = {"logout+jwt", "dpop+jwt", "JWE", "secevent+jwt"})
  void refusesOtherKindsOfSignedTokens(String type) {
    refused(typed(type), "`typ`");
  }

  @Test
  void takesALargeTokenUpToTheLimit() {
    accepted(with(c -> c.put("note", "n".repeat(48_000))));
    refused(with(c -> c.put("note", "n".repeat(49_000))), "longer than 65536");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "x",
        ".",
        "..",
        "...",
        "....",
        "a.b.c",
        "Bearer a.b.c",
        "e30.e30.e30",
        "e30.e30.",
        "{\"alg\":\"RS256\"}",
        "null.null.null",
        "%00.%00.%00",
        "eyJhbGciOiJSUzI1NiJ9..x",
        "eyJhbGciOm51bGx9.e30.e30",
        "eyJhbGciOjd9.e30.e30",
        "é.é.é",
        "\u0000"
      })
  void refusesGarbage(String garbage) {
    assertFalse(
        assertInstanceOf(Refused.class, authenticator.authenticate(garbage)).reason().isBlank());
  }

  @Test
  void refusesEveryChangeOfAGoodToken() {
    long seed = 20260921;
    Random random = new Random(seed);
    String good = good();
    String letters = "ABCxyz019-_.=+/ \n\u0000é";
    for (int round = 0; round < 500; round++) {
      int at = random.nextInt(good.length());
      char letter = letters.charAt(random.nextInt(letters.length()));
      if (letter == good.charAt(at)) {
        continue;
      }
      String changed = good.substring(0, at) + letter + good.substring(at + 1);
      Verdict verdict;
      try {
        verdict = authenticator.authenticate(changed);
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + seed + ": " + changed, e);
      }
      assertTrue(verdict instanceof Refused, "seed " + seed + ": " + changed);
    }
  }

  // Claims.

  @ParameterizedTest
  @ValueSource(strings = {"sub", "tid", "roles", "iat", "exp"})
  void refusesATokenWithoutARequiredClaim(String claim) {
    refused(with(c -> c.remove(claim)), "`" + claim + "`");
    refused(with(c -> c.put(claim, null)), "`" + claim + "`");
  }

  @Test
  void refusesClaimsOfTheWrongType() {
    refused(with(c -> c.put("sub", List.of("secret-subject"))), "wrong type");
    refused(with(c -> c.put("sub", " ")), "`sub`");
    refused(with(c -> c.put("sub", 5)), "`sub`");
    refused(with(c -> c.put("sub", 5.5)), "`sub`");
    refused(with(c -> c.put("sub", true)), "`sub`", "wrong type");
    refused(with(c -> c.put("sub", Map.of("id", "ann"))), "`sub`", "wrong type");
    refused(with(c -> c.put("tid", 7)), "`tid`");
    refused(with(c -> c.put("tid", List.of("acme"))), "`tid`");
    refused(with(c -> c.put("roles", 7)), "`roles`");
    refused(with(c -> c.put("roles", List.of("member", 7))), "`roles`");
    refused(with(c -> c.put("roles", Map.of("member", true))), "`roles`");
    refused(with(c -> c.put("iat", "yesterday")), "wrong type");
    refused(with(c -> c.put("exp", "2099-01-01")), "wrong type");
    refused(with(c -> c.put("exp", true)), "wrong type");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "ac me", "acme/other", "../acme", "acme\n", "tenant-é", "a:b"})
  void refusesAnInvalidTenant(String tenant) {
    Refused refused = refused(with(c -> c.put("tid", tenant)), "`tid`");
    if (tenant.length() > 3) {
      assertFalse(refused.reason().contains(tenant), refused.reason());
    }
  }

  @Test
  void refusesATenantOf65Characters() {
    accepted(with(c -> c.put("tid", "t".repeat(64))));
    refused(with(c -> c.put("tid", "t".repeat(65))), "`tid`");
  }

  @ParameterizedTest
  @ValueSource(strings = {"hello", "[]", "null", "{\"sub\":", ""})
  void refusesASignedPayloadWithoutClaims(String content) {
    refused(
        TestTokens.sign(
            new JWSHeader.Builder(JWSAlgorithm.RS256).build(),
            TestTokens.RSA,
            new Payload(content)),
        "content",
        "JSON Web Token",
        "`sub`");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\u0000", "\ud83d", "a\ude00b"})
  void refusesASubjectThatNoStoreCanKeep(String subject) {
    String json =
        "{\"sub\":\""
            + subject
                .replace("\u0000", "\\u0000")
                .replace("\ud83d", "\\ud83d")
                .replace("\ude00", "\\ude00")
            + "\",\"tid\":\"acme\",\"roles\":[],\"iat\":1,\"exp\":"
            + now().plusSeconds(60).getEpochSecond()
            + "}";
    refused(
        TestTokens.sign(
            new JWSHeader.Builder(JWSAlgorithm.RS256).build(), TestTokens.RSA, new Payload(json)),
        "surrogate");
  }

  @Test
  void checksTheIssuer() {
    JwtAuthenticator strict = strict("https://id.example", List.of());
    Consumer<Map<String, Object>> right = c -> c.put("iss", "https://id.example");
    assertInstanceOf(Authenticated.class, strict.authenticate(with(right)));
    for (String token :
        List.of(
            good(),
            with(c -> c.put("iss", "https://id.example/")),
            with(c -> c.put("iss", "https://evil.example")))) {
      refused(strict.authenticate(token), token, "`iss`");
    }
    accepted(with(right));
  }

  @Test
  void checksTheAudience() {
    JwtAuthenticator strict = strict(null, List.of("broadcasty", "realtime"));
    for (Object good : List.of("broadcasty", List.of("x", "realtime"))) {
      assertInstanceOf(Authenticated.class, strict.authenticate(with(c -> c.put("aud", good))));
    }
    for (String token :
        List.of(
            good(),
            with(c -> c.put("aud", "other")),
            with(c -> c.put("aud", List.of())),
            with(c -> c.put("aud", "broadcasty realtime")))) {
      refused(strict.authenticate(token), token, "`aud`");
    }
  }

  @Test
  void keepsEveryClaimForTheApplication() {
    Map<String, Object> claims = accepted(with(c -> c.put("upn", "ann@acme"))).claims();
    assertEquals("ann@acme", claims.get("upn"));
    assertEquals("acme", claims.get("tid"));
  }

  // Settings.

  @ParameterizedTest
  @ValueSource(strings = {"HS256", "HS512", "none", "", "rs256", "RSA", "Ed448"})
  void takesNoAlgorithmButThoseWithPublicKeys(String name) {
    JwtSettings settings = TokenSettings.keys(TestTokens.pem(TestTokens.RSA), name);
    IllegalArgumentException refusal =
        assertThrows(IllegalArgumentException.class, () -> new JwtAuthenticator(settings, time));
    assertTrue(String.valueOf(refusal.getMessage()).contains("RS256"));
  }

  @Test
  void needsKeys() {
    JwtSettings settings =
        TokenSettings.settings(null, null, null, Set.of("RS256"), ClaimMapping.USUAL);
    assertThrows(IllegalArgumentException.class, () -> new JwtAuthenticator(settings, time));
  }

  private JwtAuthenticator strict(
      @org.jspecify.annotations.Nullable String issuer, List<String> audiences) {
    return new JwtAuthenticator(
        new JwtSettings(
            TestTokens.pem(TestTokens.RSA),
            null,
            null,
            Set.of("RS256"),
            issuer,
            audiences,
            JwtSettings.USUAL_CLAIMS,
            JwtSettings.MAX_LENGTH,
            null,
            Duration.ofSeconds(30),
            Duration.ZERO,
            null,
            ClaimMapping.USUAL),
        time);
  }

  @Test
  void needsTheClaimsThatAreConfigured() {
    JwtAuthenticator strict = requiring("sub", "tid", "roles", "iat", "exp", "jti", "scope");
    Refused lacking = refused(strict.authenticate(good()), good(), "`jti`");
    assertTrue(
        lacking.reason().endsWith("needs `sub`, `tid`, `roles`, `iat`, `exp`, `jti` and `scope`"),
        lacking.reason());
    String withNull = with(claims -> claims.put("jti", null));
    refused(strict.authenticate(withNull), withNull, "`jti`");
    assertInstanceOf(
        Authenticated.class,
        strict.authenticate(
            with(
                claims -> {
                  claims.put("jti", "7");
                  claims.put("scope", List.of());
                })));
  }

  @Test
  void rolesAndTheTimeOfIssueCanBeLeftOut() {
    JwtAuthenticator lenient = requiring("sub");
    Consumer<Map<String, Object>> change =
        claims -> {
          claims.remove("roles");
          claims.remove("iat");
        };
    assertEquals(
        Set.of(),
        assertInstanceOf(Authenticated.class, lenient.authenticate(with(change))).caller().roles());
    for (String always : List.of("sub", "tid", "exp")) {
      String token = with(claims -> claims.remove(always));
      refused(lenient.authenticate(token), token, "`" + always + "`");
    }
    String wrongType = with(claims -> claims.put("roles", 7));
    refused(lenient.authenticate(wrongType), wrongType, "`roles`");
    String future = with(claims -> claims.put("iat", now().plusSeconds(60).getEpochSecond()));
    refused(lenient.authenticate(future), future, "future");
  }

  /** Revocations are kept for as long as tokens can live. */
  @Test
  void refusesATokenThatLivesTooLong() {
    JwtAuthenticator limited = requiring(Duration.ofHours(1), "sub");
    String atTheLimit = living(Duration.ofHours(1));
    assertInstanceOf(Authenticated.class, limited.authenticate(atTheLimit));
    String longer = living(Duration.ofSeconds(3601));
    refused(limited.authenticate(longer), longer, "max-life");
    assertInstanceOf(Authenticated.class, requiring("sub").authenticate(longer));
    String ofUnknownStart =
        with(
            claims -> {
              claims.remove("iat");
              claims.put("exp", now().plusSeconds(3601).getEpochSecond());
            });
    refused(limited.authenticate(ofUnknownStart), ofUnknownStart, "max-life");
  }

  private String living(Duration life) {
    return with(
        claims -> {
          claims.put("iat", now().getEpochSecond());
          claims.put("exp", now().plus(life).getEpochSecond());
        });
  }

  private JwtAuthenticator requiring(String... claims) {
    return requiring(null, claims);
  }

  private JwtAuthenticator requiring(
      @org.jspecify.annotations.Nullable Duration maxLife, String... claims) {
    return new JwtAuthenticator(
        new JwtSettings(
            TestTokens.pem(TestTokens.RSA),
            null,
            null,
            Set.of("RS256"),
            null,
            List.of(),
            Set.of(claims),
            JwtSettings.MAX_LENGTH,
            maxLife,
            Duration.ofSeconds(30),
            Duration.ZERO,
            null,
            ClaimMapping.USUAL),
        time);
  }

  private Instant now() {
    return time.now();
  }

  private Map<String, Object> claims() {
    return TestTokens.claims(now());
  }

  private String good() {
    return TestTokens.sign(TestTokens.RSA, claims());
  }

  private String goodByEc() {
    return TestTokens.sign(
        new JWSHeader.Builder(JWSAlgorithm.ES256).build(), TestTokens.EC, claims());
  }

  /** Returns valid claims, signed under this header, which the library would not write. */
  private String withHeader(String header) {
    try {
      String content = Base64URL.encode(header) + "." + payload(claims());
      Signature signer = Signature.getInstance("SHA256withRSA");
      signer.initSign(TestTokens.RSA.toPrivateKey());
      signer.update(content.getBytes(StandardCharsets.US_ASCII));
      return content + "." + Base64URL.encode(signer.sign());
    } catch (GeneralSecurityException | com.nimbusds.jose.JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  private String with(Consumer<Map<String, Object>> change) {
    Map<String, Object> claims = new HashMap<>(claims());
    change.accept(claims);
    return TestTokens.sign(TestTokens.RSA, claims);
  }

  private String typed(String type) {
    return TestTokens.sign(
        new JWSHeader.Builder(JWSAlgorithm.RS256).type(new JOSEObjectType(type)).build(),
        TestTokens.RSA,
        claims());
  }

  private Caller accepted(String token) {
    Verdict verdict = authenticator.authenticate(token);
    return assertInstanceOf(Authenticated.class, verdict, verdict::toString).caller();
  }

  private Refused refused(String token, String... because) {
    return refused(authenticator.authenticate(token), token, because);
  }

  /** Asserts a refusal whose reason reveals nothing of the token. */
  private static Refused refused(Verdict verdict, String token, String... because) {
    Refused refused = assertInstanceOf(Refused.class, verdict);
    String reason = refused.reason();
    assertFalse(refused.expired());
    assertTrue(List.of(because).stream().anyMatch(reason::contains), reason);
    for (String part : token.split("\\.", -1)) {
      assertFalse(part.length() > 3 && reason.contains(part), reason);
    }
    for (String value : List.of("ann", "acme", "globex", "publisher", "evil", "secret-subject")) {
      assertFalse(reason.contains(value), reason);
    }
    return refused;
  }

  private static Base64URL payload(Map<String, Object> claims) {
    return new Payload(claims).toBase64URL();
  }

  private static String signatureOf(String token) {
    return token.substring(token.lastIndexOf('.') + 1);
  }

  /** Signs by hand, since the library refuses to sign such a token. */
  private static String hmac(Map<String, Object> claims, byte[] secret) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret, "HmacSHA256"));
      String signed = Base64URL.encode("{\"alg\":\"HS256\"}") + "." + payload(claims);
      byte[] signature = mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII));
      assertNotNull(signature);
      return signed + "." + Base64URL.encode(signature);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
