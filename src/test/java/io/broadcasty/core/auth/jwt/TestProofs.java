package io.broadcasty.core.auth.jwt;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.tenant.TenantId;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** Makes proofs of possession, and callers whose tokens are bound to their key. */
public final class TestProofs {

  /** The key of all proofs unless another one is given. */
  public static final ECKey KEY = TestTokens.EC;

  private TestProofs() {}

  /** Returns a caller whose token is bound to a key. */
  public static Caller caller(String token, JWK key) {
    try {
      return new Caller(
          new TenantId("acme"),
          "ann",
          Set.of(),
          Instant.EPOCH,
          Instant.MAX,
          Map.of("cnf", Map.of("jkt", key.computeThumbprint().toString())),
          token);
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns the claims of a valid proof. */
  public static Map<String, Object> claims(
      String id, String method, String url, String token, Instant now) {
    Map<String, Object> claims = new HashMap<>();
    claims.put("jti", id);
    claims.put("htm", method);
    claims.put("htu", url);
    claims.put("iat", now.getEpochSecond());
    claims.put("ath", DpopProofs.hash(token));
    return claims;
  }

  /** Returns a proof with these claims. */
  public static String proof(Map<String, Object> claims) {
    return proof("dpop+jwt", KEY, KEY.toPublicJWK(), claims);
  }

  /** Returns a proof of a type, signed with a key, that names a key. */
  static String proof(String type, JWK signer, JWK named, Map<String, Object> claims) {
    JWSAlgorithm algorithm = signer instanceof RSAKey ? JWSAlgorithm.RS256 : JWSAlgorithm.ES256;
    JWSHeader header =
        new JWSHeader.Builder(algorithm).type(new JOSEObjectType(type)).jwk(named).build();
    return TestTokens.sign(header, signer, claims);
  }
}
