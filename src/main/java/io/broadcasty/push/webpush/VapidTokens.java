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
import io.broadcasty.time.WallClock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;

/**
 * What says to a push service who is sending (RFC 8292): a token for its origin, used for 12 hours
 * and good for 13, so that none expires on the way. A service may refuse one of over 24 hours.
 */
final class VapidTokens {

  private static final Duration USED = Duration.ofHours(12);
  private static final Duration GOOD = Duration.ofHours(13);

  /** Endpoints are what clients say, so that their origins may be many. */
  private static final int MAX_ORIGINS = 1000;

  private final VapidKeys keys;
  private final String subject;
  private final WallClock clock;
  private final Cache<String, Header> byOrigin =
      Caffeine.newBuilder().maximumSize(MAX_ORIGINS).executor(Runnable::run).build();

  private record Header(String text, Instant signed) {

    boolean isFresh(Instant now) {
      return !now.isBefore(signed) && now.isBefore(signed.plus(USED));
    }
  }

  VapidTokens(VapidKeys keys, String subject, WallClock clock) {
    this.keys = keys;
    this.subject = subject;
    this.clock = clock;
  }

  /** The header Authorization for a push service. */
  String authorization(String origin) {
    Instant now = clock.now();
    Header header = byOrigin.getIfPresent(origin);
    if (header == null || !header.isFresh(now)) {
      header = new Header("vapid t=" + token(origin, now) + ", k=" + keys.publicText(), now);
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
                .expirationTime(Date.from(now.plus(GOOD)))
                .subject(subject)
                .build());
    try {
      token.sign(new ECDSASigner(keys.privateKey()));
    } catch (JOSEException e) {
      throw new IllegalStateException("the VAPID key does not sign", e);
    }
    return token.serialize();
  }
}
