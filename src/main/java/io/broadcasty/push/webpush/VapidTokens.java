package io.broadcasty.push.webpush;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.broadcasty.core.time.WallClock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;

/**
 * Makes the tokens that identify the sender to push services (RFC 8292).
 *
 * <p>A token is for one origin; it is used for 12 hours and valid for 13, so that none expires in
 * transit. A service may reject a token that is valid for more than 24 hours.
 */
final class VapidTokens {

  private static final Duration REUSE_TIME = Duration.ofHours(12);
  private static final Duration LIFETIME = Duration.ofHours(13);

  /** The most cached tokens; clients supply the endpoints, so there may be many origins. */
  private static final int MAX_ORIGINS = 1000;

  private final VapidKeys keys;
  private final String subject;
  private final WallClock clock;
  private final Cache<String, Header> byOrigin =
      Caffeine.newBuilder().maximumSize(MAX_ORIGINS).executor(Runnable::run).build();

  private record Header(String text, Instant signed) {

    boolean isFresh(Instant now) {
      return !now.isBefore(signed) && now.isBefore(signed.plus(REUSE_TIME));
    }
  }

  VapidTokens(VapidKeys keys, String subject, WallClock clock) {
    this.keys = keys;
    this.subject = subject;
    this.clock = clock;
  }

  /** Returns the header Authorization for a push service. */
  String authorization(String origin) {
    Instant now = clock.now();
    Header header = byOrigin.getIfPresent(origin);
    if (header == null || !header.isFresh(now)) {
      header = new Header("vapid t=" + token(origin, now) + ", k=" + keys.publicKeyText(), now);
      byOrigin.put(origin, header);
    }
    return header.text();
  }

  private String token(String origin, Instant now) {
    SignedJWT token =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.ES256).type(JOSEObjectType.JWT).build(),
            new JWTClaimsSet.Builder()
                .audience(origin)
                .expirationTime(Date.from(now.plus(LIFETIME)))
                .subject(subject)
                .build());
    try {
      token.sign(new ECDSASigner(keys.privateKey()));
    } catch (JOSEException e) {
      throw new IllegalStateException("cannot sign with the VAPID key", e);
    }
    return token.serialize();
  }
}
