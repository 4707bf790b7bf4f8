package io.broadcasty.admin.key;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.admin.RefreshedSnapshot;
import io.broadcasty.admin.UnreadChanges;
import io.broadcasty.core.auth.SignedRequest;
import io.broadcasty.core.rbac.Action;
import io.broadcasty.core.rbac.KeyPermissions;
import io.broadcasty.core.secret.MasterKeys;
import io.broadcasty.core.secret.SecretException;
import io.broadcasty.core.time.Ticker;
import java.lang.System.Logger.Level;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The API keys in memory, as they were last read, so that no request waits for the database. Keys
 * whose change was announced and could not be read are {@link #isUnread}, and not valid meanwhile.
 * Of the secrets there are only hashes.
 */
@ThreadSafe
public final class ApiKeySnapshot implements KeyPermissions, RefreshedSnapshot<String> {

  private static final System.Logger LOG = System.getLogger(ApiKeySnapshot.class.getName());

  private final MasterKeys masterKeys;
  private final ConcurrentHashMap<String, Entry> keys = new ConcurrentHashMap<>();

  private final UnreadChanges<String> unread;

  private volatile ApiKeySource source = ApiKeySource.NONE;

  /**
   * A key with the hashes of its secrets.
   *
   * @param previousHash null when there is no previous secret
   */
  @SuppressWarnings("ArrayRecordComponent") // compared in constant time, never by equals
  record Entry(ApiKey key, byte[] hash, byte @Nullable [] previousHash) {

    /** Returns until when a secret is valid; 0 when it is another one or not valid any more. */
    long secretValidUntil(KeySecret sent, long nowMillis) {
      byte[] sentHash = KeySecret.hash(sent.secret());
      if (MessageDigest.isEqual(sentHash, hash)) {
        return Long.MAX_VALUE;
      }
      byte[] previous = previousHash;
      return previous != null
              && MessageDigest.isEqual(sentHash, previous)
              && nowMillis < key.previousUntilMillis()
          ? key.previousUntilMillis()
          : 0;
    }

    /** Returns until when the secret behind a stand-in is valid; 0 when it is not. */
    long validUntil(String standIn, long nowMillis) {
      byte[] previous = previousHash;
      if (standIn.equals(KeySecret.standIn(key.id(), hash))) {
        return Long.MAX_VALUE;
      }
      return previous != null
              && key.isRotating(nowMillis)
              && standIn.equals(KeySecret.standIn(key.id(), previous))
          ? key.previousUntilMillis()
          : 0;
    }

    /** Limits the validity of a secret to that of the key; 0 when one of them is over. */
    long limit(long secretUntilMillis, long nowMillis) {
      long until =
          key.expiresAtMillis() == 0
              ? secretUntilMillis
              : Math.min(secretUntilMillis, key.expiresAtMillis());
      return until > nowMillis ? until : 0;
    }

    boolean covers(String channel, Action action) {
      for (KeyScope scope : key.scopes()) {
        if (scope.covers(channel, action)) {
          return true;
        }
      }
      return false;
    }
  }

  /**
   * Creates a snapshot without keys.
   *
   * @param masterKeys decrypt the secrets
   */
  public ApiKeySnapshot(MasterKeys masterKeys, Ticker ticker) {
    this.masterKeys = masterKeys;
    this.unread = new UnreadChanges<>(ticker);
  }

  /** Has keys be read from a source from now on. */
  public void readFrom(ApiKeySource stored) {
    source = stored;
  }

  /** Returns where keys are read from. */
  public ApiKeySource source() {
    return source;
  }

  /** Returns a valid or expired key; null when there is none. */
  @Nullable Entry find(String id) {
    return isUnread(id) ? null : keys.get(id);
  }

  /** Returns whether a key is known, read and not revoked. */
  public boolean isKnown(String id) {
    return find(id) != null;
  }

  /** Returns whether keys are read from anywhere. */
  boolean hasSource() {
    return source != ApiKeySource.NONE;
  }

  /** Returns whether a key has changed and is being read. */
  boolean isChanging(String id) {
    return unread.contains(id);
  }

  /**
   * Returns until when a key's token is valid, as the key was last read; 0 when a rotation, a
   * revocation or an expiry has ended it.
   */
  public long validUntilMillis(String token, long nowMillis) {
    KeySecret sent = KeySecret.parse(token);
    String keyId = sent == null ? KeySecret.keyIdOfStandIn(token) : sent.keyId();
    Entry entry = keyId == null ? null : keys.get(keyId);
    if (entry == null) {
      return 0;
    }
    return entry.limit(
        sent == null ? entry.validUntil(token, nowMillis) : entry.secretValidUntil(sent, nowMillis),
        nowMillis);
  }

  /**
   * A secret that has signed a request.
   *
   * @param standIn see {@link KeySecret#standIn}
   * @param untilMillis when it stops being valid, whatever the expiry of its key
   */
  record Signer(String standIn, long untilMillis) {}

  /** Returns which secret of a key has signed a request; null for none that is valid. */
  @Nullable Signer signer(Entry entry, SignedRequest request, long nowMillis) {
    ApiKey key = entry.key();
    byte[] previous = entry.previousHash();
    try {
      if (hasSigned(key, key.secret(), request)) {
        return new Signer(KeySecret.standIn(key.id(), entry.hash()), Long.MAX_VALUE);
      }
      return previous != null
              && key.isRotating(nowMillis)
              && hasSigned(key, key.previousSecret(), request)
          ? new Signer(KeySecret.standIn(key.id(), previous), key.previousUntilMillis())
          : null;
    } catch (SecretException e) {
      throw new IllegalStateException("a secret was decrypted before and cannot be now", e);
    }
  }

  /** Secrets are decrypted for each signature, so that memory holds none of them. */
  private boolean hasSigned(ApiKey key, String encrypted, SignedRequest request)
      throws SecretException {
    String secret = masterKeys.decrypt(key.masterKeyId(), encrypted, key.id());
    return KeySignature.isOf(request, new KeySecret(key.id(), secret));
  }

  /** Returns whether a key's scopes cover an action, as the key was last read. */
  public boolean covers(String keyId, String channel, Action action) {
    Entry entry = keys.get(keyId);
    return entry != null && entry.covers(channel, action);
  }

  /** Returns whether a key has changed, and could not be read since or not within half a second. */
  @Override
  public boolean isUnread(String id) {
    return unread.isUnread(id);
  }

  /** Notes that a key has changed; {@link #refresh} has to follow soon. */
  @Override
  public void markChanged(String id) {
    unread.add(id);
  }

  @Override
  public boolean allow(String keyId, String channel, Action action) {
    Entry entry = find(keyId);
    return entry != null && entry.covers(channel, action);
  }

  /**
   * Reads one key again; if that fails, it is unread.
   *
   * @return false when the source failed
   */
  @Override
  public synchronized boolean refresh(String id) {
    Runnable read = unread.reading(id);
    try {
      put(id, source.load(id));
      read.run();
      return true;
    } catch (RuntimeException e) {
      unread.addUnreadable(id);
      LOG.log(Level.WARNING, "A changed API key cannot be read; it is not valid until it is", e);
      return false;
    }
  }

  /**
   * Reads all keys again.
   *
   * @return the ids of known ones that have changed or are gone; null when the source failed, so
   *     that the known ones stay in force
   */
  @Override
  public synchronized @Nullable Set<String> refreshAll() {
    Map<String, ApiKey> loaded = new HashMap<>();
    Runnable read = unread.readingAll();
    try {
      source.loadAll().forEach(key -> loaded.put(key.id(), key));
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "The API keys cannot be read; the last known ones stay in force", e);
      return null;
    }
    Map<String, Long> revisions = new HashMap<>();
    keys.forEach((id, entry) -> revisions.put(id, entry.key().revision()));
    loaded.forEach(this::put);
    keys.keySet().retainAll(loaded.keySet());
    keys.forEach((id, entry) -> revisions.remove(id, entry.key().revision()));
    read.run();
    return revisions.keySet();
  }

  private void put(String id, @Nullable ApiKey key) {
    Entry entry = key == null || key.revoked() ? null : entry(key);
    if (entry == null) {
      keys.remove(id);
    } else {
      keys.put(id, entry);
    }
  }

  /** Returns null for a key whose secret cannot be decrypted. */
  private @Nullable Entry entry(ApiKey key) {
    try {
      String previous = key.previousSecret();
      return new Entry(
          key,
          KeySecret.hash(masterKeys.decrypt(key.masterKeyId(), key.secret(), key.id())),
          previous.isEmpty()
              ? null
              : KeySecret.hash(masterKeys.decrypt(key.masterKeyId(), previous, key.id())));
    } catch (SecretException e) {
      LOG.log(Level.WARNING, "The API key {0} is refused: {1}", key.id(), e.getMessage());
      return null;
    }
  }
}
