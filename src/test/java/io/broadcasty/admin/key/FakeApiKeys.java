package io.broadcasty.admin.key;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.WallClock;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** API keys in memory; they can be made to fail, and to be changed by others meanwhile. */
@ThreadSafe
public final class FakeApiKeys implements ApiKeyRepository, ApiKeySource {

  @GuardedBy("this")
  private final TreeMap<String, ApiKey> keys = new TreeMap<>();

  @GuardedBy("this")
  private long revision;

  private final WallClock clock;

  /** Thrown instead of a result. */
  public volatile @Nullable RuntimeException fault;

  /** Thrown by changes of single keys instead of a result. */
  public volatile @Nullable RuntimeException faultOfChanges;

  /** How often another request changes a key between its reading and its replacement. */
  public volatile int conflicts;

  /** The uses that were stored. */
  public final ConcurrentHashMap<String, Long> uses = new ConcurrentHashMap<>();

  /**
   * Creates a store without keys.
   *
   * @param clock says which keys have expired
   */
  public FakeApiKeys(WallClock clock) {
    this.clock = clock;
  }

  @Override
  public synchronized @Nullable ApiKey find(String id) {
    fail();
    return keys.get(id);
  }

  @Override
  public synchronized List<ApiKey> list(TenantId tenant, String after, int limit) {
    return select(after, limit, key -> key.tenant().equals(tenant));
  }

  @Override
  public synchronized List<ApiKey> encryptedByOthers(String master, String after, int limit) {
    return select(
        after, limit, key -> !key.masterKeyId().equals(master) && !key.secret().isEmpty());
  }

  @GuardedBy("this")
  private List<ApiKey> select(String after, int limit, Predicate<ApiKey> condition) {
    fail();
    return keys.tailMap(after, false).values().stream().filter(condition).limit(limit).toList();
  }

  @Override
  public synchronized long count(TenantId tenant) {
    return list(tenant, "", Integer.MAX_VALUE).size();
  }

  @Override
  public synchronized long countValid(TenantId tenant, long nowMillis) {
    return list(tenant, "", Integer.MAX_VALUE).stream()
        .filter(key -> isValid(key, nowMillis))
        .count();
  }

  @Override
  public synchronized int deleteAll(TenantId tenant) {
    fail();
    int before = keys.size();
    keys.values().removeIf(key -> key.tenant().equals(tenant));
    return before - keys.size();
  }

  @Override
  public synchronized @Nullable ApiKey insert(ApiKey key) {
    fail();
    fail(faultOfChanges);
    return keys.containsKey(key.id()) ? null : put(key, key);
  }

  @Override
  public synchronized @Nullable ApiKey replace(ApiKey changed) {
    fail();
    fail(faultOfChanges);
    ApiKey found = keys.get(changed.id());
    if (found != null && conflicts > 0) {
      conflicts--;
      found = put(found, found);
    }
    return found == null || found.revision() != changed.revision() ? null : put(found, changed);
  }

  @Override
  public synchronized @Nullable ApiKey load(String id) {
    ApiKey found = find(id);
    return found == null || !isValid(found, clock.nowMillis()) ? null : found;
  }

  @Override
  public synchronized List<ApiKey> loadAll() {
    return select("", Integer.MAX_VALUE, key -> isValid(key, clock.nowMillis()));
  }

  private static boolean isValid(ApiKey key, long nowMillis) {
    return !key.revoked() && !key.isExpired(nowMillis);
  }

  @Override
  public synchronized void storeUses(Map<String, Long> lastUsedMillis) {
    fail();
    uses.putAll(lastUsedMillis);
  }

  @Override
  public int prune(long beforeMillis) {
    return 0;
  }

  /** Keeps of the old key what never changes. */
  @GuardedBy("this")
  private ApiKey put(ApiKey old, ApiKey changed) {
    ApiKey stored =
        new ApiKey(
            old.id(),
            old.tenant(),
            changed.name(),
            changed.scopes(),
            changed.masterKeyId(),
            changed.secret(),
            changed.previousSecret(),
            changed.previousUntilMillis(),
            changed.revoked(),
            changed.expiresAtMillis(),
            old.lastUsedAtMillis(),
            old.createdAtMillis(),
            changed.updatedAtMillis(),
            ++revision);
    keys.put(old.id(), stored);
    return stored;
  }

  private void fail() {
    fail(fault);
  }

  private static void fail(@Nullable RuntimeException now) {
    if (now != null) {
      throw now;
    }
  }
}
