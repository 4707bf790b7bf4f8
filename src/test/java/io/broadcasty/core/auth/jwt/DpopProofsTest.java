package io.broadcasty.core.auth.jwt;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.Payload;
import io.broadcasty.core.auth.AuthenticationUnavailableException;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.auth.LocalNonceStore;
import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DpopProofsTest {

  private static final String URL = "https://rt.example.com/broadcasty/publish";
  private static final String TOKEN = "a.b.c";

  private final ManualTime time = new ManualTime();
  private final DpopProofs proofs =
      new DpopProofs(
          new LocalNonceStore(Duration.ofMinutes(20), MemoryBudget.unlimited(MemoryArea.IDS), time),
          time);
  private final Caller caller = TestProofs.caller(TOKEN, TestProofs.KEY);

  private @Nullable String fault(String proof) {
    return proofs.fault(proof, "POST", List.of(URL), caller);
  }

  private Map<String, Object> claims(String id) {
    return TestProofs.claims(id, "POST", URL, TOKEN, time.now());
  }

  private static void assertFault(String part, @Nullable String fault) {
    assertTrue(fault != null && fault.contains(part), String.valueOf(fault));
  }

  @Test
  void aProofIsAcceptedOnce() {
    String proof = TestProofs.proof(claims("1"));
    assertNull(fault(proof));
    assertFault("used before", fault(proof));
    assertFault("used before", fault(TestProofs.proof(claims("1"))));
    assertNull(fault(TestProofs.proof(claims("2"))));
  }

  @Test
  void anRsaKeyProvesToo() {
    Caller bound = TestProofs.caller(TOKEN, TestTokens.RSA);
    String proof =
        TestProofs.proof("dpop+jwt", TestTokens.RSA, TestTokens.RSA.toPublicJWK(), claims("1"));
    assertNull(proofs.fault(proof, "POST", List.of(URL), bound));
  }

  @ParameterizedTest
  @CsvSource({
    "htm, GET, `htm`",
    "htm, post, `htm`",
    "htu, https://evil.example.com/broadcasty/publish, `htu`",
    "htu, https://rt.example.com/broadcasty/replay, `htu`",
    "htu, http://rt.example.com/broadcasty/publish, `htu`",
    "htu, https://rt.example.com:8443/broadcasty/publish, `htu`",
    "htu, no url, JSON Web Token",
    "ath, fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo, `ath`",
    "jti, '', `jti`",
    "iat, soon, JSON Web Token",
  })
  void eachClaimCounts(String claim, String value, String part) {
    Map<String, Object> claims = claims("1");
    claims.put(claim, value);
    assertFault(part, fault(TestProofs.proof(claims)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"htm", "htu", "ath", "jti", "iat"})
  void eachClaimIsNeeded(String claim) {
    Map<String, Object> claims = claims("1");
    claims.remove(claim);
    assertFault("`" + claim + "`", fault(TestProofs.proof(claims)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTPS://RT.example.com:443/broadcasty/publish",
        "https://rt.example.com/broadcasty/publish?x=1#y",
        "https://rt.example.com/x/../broadcasty/publish",
      })
  void anotherFormOfTheUrlIsTheSame(String url) {
    Map<String, Object> claims = claims("1");
    claims.put("htu", url);
    assertNull(fault(TestProofs.proof(claims)));
  }

  @Test
  void aProofIsForAShortTime() {
    long window = DpopProofs.WINDOW.toSeconds();
    Map<String, Object> claims = claims("1");
    for (long seconds : List.of(-window - 1, window + 1)) {
      claims.put("iat", time.now().plusSeconds(seconds).getEpochSecond());
      assertFault("`iat`", fault(TestProofs.proof(claims)));
    }
    claims.put("iat", time.now().minusSeconds(window - 1).getEpochSecond());
    assertNull(fault(TestProofs.proof(claims)));
  }

  @Test
  void theKeyIsThatOfTheTokenAndHasSigned() {
    String other =
        TestProofs.proof("dpop+jwt", TestTokens.RSA, TestTokens.RSA.toPublicJWK(), claims("1"));
    assertFault("not the one", fault(other));
    Caller ofRsa = TestProofs.caller(TOKEN, TestTokens.RSA);
    String forged =
        TestProofs.proof(
            "dpop+jwt", TestTokens.OTHER_RSA, TestTokens.RSA.toPublicJWK(), claims("1"));
    assertFault("not signed", proofs.fault(forged, "POST", List.of(URL), ofRsa));
    String mixed =
        TestProofs.proof("dpop+jwt", TestProofs.KEY, TestTokens.RSA.toPublicJWK(), claims("1"));
    assertFault("cannot be used", proofs.fault(mixed, "POST", List.of(URL), ofRsa));
  }

  @Test
  void whatIsNoProofIsRefused() {
    for (String type : List.of("JWT", "at+jwt")) {
      assertFault(
          "`typ`",
          fault(TestProofs.proof(type, TestProofs.KEY, TestProofs.KEY.toPublicJWK(), claims("1"))));
    }
    for (String text : List.of("", "a", "a.b.c", "x".repeat(5000))) {
      assertFault("no JSON Web Token", fault(text));
    }
    JWSHeader without =
        new JWSHeader.Builder(JWSAlgorithm.ES256).type(new JOSEObjectType("dpop+jwt")).build();
    assertFault(
        "no JSON Web Token",
        fault(TestTokens.sign(without, TestProofs.KEY, new Payload(claims("1")))));
  }

  @Test
  void aTokenWithoutAKeyNeedsNone() {
    Caller unbound =
        new Caller(
            new TenantId("acme"),
            "ann",
            Set.of(),
            Instant.EPOCH,
            Instant.MAX,
            new HashMap<>(Map.of("cnf", Map.of("x5t#S256", "x"))),
            TOKEN);
    assertEquals(null, unbound.boundKey());
    assertFault(
        "not bound", proofs.fault(TestProofs.proof(claims("1")), "POST", List.of(URL), unbound));
  }

  @Test
  void aStoreOfIdsThatIsAwayIsNoRefusal() {
    DpopProofs away =
        new DpopProofs(
            (tenant, subject, nonce) -> {
              throw new AuthenticationUnavailableException("away");
            },
            time);
    assertThrows(
        AuthenticationUnavailableException.class,
        () -> away.fault(TestProofs.proof(claims("1")), "POST", List.of(URL), caller));
  }
}
