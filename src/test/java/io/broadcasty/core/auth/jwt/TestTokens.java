package io.broadcasty.core.auth.jwt;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import io.broadcasty.core.auth.Pem;
import java.security.PublicKey;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Issues valid and invalid tokens. Its keys are generated once for all tests. */
final class TestTokens {

  static final RSAKey RSA = rsa("rsa-1");
  static final RSAKey OTHER_RSA = rsa("rsa-2");
  static final ECKey EC = ec();
  private static final RSAKey NOBODY = rsa("nobody");

  private TestTokens() {}

  /**
   * Returns settings that accept tokens of these keys, without issuer and audience, with 30 s of
   * skew.
   */
  static JwtSettings settings(String publicKeys) {
    return TokenSettings.keys(publicKeys, "RS256", "PS256", "ES256");
  }

  static JwtSettings at(String location) {
    return TokenSettings.settings(null, location, null, Set.of("RS256"), ClaimMapping.USUAL);
  }

  /** Returns the claims of a valid token: issued a minute ago, valid for an hour. */
  static Map<String, Object> claims(Instant now) {
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("sub", "ann");
    claims.put("tid", "acme");
    claims.put("roles", List.of("member", "publisher"));
    claims.put("iat", now.minusSeconds(60).getEpochSecond());
    claims.put("exp", now.plusSeconds(3600).getEpochSecond());
    return claims;
  }

  static String sign(RSAKey key, Map<String, Object> claims) {
    return sign(new JWSHeader.Builder(JWSAlgorithm.RS256).build(), key, claims);
  }

  static String sign(JWSHeader header, JWK key, Map<String, Object> claims) {
    return sign(header, key, new Payload(claims));
  }

  static String sign(JWSHeader header, JWK key, Payload payload) {
    try {
      JWSSigner signer =
          key instanceof RSAKey rsa ? new RSASSASigner(rsa) : new ECDSASigner((ECKey) key);
      JWSObject token = new JWSObject(header, payload);
      token.sign(signer);
      return token.serialize();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  static String pem(RSAKey key) {
    try {
      return pem(key.toPublicKey());
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  static String pem(PublicKey key) {
    return Pem.of("PUBLIC KEY", key.getEncoded());
  }

  static RSAKey rsa(String id) {
    try {
      return new RSAKeyGenerator(2048).keyID(id).generate();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns a key that no authenticator knows. */
  static RSAKey rsaOfNobody() {
    return NOBODY;
  }

  private static ECKey ec() {
    try {
      return new ECKeyGenerator(Curve.P_256).keyID("ec-1").generate();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }
}
