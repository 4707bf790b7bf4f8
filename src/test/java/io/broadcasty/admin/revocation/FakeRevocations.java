package io.broadcasty.admin.revocation;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.tenant.TenantId;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Revocations in memory; they can be made to fail, and to be changed by others meanwhile. */
@ThreadSafe
public final class FakeRevocations implements RevocationRepository, RevocationSource {

  @GuardedBy("this")
  private final TreeMap<String, Revocation> revocations = new TreeMap<>();

  @GuardedBy("this")
  private long revision;

  /** Thrown instead of a result. */
  public volatile @Nullable RuntimeException fault;

  /** How often another request changes a revocation between its reading and its replacement. */
  public volatile int conflicts;

  /** Added to what is counted. */
  public volatile long others;

  /** Runs between the reading of all and the return of what was read. */
  public volatile Runnable afterReading = () -> {};

  @Override
  public synchronized @Nullable Revocation find(String id) {
    fail();
    return revocations.get(id);
  }

  @Override
  public synchronized List<Revocation> list(TenantId tenant, String after, int limit) {
    fail();
    return revocations.tailMap(after, false).values().stream()
        .filter(each -> each.target().tenant().equals(tenant))
        .limit(limit)
        .toList();
  }

  @Override
  public synchronized long count(@Nullable TenantId tenant) {
    fail();
    return others
        + revocations.values().stream()
            .filter(each -> tenant == null || each.target().tenant().equals(tenant))
            .count();
  }

  @Override
  public synchronized @Nullable Revocation insert(Revocation revocation) {
    fail();
    return revocations.containsKey(revocation.id()) ? null : put(revocation, revocation);
  }

  @Override
  public synchronized @Nullable Revocation replace(Revocation changed) {
    fail();
    Revocation found = revocations.get(changed.id());
    if (found != null && conflicts > 0) {
      conflicts--;
      found = put(found, found);
    }
    return found == null || found.revision() != changed.revision() ? null : put(found, changed);
  }

  @Override
  public synchronized boolean delete(String id) {
    fail();
    return revocations.remove(id) != null;
  }

  @Override
  public @Nullable Revocation load(String id) {
    Revocation found = find(id);
    afterReading.run();
    return found;
  }

  @Override
  public List<Revocation> loadAll(long nowMillis) {
    List<Revocation> loaded = readAll(nowMillis);
    afterReading.run();
    return loaded;
  }

  private synchronized List<Revocation> readAll(long nowMillis) {
    fail();
    return revocations.values().stream()
        .filter(each -> each.expiresAtMillis() > nowMillis)
        .toList();
  }

  @Override
  public synchronized int prune(long beforeMillis) {
    fail();
    int before = revocations.size();
    revocations.values().removeIf(each -> each.expiresAtMillis() < beforeMillis);
    return before - revocations.size();
  }

  /** Keeps of the old one what never changes. */
  @GuardedBy("this")
  private Revocation put(Revocation old, Revocation changed) {
    Revocation stored =
        new Revocation(
            old.target(),
            changed.issuedBeforeMillis(),
            changed.expiresAtMillis(),
            old.createdAtMillis(),
            changed.updatedAtMillis(),
            ++revision);
    revocations.put(old.id(), stored);
    return stored;
  }

  private void fail() {
    RuntimeException now = fault;
    if (now != null) {
      throw now;
    }
  }
}
