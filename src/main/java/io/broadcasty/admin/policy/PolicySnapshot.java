package io.broadcasty.admin.policy;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.admin.RefreshedSnapshot;
import io.broadcasty.core.rbac.StoredPolicies;
import io.broadcasty.core.rbac.TenantPolicies;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The policies of all tenants in memory, as they were last read, so that no publication waits for
 * the database. Nothing is allowed to a tenant whose policies were announced to have changed and
 * could not be read since, or that has one which this release cannot read.
 */
@ThreadSafe
public final class PolicySnapshot implements StoredPolicies, RefreshedSnapshot<TenantId> {

  private static final System.Logger LOG = System.getLogger(PolicySnapshot.class.getName());

  /** The time that reading changed policies may take before the former ones end. */
  private static final long GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final Ticker ticker;
  private final ConcurrentHashMap<String, Entry> tenants = new ConcurrentHashMap<>();

  /** For tenants whose policies have changed and were not read since. */
  private final ConcurrentHashMap<String, Mark> unreadFrom = new ConcurrentHashMap<>();

  private volatile PolicySource source = PolicySource.NONE;

  /** The policies of a tenant; the stored ones tell whether they have changed. */
  @SuppressWarnings("ThreadSafe") // both are immutable
  private record Entry(Set<StoredPolicy> stored, TenantPolicies evaluated) {

    static Entry of(List<StoredPolicy> policies) {
      return new Entry(
          Set.copyOf(policies),
          new TenantPolicies(policies.stream().map(StoredPolicy::evaluated).toList()));
    }
  }

  /** That policies have changed and are to be read; each announcement makes another one. */
  private static final class Mark {
    private final long deadlineNanos;

    Mark(long deadlineNanos) {
      this.deadlineNanos = deadlineNanos;
    }
  }

  /** Creates a snapshot without policies. */
  public PolicySnapshot(Ticker ticker) {
    this.ticker = ticker;
  }

  /** Has policies be read from a source from now on. */
  public void readFrom(PolicySource stored) {
    source = stored;
  }

  @Override
  public TenantPolicies of(String tenant) {
    if (!unreadFrom.isEmpty() && isUnread(tenant)) {
      throw new IllegalStateException(
          "the policies of tenant " + tenant + " have changed and cannot be read");
    }
    Entry entry = tenants.get(tenant);
    return entry == null ? TenantPolicies.NONE : entry.evaluated();
  }

  /**
   * Returns whether the policies of a tenant have changed, and could not be read since or not
   * within half a second.
   */
  @Override
  public boolean isUnread(TenantId tenant) {
    return isUnread(tenant.value());
  }

  private boolean isUnread(String tenant) {
    Mark mark = unreadFrom.get(tenant);
    return mark != null && ticker.readNanos() - mark.deadlineNanos >= 0;
  }

  /** Notes that policies of a tenant have changed; {@link #refresh} has to follow soon. */
  @Override
  public void markChanged(TenantId tenant) {
    long now = ticker.readNanos();
    unreadFrom.compute(
        tenant.value(),
        (key, before) -> new Mark(before == null ? now + GRACE_NANOS : before.deadlineNanos));
  }

  /**
   * Reads the policies of one tenant again; if that fails, nothing is allowed to it.
   *
   * @return false when the source failed
   */
  @Override
  public synchronized boolean refresh(TenantId tenant) {
    Mark seen = unreadFrom.get(tenant.value());
    try {
      put(tenant.value(), source.load(tenant));
      if (seen != null) { // a change during the reading is to be read too
        unreadFrom.remove(tenant.value(), seen);
      }
      return true;
    } catch (RuntimeException e) {
      unreadFrom.put(tenant.value(), new Mark(ticker.readNanos()));
      LOG.log(
          Level.WARNING,
          "Changed policies cannot be read; their tenant may do nothing until then",
          e);
      return false;
    }
  }

  /**
   * Reads all policies again.
   *
   * @return the tenants whose policies have changed; null when the source failed, so that the known
   *     ones stay in force
   */
  @Override
  public synchronized @Nullable Set<TenantId> refreshAll() {
    Map<String, Mark> seen = new HashMap<>(unreadFrom);
    PolicySource.AllPolicies read;
    try {
      read = source.loadAll();
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "The policies cannot be read; the last known ones stay in force", e);
      return null;
    }
    Map<String, List<StoredPolicy>> loaded =
        read.policies().stream().collect(Collectors.groupingBy(each -> each.tenant().value()));
    Set<String> all = new HashSet<>(tenants.keySet());
    all.addAll(loaded.keySet());
    Set<TenantId> changed = new HashSet<>();
    for (String tenant : all) {
      if (put(tenant, loaded.getOrDefault(tenant, List.of()))) {
        changed.add(new TenantId(tenant));
      }
    }
    seen.forEach(unreadFrom::remove);
    for (TenantId tenant : read.unreadable()) { // nothing is allowed to it
      unreadFrom.put(tenant.value(), new Mark(ticker.readNanos()));
      changed.add(tenant);
    }
    return changed;
  }

  /** Returns whether the policies are others than before. */
  private boolean put(String tenant, List<StoredPolicy> policies) {
    Entry before = tenants.get(tenant);
    Entry now = Entry.of(policies);
    if (before == null ? policies.isEmpty() : before.stored().equals(now.stored())) {
      return false;
    }
    if (policies.isEmpty()) {
      tenants.remove(tenant);
    } else {
      tenants.put(tenant, now);
    }
    return true;
  }
}
