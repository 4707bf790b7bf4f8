package io.broadcasty.core.auth.jwt;

import com.google.errorprone.annotations.ThreadSafe;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.factories.DefaultJWSVerifierFactory;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.auth.NonceStore;
import io.broadcasty.core.auth.PossessionProofs;
import io.broadcasty.core.hash.Hashes;
import io.broadcasty.core.time.WallClock;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Verifies proofs of possession as JSON Web Tokens (RFC 9449, sections 4.2 and 4.3). */
@ThreadSafe
public final class DpopProofs implements PossessionProofs {

  /** By how much the time of a proof may differ from the server's. */
  public static final Duration WINDOW = Duration.ofMinutes(5);

  /** Longer than a proof with an RSA key of the greatest length. */
  private static final int MAX_LENGTH = 4096;

  private static final int MAX_ID = 256;
  private static final int MIN_RSA_BITS = 2048;
  private static final int MAX_RSA_BITS = 4096;

  /** No user has a subject with U+0000, so none can use up the id of a proof. */
  private static final String NONCES = "\0dpop:";

  private static final JOSEObjectType TYPE = new JOSEObjectType("dpop+jwt");
  private static final System.Logger LOG = System.getLogger(DpopProofs.class.getName());

  private final NonceStore used;
  private final WallClock clock;

  @SuppressWarnings("ThreadSafe") // not configured after this
  private final DefaultJWSVerifierFactory verifiers = new Ed25519Keys.VerifierFactory();

  /**
   * @param used remembers the ids of proofs, for at least twice {@link #WINDOW}
   */
  public DpopProofs(NonceStore used, WallClock clock) {
    this.used = used;
    this.clock = clock;
  }

  @Override
  public @Nullable String fault(String proof, String method, List<String> urls, Caller caller) {
    String bound = caller.boundKey();
    if (bound == null) {
      return "the token is not bound to a key (`cnf.jkt`); send it in `Authorization: Bearer`";
    }
    if (proof.length() > MAX_LENGTH || !CompactToken.isCanonical(proof)) {
      return malformed();
    }
    try {
      SignedJWT signed = SignedJWT.parse(proof);
      JWSHeader header = signed.getHeader();
      JWK key = header.getJWK();
      String fault = faultOfHeader(header, key);
      if (fault != null || key == null) {
        return fault;
      }
      if (!Hashes.equal(key.computeThumbprint().toString(), bound)) {
        return "the key of the proof is not the one to which the token is bound";
      }
      if (!signed.verify(verifiers.createJWSVerifier(header, publicKey(key)))) {
        return "the proof is not signed with its key";
      }
      return faultOfClaims(signed.getJWTClaimsSet(), method, urls, caller);
    } catch (ParseException | IllegalArgumentException e) {
      LOG.log(Level.TRACE, "Not a proof", e);
      return malformed();
    } catch (JOSEException | GeneralSecurityException e) {
      LOG.log(Level.TRACE, "A proof with an unusable key", e);
      return "the key of the proof cannot be used with its algorithm";
    }
  }

  private static String malformed() {
    return "the proof is no JSON Web Token with a public key in `jwk`";
  }

  private static @Nullable String faultOfHeader(JWSHeader header, @Nullable JWK key)
      throws ParseException {
    if (!TYPE.equals(header.getType())) {
      return "the `typ` of the proof must be dpop+jwt";
    }
    if (!ALGORITHMS.contains(header.getAlgorithm().getName())) {
      return "the algorithm of the proof must be one of " + String.join(", ", ALGORITHMS);
    }
    if (CompactToken.hasExtensions(header)) {
      return "the header of the proof has `crit` or `b64`; no extension is understood here";
    }
    if (key == null || key.isPrivate()) {
      return malformed();
    }
    if (key instanceof RSAKey rsa) {
      int bits = rsa.size();
      return bits < MIN_RSA_BITS || bits > MAX_RSA_BITS
          ? "an RSA key of a proof has " + MIN_RSA_BITS + " to " + MAX_RSA_BITS + " bits"
          : null;
    }
    return null;
  }

  private static Key publicKey(JWK key) throws JOSEException, GeneralSecurityException {
    if (key instanceof RSAKey rsa) {
      return rsa.toPublicKey();
    }
    if (key instanceof ECKey ec) {
      return ec.toPublicKey();
    }
    if (key instanceof OctetKeyPair pair && pair.getCurve().equals(Curve.Ed25519)) {
      return Ed25519Keys.publicKey(pair);
    }
    throw new JOSEException("No key of a signature");
  }

  private @Nullable String faultOfClaims(
      JWTClaimsSet claims, String method, List<String> urls, Caller caller) throws ParseException {
    if (!method.equals(claims.getStringClaim("htm"))) {
      return "`htm` of the proof is not the method of this request";
    }
    String url = claims.getStringClaim("htu");
    if (url == null || urls.stream().noneMatch(each -> normal(each).equals(normal(url)))) {
      return "`htu` of the proof is not the URL of this request, without query";
    }
    String hash = claims.getStringClaim("ath");
    if (hash == null || !Hashes.equal(hash, hash(caller.token()))) {
      return "`ath` of the proof is not the SHA-256 of the token, in base64url";
    }
    Date issuedAt = claims.getIssueTime();
    Instant now = clock.now();
    if (issuedAt == null
        || issuedAt.toInstant().isBefore(now.minus(WINDOW))
        || issuedAt.toInstant().isAfter(now.plus(WINDOW))) {
      return "`iat` of the proof is missing, or more than "
          + WINDOW.toSeconds()
          + " s from the server's clock";
    }
    String id = claims.getJWTID();
    if (id == null || id.isBlank() || id.length() > MAX_ID || !SignedTokens.isStorable(id)) {
      return "`jti` of the proof must be a text of at most " + MAX_ID + " characters";
    }
    return used.tryUse(caller.tenant(), NONCES + caller.boundKey(), id)
        ? null
        : "this proof was used before; make another one for each request";
  }

  /** Returns a URL in the form in which two are compared (RFC 3986, sections 6.2.2 and 6.2.3). */
  private static String normal(String text) {
    URI uri = URI.create(text).normalize();
    String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
    String host = String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT);
    boolean usual = uri.getPort() < 0 || uri.getPort() == (scheme.equals("https") ? 443 : 80);
    String path = String.valueOf(uri.getRawPath());
    return scheme
        + "://"
        + host
        + (usual ? "" : ":" + uri.getPort())
        + (path.isEmpty() ? "/" : path);
  }

  /** Returns the hash of a token as {@code ath} has it. */
  static String hash(String token) {
    return Base64URL.encode(Hashes.sha256(token)).toString();
  }
}
