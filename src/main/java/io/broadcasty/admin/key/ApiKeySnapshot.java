package io.broadcasty.admin.key;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.rbac.Action;
import io.broadcasty.core.rbac.KeyPermissions;
import io.broadcasty.core.secret.MasterKeys;
import io.broadcasty.core.secret.SecretException;
import io.broadcasty.core.time.Ticker;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The API keys in memory, as they were last read, so that no request waits for the database. Keys
 * whose change was announced and could not be read are {@link #isUnread}, and not valid meanwhile.
 * Of the secrets there are only hashes.
 */
@ThreadSafe
public final class ApiKeySnapshot implements KeyPermissions {

  private static final System.Logger LOG = System.getLogger(ApiKeySnapshot.class.getName());

  /** The time that reading a changed key may take before the key stops being valid. */
  private static final long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final MasterKeys masterKeys;
  private final Ticker ticker;
  private final ConcurrentHashMap<String, Entry> keys = new ConcurrentHashMap<>();

  /** When a key counts as unread, by the ticker; for keys that have changed and not been read. */
  private final ConcurrentHashMap<String, Long> unreadFrom = new ConcurrentHashMap<>();

  private volatile ApiKeySource source = ApiKeySource.NONE;

  /**
   * A key with the hashes of its secrets.
   *
   * @param previousHash null when there is no previous secret
   */
  @SuppressWarnings("ArrayRecordComponent") // compared in constant time, never by equals
  record Entry(ApiKey key, byte[] hash, byte @Nullable [] previousHash) {}

  /**
   * Creates a snapshot without keys.
   *
   * @param masterKeys decrypt the secrets
   */
  public ApiKeySnapshot(MasterKeys masterKeys, Ticker ticker) {
    this.masterKeys = masterKeys;
    this.ticker = ticker;
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

  /** Returns whether a key has changed, and could not be read since or not within half a second. */
  public boolean isUnread(String id) {
    Long from = unreadFrom.get(id);
    return from != null && ticker.readNanos() - from >= 0;
  }

  /** Notes that a key has changed; {@link #refresh} has to follow soon. */
  public void markChanged(String id) {
    unreadFrom.putIfAbsent(id, ticker.readNanos() + GRACE_NANOS);
  }

  @Override
  public boolean allow(String keyId, String channel, Action action) {
    Entry entry = find(keyId);
    if (entry == null) {
      return false;
    }
    for (KeyScope scope : entry.key().scopes()) {
      if (scope.covers(channel, action)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Reads one key again; if that fails, it is unread.
   *
   * @return false when the source failed
   */
  public synchronized boolean refresh(String id) {
    try {
      put(id, source.load(id));
      unreadFrom.remove(id);
      return true;
    } catch (KeyStoreException e) {
      unreadFrom.put(id, ticker.readNanos());
      LOG.log(Level.WARNING, "A changed API key cannot be read; it is not valid until it is", e);
      return false;
    }
  }

  /**
   * Reads all keys again.
   *
   * @return the ids of those that are not valid any more; null when the source failed, so that the
   *     known ones stay in force
   */
  public synchronized @Nullable Set<String> refreshAll() {
    Map<String, ApiKey> loaded = new HashMap<>();
    try {
      source.loadAll().forEach(key -> loaded.put(key.id(), key));
    } catch (KeyStoreException e) {
      LOG.log(Level.WARNING, "The API keys cannot be read; the last known ones stay in force", e);
      return null;
    }
    Set<String> gone = new HashSet<>(keys.keySet());
    loaded.forEach(this::put);
    gone.removeAll(loaded.keySet());
    gone.forEach(keys::remove);
    unreadFrom.clear();
    return gone;
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
