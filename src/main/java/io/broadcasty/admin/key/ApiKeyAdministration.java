package io.broadcasty.admin.key;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.cluster.control.ControlException;
import io.broadcasty.cluster.control.ControlMessage;
import io.broadcasty.cluster.control.ControlTopic;
import io.broadcasty.core.secret.MasterKeys;
import io.broadcasty.core.secret.SecretException;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.WallClock;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Creates, lists, rotates and revokes API keys. A change is stored first; then all nodes are
 * notified, and apply it within a second. Who may do what is decided by the caller of this class.
 */
@ThreadSafe
public final class ApiKeyAdministration {

  private static final System.Logger LOG = System.getLogger(ApiKeyAdministration.class.getName());
  private static final int ATTEMPTS = 5;
  private static final int BATCH = 100;

  /** The most keys that a tenant can have, revoked ones included until they are deleted. */
  public static final int MAX_KEYS = 1000;

  /** The most scopes that a key can have; each publication may look at all of them. */
  public static final int MAX_SCOPES = 50;

  /** The largest page. */
  public static final int MAX_PAGE = 1000;

  private final @Nullable ApiKeyRepository stored;
  private final MasterKeys masterKeys;
  private final ControlTopic topic;
  private final WallClock clock;
  private final SecureRandom random = new SecureRandom();

  /**
   * Creates the use case.
   *
   * @param stored the keys; null where none are stored
   */
  public ApiKeyAdministration(
      @Nullable ApiKeyRepository stored,
      MasterKeys masterKeys,
      ControlTopic topic,
      WallClock clock) {
    this.stored = stored;
    this.masterKeys = masterKeys;
    this.topic = topic;
    this.clock = clock;
  }

  /**
   * Returns a key.
   *
   * @param tenant whose key it must be; null for any
   */
  public KeyOutcome find(@Nullable TenantId tenant, String id) {
    return call(
        keys -> {
          ApiKey found = find(keys, tenant, id);
          return found == null ? new KeyOutcome.Missing() : new KeyOutcome.Found(found);
        });
  }

  /**
   * Returns a tenant's keys in the order of their ids.
   *
   * @param after begins behind this id; empty for the first
   * @param limit 1 to {@link #MAX_PAGE}
   */
  public KeyOutcome list(TenantId tenant, String after, int limit) {
    return call(
        keys -> {
          List<ApiKey> found = keys.list(tenant, after, limit + 1);
          return found.size() > limit
              ? new KeyOutcome.Page(found.subList(0, limit), true)
              : new KeyOutcome.Page(found, false);
        });
  }

  /**
   * Creates a key with its first secret.
   *
   * @param expiresAtMillis 0 for never
   */
  public KeyOutcome create(
      TenantId tenant, String name, List<KeyScope> scopes, long expiresAtMillis) {
    long now = clock.nowMillis();
    String fault = fault(name, scopes, expiresAtMillis, now);
    if (fault != null) {
      return new KeyOutcome.Invalid(fault);
    }
    return callEncrypting(
        keys -> {
          if (keys.count(tenant) >= MAX_KEYS) {
            return new KeyOutcome.Invalid("a tenant can have " + MAX_KEYS + " API keys");
          }
          String id = KeySecret.newId(random);
          KeySecret secret = KeySecret.create(id, random);
          ApiKey inserted =
              keys.insert(
                  new ApiKey(
                      id,
                      tenant,
                      name,
                      scopes,
                      masterKeys.currentId(),
                      masterKeys.encrypt(secret.secret(), id),
                      "",
                      0,
                      false,
                      expiresAtMillis,
                      0,
                      now,
                      now,
                      0));
          if (inserted == null) {
            return new KeyOutcome.Conflict();
          }
          notifyNodes(id);
          return new KeyOutcome.Issued(inserted, secret);
        });
  }

  /**
   * Gives a key a new secret.
   *
   * @param tenant whose key it must be; null for any
   * @param overlap how long the present secret stays valid; zero ends its streams too
   */
  public KeyOutcome rotate(@Nullable TenantId tenant, String id, Duration overlap) {
    if (cannotEncrypt()) {
      return noMasterKey();
    }
    return change(
        tenant,
        id,
        found -> {
          if (found.revoked()) {
            return null;
          }
          KeySecret secret = KeySecret.create(id, random);
          boolean overlaps = !overlap.isZero();
          long now = clock.nowMillis();
          String previous = overlaps ? reencrypt(found, found.secret()) : "";
          return new Change(
              found.withSecrets(
                  masterKeys.currentId(),
                  masterKeys.encrypt(secret.secret(), id),
                  previous,
                  overlaps ? now + overlap.toMillis() : 0,
                  now),
              changed -> {
                if (!overlaps) {
                  endStreams(changed);
                }
                return new KeyOutcome.Issued(changed, secret);
              });
        });
  }

  /**
   * Revokes a key and ends its streams. Revoking it again notifies the nodes again.
   *
   * @param tenant whose key it must be; null for any
   */
  public KeyOutcome revoke(@Nullable TenantId tenant, String id) {
    return change(
        tenant,
        id,
        found ->
            new Change(
                found.revoked() ? found : found.withoutUse(clock.nowMillis()),
                changed -> {
                  endStreams(changed);
                  return new KeyOutcome.Revoked(changed.tenant());
                }));
  }

  /**
   * Deletes all keys of a tenant and ends their streams, so that none of them works for a later
   * tenant of the same id. Nodes are notified in any case: an earlier call may have failed to.
   */
  public KeyOutcome deleteAll(TenantId tenant) {
    return call(
        keys -> {
          int deleted = keys.deleteAll(tenant);
          long number = topic.publish(new ControlMessage.KeysChanged(null));
          LOG.log(Level.DEBUG, "{0} API keys deleted; control message {1}", deleted, number);
          return new KeyOutcome.AllDeleted(deleted);
        });
  }

  /** Encrypts all secrets with the current master key that another one has encrypted. */
  public KeyOutcome rotateMaster() {
    return callEncrypting(
        keys -> {
          int encrypted = 0;
          int failed = 0;
          String after = "";
          List<ApiKey> page = keys.encryptedByOthers(masterKeys.currentId(), after, BATCH);
          while (!page.isEmpty()) {
            for (ApiKey each : page) {
              after = each.id();
              if (encryptAgain(keys, each)) {
                encrypted++;
              } else {
                failed++;
              }
            }
            page = keys.encryptedByOthers(masterKeys.currentId(), after, BATCH);
          }
          return new KeyOutcome.Encrypted(encrypted, failed);
        });
  }

  private boolean encryptAgain(ApiKeyRepository keys, ApiKey key) {
    try {
      ApiKey changed =
          key.withSecrets(
              masterKeys.currentId(),
              reencrypt(key, key.secret()),
              reencrypt(key, key.previousSecret()),
              key.previousUntilMillis(),
              key.updatedAtMillis());
      return keys.replace(changed) != null;
    } catch (UndecryptableException e) {
      LOG.log(Level.WARNING, "The API key {0} cannot be encrypted again: {1}", key, e.getMessage());
      return false;
    }
  }

  /** A changed key, and what comes of it once it is stored. */
  private record Change(ApiKey key, Function<ApiKey, KeyOutcome> stored) {}

  /** Thrown when the present secret cannot be read. */
  private static final class UndecryptableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UndecryptableException(SecretException cause) {
      super(cause.getMessage(), cause);
    }
  }

  private KeyOutcome change(
      @Nullable TenantId tenant, String id, Function<ApiKey, @Nullable Change> change) {
    return call(
        keys -> {
          for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            ApiKey found = find(keys, tenant, id);
            Change wanted = found == null ? null : change.apply(found);
            if (wanted == null) {
              return new KeyOutcome.Missing();
            }
            ApiKey replaced = keys.replace(wanted.key());
            if (replaced != null) {
              notifyNodes(id);
              return wanted.stored().apply(replaced);
            }
          }
          return new KeyOutcome.Conflict();
        });
  }

  private static @Nullable ApiKey find(
      ApiKeyRepository keys, @Nullable TenantId tenant, String id) {
    ApiKey found = KeySecret.isKeyId(id) ? keys.find(id) : null;
    return found == null || (tenant != null && !tenant.equals(found.tenant())) ? null : found;
  }

  private static @Nullable String fault(
      String name, List<KeyScope> scopes, long expiresAtMillis, long nowMillis) {
    if (name.isBlank() || name.length() > ApiKey.MAX_NAME) {
      return "`name` must have 1 to " + ApiKey.MAX_NAME + " characters";
    }
    if (scopes.isEmpty() || scopes.size() > MAX_SCOPES) {
      return "`scopes` must have 1 to " + MAX_SCOPES + " elements";
    }
    return expiresAtMillis != 0 && expiresAtMillis <= nowMillis
        ? "`expiresAt` must be in the future"
        : null;
  }

  private String reencrypt(ApiKey key, String secret) {
    if (secret.isEmpty()) {
      return "";
    }
    try {
      return masterKeys.encrypt(masterKeys.decrypt(key.masterKeyId(), secret, key.id()), key.id());
    } catch (SecretException e) {
      throw new UndecryptableException(e);
    }
  }

  private void notifyNodes(String id) {
    long number = topic.publish(new ControlMessage.KeysChanged(id));
    LOG.log(Level.DEBUG, "API key {0} has changed; control message {1}", id, number);
  }

  private void endStreams(ApiKey key) {
    long number =
        topic.publish(
            new ControlMessage.Disconnect(key.tenant(), null, null, key.id(), "disconnected"));
    LOG.log(Level.DEBUG, "Ending the streams of API key {0}; control message {1}", key, number);
  }

  /** Does what needs a master key. */
  private KeyOutcome callEncrypting(Function<ApiKeyRepository, KeyOutcome> work) {
    return cannotEncrypt() ? noMasterKey() : call(work);
  }

  private boolean cannotEncrypt() {
    return stored != null && masterKeys.isEmpty();
  }

  private static KeyOutcome noMasterKey() {
    return new KeyOutcome.Off(
        "API keys are encrypted, and this node has no key for that; set `broadcasty.master-key`");
  }

  private KeyOutcome call(Function<ApiKeyRepository, KeyOutcome> work) {
    ApiKeyRepository keys = stored;
    if (keys == null) {
      return new KeyOutcome.Off(
          "API keys are stored in a relational database, and this node uses none; see"
              + " `broadcasty.replay.store` and `broadcasty.mirror.channels`");
    }
    try {
      return work.apply(keys);
    } catch (UndecryptableException e) {
      return new KeyOutcome.Invalid(
          "the present secret cannot be decrypted: " + e.getMessage() + "; rotate without overlap");
    } catch (KeyStoreException e) {
      LOG.log(Level.WARNING, "API keys cannot be read or changed", e);
      return new KeyOutcome.Unavailable("the store of API keys cannot be reached now; retry");
    } catch (ControlException e) {
      LOG.log(Level.WARNING, "An API key has changed, and the nodes cannot be notified", e);
      return new KeyOutcome.Unavailable(
          "the change may be stored, and the nodes cannot be notified now; repeat the request");
    }
  }
}
