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
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Creates, lists, changes, rotates and revokes API keys. A change is stored first; then all nodes
 * are notified, and apply it within a second. Who may do what is decided by the caller of this
 * class.
 */
@ThreadSafe
public final class ApiKeyAdministration {

  private static final System.Logger LOG = System.getLogger(ApiKeyAdministration.class.getName());
  private static final int ATTEMPTS = 5;
  private static final int BATCH = 100;

  /** The most keys of a tenant that are neither revoked nor expired; each node holds them. */
  public static final int MAX_KEYS = 1000;

  /** The most keys that are stored of a tenant, so that it cannot fill the database. */
  public static final int MAX_STORED = 10_000;

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
   * @param concerned is told the key before it is stored
   */
  public KeyOutcome create(
      TenantId tenant,
      String name,
      List<KeyScope> scopes,
      long expiresAtMillis,
      Consumer<ApiKey> concerned) {
    long now = clock.nowMillis();
    String fault =
        firstFault(nameFault(name), scopesFault(scopes), expiryFault(expiresAtMillis, now));
    if (fault != null) {
      return new KeyOutcome.Invalid(fault);
    }
    return callEncrypting(
        keys -> {
          String full = roomFault(keys, tenant, now);
          if (full != null) {
            return new KeyOutcome.Invalid(full);
          }
          if (keys.count(tenant) >= MAX_STORED) {
            return new KeyOutcome.Invalid(
                "a tenant can have "
                    + MAX_STORED
                    + " API keys including those that are of no use, which are deleted after 90"
                    + " days");
          }
          String id = KeySecret.newId(random);
          KeySecret secret = KeySecret.create(id, random);
          ApiKey key =
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
                  0);
          concerned.accept(key);
          ApiKey inserted = keys.insert(key);
          if (inserted == null) {
            return new KeyOutcome.Conflict();
          }
          notifyNodes(id);
          return new KeyOutcome.Issued(inserted, secret);
        });
  }

  /**
   * Changes a key's name, scopes or expiry. Streams end that are not allowed any more.
   *
   * @param tenant whose key it must be; null for any
   * @param concerned is told the key as it is, before it changes
   */
  public KeyOutcome update(
      @Nullable TenantId tenant, String id, KeyChange wanted, Consumer<ApiKey> concerned) {
    return change(
        tenant,
        id,
        concerned,
        (keys, found) -> {
          if (found.revoked()) {
            return new Refusal(new KeyOutcome.Missing());
          }
          long now = clock.nowMillis();
          String name = wanted.name();
          List<KeyScope> scopes = wanted.scopes();
          Long expiry = wanted.expiresAtMillis();
          String fault =
              firstFault(
                  name == null ? null : nameFault(name),
                  scopes == null ? null : scopesFault(scopes),
                  expiry == null ? null : expiryFault(expiry, now));
          if (fault == null && expiry != null && found.isExpired(now)) {
            fault = roomFault(keys, found.tenant(), now); // it becomes valid again
          }
          if (fault != null) {
            return new Refusal(new KeyOutcome.Invalid(fault));
          }
          return new Change(
              found.with(
                  name == null ? found.name() : name,
                  scopes == null ? found.scopes() : scopes,
                  expiry == null ? found.expiresAtMillis() : expiry,
                  now),
              KeyOutcome.Updated::new);
        });
  }

  /**
   * Gives a key a new secret. While two secrets are valid, another one is refused unless it is to
   * replace the newer: a rotation that is repeated, since its answer was lost, must not end the
   * secret that clients use.
   *
   * @param tenant whose key it must be; null for any
   * @param concerned is told the key as it is, before it changes
   */
  public KeyOutcome rotate(
      @Nullable TenantId tenant, String id, KeyRotation rotation, Consumer<ApiKey> concerned) {
    if (cannotEncrypt()) {
      return noMasterKey();
    }
    return change(
        tenant,
        id,
        concerned,
        (keys, found) -> {
          if (found.revoked()) {
            return new Refusal(new KeyOutcome.Missing());
          }
          long now = clock.nowMillis();
          boolean pending = found.isRotating(now);
          if (pending && !rotation.replace()) {
            return new Refusal(new KeyOutcome.RotationPending(found.previousUntilMillis()));
          }
          KeySecret secret = KeySecret.create(id, random);
          Duration overlap = rotation.overlap();
          boolean overlaps = !overlap.isZero();
          String used = pending ? found.previousSecret() : found.secret();
          String previous = overlaps ? reencrypt(found, used) : "";
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
   * @param concerned is told the key as it is, before it changes
   */
  public KeyOutcome revoke(@Nullable TenantId tenant, String id, Consumer<ApiKey> concerned) {
    return change(
        tenant,
        id,
        concerned,
        (keys, found) ->
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

  /**
   * Encrypts all secrets with the current master key that another one has encrypted. One key is
   * changed after the other, so a call that was interrupted is continued by another one.
   */
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
              switch (encryptAgain(keys, each)) {
                case DONE -> encrypted++;
                case FAILED -> failed++;
                case NEEDLESS -> {}
              }
            }
            page = keys.encryptedByOthers(masterKeys.currentId(), after, BATCH);
          }
          return new KeyOutcome.Encrypted(encrypted, failed);
        });
  }

  /** What comes of the secrets that another master key has encrypted. */
  private enum Reencryption {
    DONE,
    /** Others have changed the key meanwhile, or it has no secrets any more. */
    NEEDLESS,
    FAILED
  }

  private Reencryption encryptAgain(ApiKeyRepository keys, ApiKey listed) {
    ApiKey key = listed;
    try {
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        ApiKey changed =
            key.withSecrets(
                masterKeys.currentId(),
                reencrypt(key, key.secret()),
                reencrypt(key, key.previousSecret()),
                key.previousUntilMillis(),
                key.updatedAtMillis());
        if (keys.replace(changed) != null) {
          return Reencryption.DONE;
        }
        ApiKey found = keys.find(key.id());
        if (found == null
            || found.secret().isEmpty()
            || found.masterKeyId().equals(masterKeys.currentId())) {
          return Reencryption.NEEDLESS;
        }
        key = found;
      }
    } catch (UndecryptableException e) {
      LOG.log(Level.WARNING, "The API key {0} cannot be encrypted again: {1}", key, e.getMessage());
    }
    return Reencryption.FAILED;
  }

  /** What comes of a key as it was found. */
  private sealed interface Decision {}

  /** A changed key, and what comes of it once it is stored. */
  private record Change(ApiKey key, Function<ApiKey, KeyOutcome> stored) implements Decision {}

  /** That the key does not change. */
  private record Refusal(KeyOutcome outcome) implements Decision {}

  /** Thrown when the present secret cannot be read. */
  private static final class UndecryptableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UndecryptableException(SecretException cause) {
      super(cause.getMessage(), cause);
    }
  }

  private KeyOutcome change(
      @Nullable TenantId tenant,
      String id,
      Consumer<ApiKey> concerned,
      BiFunction<ApiKeyRepository, ApiKey, Decision> decide) {
    return call(
        keys -> {
          for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            ApiKey found = find(keys, tenant, id);
            if (found == null) {
              return new KeyOutcome.Missing();
            }
            concerned.accept(found);
            Decision decision = decide.apply(keys, found);
            if (decision instanceof Refusal refusal) {
              return refusal.outcome();
            }
            Change wanted = (Change) decision;
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

  /** Returns the first fault; null when there is none. */
  private static @Nullable String firstFault(@Nullable String... faults) {
    for (String each : faults) {
      if (each != null) {
        return each;
      }
    }
    return null;
  }

  private static @Nullable String nameFault(String name) {
    return name.isBlank() || name.length() > ApiKey.MAX_NAME
        ? "`name` must have 1 to " + ApiKey.MAX_NAME + " characters"
        : null;
  }

  private static @Nullable String scopesFault(List<KeyScope> scopes) {
    return scopes.isEmpty() || scopes.size() > MAX_SCOPES
        ? "`scopes` must have 1 to " + MAX_SCOPES + " elements"
        : null;
  }

  private static @Nullable String expiryFault(long expiresAtMillis, long nowMillis) {
    return expiresAtMillis != 0 && expiresAtMillis <= nowMillis
        ? "`expiresAt` must be in the future"
        : null;
  }

  private static @Nullable String roomFault(
      ApiKeyRepository keys, TenantId tenant, long nowMillis) {
    return keys.countValid(tenant, nowMillis) >= MAX_KEYS
        ? "a tenant can have " + MAX_KEYS + " API keys that are neither revoked nor expired"
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
