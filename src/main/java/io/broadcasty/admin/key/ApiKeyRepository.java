package io.broadcasty.admin.key;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.tenant.TenantId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Stores API keys, for all nodes that share the database. Each call is a transaction of its own and
 * may block. What a call has returned is durable, and visible to every later call of any node.
 *
 * <p>Every method throws {@link KeyStoreException} when the store does not answer; a change may
 * then have happened or not, and trying again is right.
 */
@ThreadSafe
public interface ApiKeyRepository {

  /** Returns a key; null when there is none of this id. */
  @Nullable ApiKey find(String id);

  /**
   * Returns a tenant's keys in the order of their ids.
   *
   * @param after returns those behind this id, whether there is such a key or not; empty begins
   *     with the first
   * @param limit the maximum number; at least 1
   */
  List<ApiKey> list(TenantId tenant, String after, int limit);

  /**
   * Returns keys with secrets that another master key has encrypted, in the order of their ids;
   * {@code after} and {@code limit} are as in {@link #list}.
   */
  List<ApiKey> encryptedByOthers(String masterKeyId, String after, int limit);

  /** Returns how many keys a tenant has, revoked and expired ones included. */
  long count(TenantId tenant);

  /** Returns how many keys a tenant has that are neither revoked nor expired. */
  long countValid(TenantId tenant, long nowMillis);

  /** Deletes all keys of a tenant; returns how many. */
  int deleteAll(TenantId tenant);

  /** Stores a new key and returns it with its revision; null when there is one of this id. */
  @Nullable ApiKey insert(ApiKey key);

  /**
   * Replaces a key's name, scopes, secrets, expiry and revocation, and returns it with its new
   * revision. Returns null when there is none of this id, or its revision is not the given one any
   * more.
   */
  @Nullable ApiKey replace(ApiKey changed);
}
