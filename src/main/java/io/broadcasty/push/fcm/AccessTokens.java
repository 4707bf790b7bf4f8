package io.broadcasty.push.fcm;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.push.provider.HttpReply;
import io.broadcasty.push.provider.ProviderResponse;
import io.broadcasty.push.provider.PushHttpClient;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Gets access tokens for the service account: a signed grant is exchanged for a token that is valid
 * for about an hour (RFC 7523).
 *
 * <p>A token is used until shortly before it expires, and requested once however many sends wait
 * for it.
 */
final class AccessTokens {

  private static final JsonFactory JSON = new JsonFactory();
  private static final String SCOPE = "https://www.googleapis.com/auth/firebase.messaging";
  private static final String GRANT =
      "grant_type="
          + URLEncoder.encode("urn:ietf:params:oauth:grant-type:jwt-bearer", StandardCharsets.UTF_8)
          + "&assertion=";
  private static final Duration GRANT_LIFETIME = Duration.ofMinutes(60);

  /**
   * The time before its expiry from which on a token is no longer used, to allow for network delay
   * and clock differences.
   */
  private static final Duration MARGIN = Duration.ofMinutes(2);

  private final ServiceAccount account;
  private final PushHttpClient http;
  private final Ticker ticker;
  private final WallClock clock;
  private @Nullable Granted current;
  private @Nullable CompletableFuture<TokenResult> pending;

  /** The result of a request for a token. */
  sealed interface TokenResult {}

  /** A token that may be used until the ticker shows {@code endNanos}. */
  record Granted(String token, long endNanos) implements TokenResult {

    @Override
    public String toString() {
      return "access token";
    }
  }

  /** No token was granted, so nothing can be sent. */
  record Refused(ProviderResponse outcome) implements TokenResult {}

  AccessTokens(ServiceAccount account, PushHttpClient http, Ticker ticker, WallClock clock) {
    this.account = account;
    this.http = http;
    this.ticker = ticker;
    this.clock = clock;
  }

  /** Returns a token that is valid now; a failure is not cached. */
  CompletableFuture<TokenResult> get() {
    CompletableFuture<TokenResult> asked = new CompletableFuture<>();
    synchronized (this) {
      if (current != null && current.endNanos() - ticker.readNanos() > 0) {
        return CompletableFuture.completedFuture(current);
      }
      if (pending != null) {
        return pending;
      }
      pending = asked;
    }
    var unused =
        CompletableFuture.supplyAsync(this::grant, http.executor())
            .thenCompose(
                grant ->
                    http.exchange(grant, this::read, failed -> (TokenResult) new Refused(failed)))
            .whenComplete((answer, thrown) -> complete(asked, answer, thrown));
    return asked;
  }

  /** Drops a token that the service no longer accepts. */
  synchronized void invalidate(String token) {
    if (current != null && current.token().equals(token)) {
      current = null;
    }
  }

  private void complete(
      CompletableFuture<TokenResult> asked,
      @Nullable TokenResult answer,
      @Nullable Throwable thrown) {
    synchronized (this) {
      pending = null;
      if (answer instanceof Granted granted) {
        current = granted;
      }
    }
    if (answer != null) {
      asked.complete(answer);
    } else {
      asked.completeExceptionally(thrown == null ? new IllegalStateException() : thrown);
    }
  }

  private HttpRequest grant() {
    Instant now = clock.now();
    SignedJWT grant =
        new SignedJWT(
            new JWSHeader.Builder(JWSAlgorithm.RS256)
                .type(JOSEObjectType.JWT)
                .keyID(account.keyId())
                .build(),
            new JWTClaimsSet.Builder()
                .issuer(account.clientEmail())
                .audience(account.tokenUri().toString())
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plus(GRANT_LIFETIME)))
                .claim("scope", SCOPE)
                .build());
    try {
      grant.sign(new RSASSASigner(account.privateKey()));
    } catch (JOSEException e) {
      throw new IllegalStateException("cannot sign with the service account's key", e);
    }
    return PushHttpClient.request(account.tokenUri())
        .header("Content-Type", "application/x-www-form-urlencoded")
        .POST(HttpRequest.BodyPublishers.ofString(GRANT + grant.serialize()))
        .build();
  }

  private TokenResult read(HttpReply reply) {
    if (reply.isTemporary()) {
      return new Refused(reply.toRetry("no access token: its server answered " + reply.status()));
    }
    if (reply.status() != 200) {
      return new Refused(
          new ProviderResponse.Misconfigured(
              "no access token: its server answered "
                  + reply.status()
                  + "; the service account's key may have been revoked, or this machine's clock may"
                  + " be wrong",
              FcmSettings.ACCOUNT));
    }
    String token = null;
    long seconds = 0;
    try (JsonParser json = JSON.createParser(reply.body())) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        json.nextToken();
        if (name.equals("access_token")) {
          token = json.getValueAsString();
        } else if (name.equals("expires_in")) {
          seconds = json.getValueAsLong();
        } else {
          json.skipChildren();
        }
      }
    } catch (IOException e) {
      token = null;
    }
    if (token == null || token.isBlank() || !token.matches("[\\x21-\\x7E]+")) {
      return new Refused(
          new ProviderResponse.Retry("no access token: its server's answer has none", null));
    }
    return new Granted(
        token, ticker.readNanos() + Duration.ofSeconds(seconds).minus(MARGIN).toNanos());
  }
}
