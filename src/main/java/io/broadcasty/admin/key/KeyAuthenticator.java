package io.broadcasty.admin.key;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.auth.AuthenticationUnavailableException;
import io.broadcasty.core.auth.Authenticator;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.auth.SignedRequest;
import io.broadcasty.core.rbac.Action;
import io.broadcasty.core.rbac.KeyPermissions;
import io.broadcasty.core.rbac.Roles;
import io.broadcasty.core.time.WallClock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Verifies API keys and what they have signed, and leaves every other token to another
 * authenticator.
 *
 * <p>A caller with a key is {@code key:} and the key's id. Its roles are those that the default
 * policy wants for what its scopes contain, and never those of administration. Its streams end when
 * the key or the secret expires, and after {@link #LONGEST} at the latest.
 *
 * @param tokens verifies what is no API key
 */
@ThreadSafe
public record KeyAuthenticator(
    Authenticator tokens, ApiKeySnapshot keys, ApiKeyUses uses, WallClock clock)
    implements Authenticator {

  private static final Duration LONGEST = Duration.ofDays(365);
  private static final Refused MALFORMED =
      new Refused("this is no API key: it must be sent whole, as it was shown once", false);
  private static final Refused UNKNOWN =
      new Refused(
          "there is no such API key: its id or secret is wrong, or it is revoked or has expired",
          false);
  private static final Refused WRONG_SIGNATURE =
      new Refused(
          "no valid API key of this id has signed this: method, path, query, hash of the body, time"
              + " and nonce, as they were received",
          false);
  private static final Refused OFF =
      new Refused(
          "this node accepts no API keys; it needs `broadcasty.master-key` and a database", false);
  private static final Refused RESERVED =
      new Refused(
          "subjects that begin with `"
              + KeyPermissions.SUBJECT_PREFIX
              + "` are those of API keys; the issuer must name this user otherwise",
          false);
  private static final Refused EXPIRED =
      new Refused("this API key has expired; create another one", true);

  @Override
  public Verdict authenticate(String token) {
    if (!token.startsWith(KeySecret.PREFIX)) {
      Verdict verdict = tokens.authenticate(token);
      return verdict instanceof Authenticated other
              && other.caller().subject().startsWith(KeyPermissions.SUBJECT_PREFIX)
          ? RESERVED
          : verdict;
    }
    if (!keys.hasSource()) {
      return OFF;
    }
    KeySecret sent = KeySecret.parse(token);
    if (sent == null) {
      return MALFORMED;
    }
    if (keys.isUnread(sent.keyId())) {
      throw new AuthenticationUnavailableException("the API key cannot be read now");
    }
    ApiKeySnapshot.Entry entry = keys.find(sent.keyId());
    Verdict verdict = entry == null ? UNKNOWN : verdict(entry, sent, token);
    if (verdict == UNKNOWN && keys.isChanging(sent.keyId())) { // it may be the secret to be read
      throw new AuthenticationUnavailableException("the API key is being read");
    }
    return verdict;
  }

  @Override
  public Verdict authenticate(SignedRequest request, @Nullable String address) {
    if (!keys.hasSource()) {
      return OFF;
    }
    if (keys.isUnread(request.keyId())) {
      throw new AuthenticationUnavailableException("the API key cannot be read now");
    }
    ApiKeySnapshot.Entry entry = keys.find(request.keyId());
    long now = clock.nowMillis();
    ApiKeySnapshot.Signer signer = entry == null ? null : keys.signer(entry, request, now);
    if (entry != null && signer != null) {
      return verdict(entry.key(), signer.untilMillis(), now, signer.standIn());
    }
    if (keys.isChanging(request.keyId())) { // the secret may be the one to be read
      throw new AuthenticationUnavailableException("the API key is being read");
    }
    return WRONG_SIGNATURE;
  }

  private Verdict verdict(ApiKeySnapshot.Entry entry, KeySecret sent, String token) {
    long now = clock.nowMillis();
    long secretEnd = entry.secretValidUntil(sent, now);
    return secretEnd == 0 ? UNKNOWN : verdict(entry.key(), secretEnd, now, token);
  }

  /** Returns the verdict on a caller whose secret is right. */
  private Verdict verdict(ApiKey key, long secretEnd, long now, String token) {
    if (key.isExpired(now)) {
      return EXPIRED;
    }
    uses.record(key.id(), now);
    long end = Math.min(now + LONGEST.toMillis(), secretEnd);
    return new Authenticated(
        caller(
            key, token, key.expiresAtMillis() == 0 ? end : Math.min(end, key.expiresAtMillis())));
  }

  private static Caller caller(ApiKey key, String token, long endMillis) {
    String subject = KeyPermissions.SUBJECT_PREFIX + key.id();
    return new Caller(
        key.tenant(),
        subject,
        roles(key),
        Instant.ofEpochMilli(key.createdAtMillis()),
        Instant.ofEpochMilli(endMillis),
        Map.of("sub", subject, "tid", key.tenant().value(), "jti", key.id()),
        token,
        key.id(),
        key.id(),
        null);
  }

  private static Set<String> roles(ApiKey key) {
    Set<String> roles = new HashSet<>();
    for (KeyScope scope : key.scopes()) {
      for (Action action : scope.actions()) {
        roles.add(action == Action.PUBLISH ? Roles.PUBLISHER : Roles.MEMBER);
      }
    }
    return roles;
  }

  /** Hides the wrapped authenticator, which may hold keys. */
  @Override
  public String toString() {
    return "KeyAuthenticator";
  }
}
