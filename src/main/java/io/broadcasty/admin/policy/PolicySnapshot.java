package io.broadcasty.admin.policy;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.admin.RefreshedSnapshot;
import io.broadcasty.admin.UnreadChanges;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.rbac.ChannelSettings;
import io.broadcasty.core.rbac.ChannelSettingsLookup;
import io.broadcasty.core.rbac.StoredPolicies;
import io.broadcasty.core.rbac.TenantPolicies;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The policies of all tenants in memory, as they were last read, so that no publication waits for
 * the database. Nothing is allowed to a tenant whose policies were announced to have changed and
 * could not be read since, or that has one which this release cannot read.
 */
@ThreadSafe
public final class PolicySnapshot
    implements StoredPolicies, ChannelSettingsLookup, RefreshedSnapshot<TenantId> {

  private static final System.Logger LOG = System.getLogger(PolicySnapshot.class.getName());

  private final ConcurrentHashMap<String, Entry> tenants = new ConcurrentHashMap<>();

  private final UnreadChanges<String> unread;

  /** Whether a policy has settings; most installations never look further. */
  private volatile boolean settings;

  private volatile Set<TenantId> mirroring = Set.of();

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

  /** Creates a snapshot without policies. */
  public PolicySnapshot(Ticker ticker) {
    this.unread = new UnreadChanges<>(ticker);
  }

  /** Has policies be read from a source from now on. */
  public void readFrom(PolicySource stored) {
    source = stored;
  }

  @Override
  public TenantPolicies of(String tenant) {
    if (unread.isUnread(tenant)) {
      throw new IllegalStateException(
          "the policies of tenant " + tenant + " have changed and cannot be read");
    }
    Entry entry = tenants.get(tenant);
    return entry == null ? TenantPolicies.NONE : entry.evaluated();
  }

  /** {@inheritDoc} Those of policies that have changed and cannot be read stay in force. */
  @Override
  public ChannelSettings of(TenantChannel channel) {
    Entry entry = settings ? tenants.get(channel.tenant().value()) : null;
    return entry == null
        ? ChannelSettings.NONE
        : entry.evaluated().settings(channel.name().value());
  }

  @Override
  public Set<TenantId> mirroringTenants() {
    return mirroring;
  }

  /**
   * Returns whether the policies of a tenant have changed, and could not be read since or not
   * within half a second.
   */
  @Override
  public boolean isUnread(TenantId tenant) {
    return unread.isUnread(tenant.value());
  }

  /** Notes that policies of a tenant have changed; {@link #refresh} has to follow soon. */
  @Override
  public void markChanged(TenantId tenant) {
    unread.add(tenant.value());
  }

  /**
   * Reads the policies of one tenant again; if that fails, nothing is allowed to it.
   *
   * @return false when the source failed
   */
  @Override
  public synchronized boolean refresh(TenantId tenant) {
    Runnable read = unread.reading(tenant.value());
    try {
      put(tenant.value(), source.load(tenant));
      read.run();
      return true;
    } catch (RuntimeException e) {
      unread.addUnreadable(tenant.value());
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
    Runnable read = unread.readingAll();
    PolicySource.AllPolicies stored;
    try {
      stored = source.loadAll();
    } catch (RuntimeException e) {
      LOG.log(Level.WARNING, "The policies cannot be read; the last known ones stay in force", e);
      return null;
    }
    Map<String, List<StoredPolicy>> loaded =
        stored.policies().stream().collect(Collectors.groupingBy(each -> each.tenant().value()));
    Set<String> all = new HashSet<>(tenants.keySet());
    all.addAll(loaded.keySet());
    Set<TenantId> changed = new HashSet<>();
    for (String tenant : all) {
      if (put(tenant, loaded.getOrDefault(tenant, List.of()))) {
        changed.add(new TenantId(tenant));
      }
    }
    read.run();
    for (TenantId tenant : stored.unreadable()) { // nothing is allowed to it
      unread.addUnreadable(tenant.value());
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
    settings = tenants.values().stream().anyMatch(each -> each.evaluated().hasSettings());
    mirroring =
        tenants.entrySet().stream()
            .filter(each -> each.getValue().evaluated().hasMirror())
            .map(each -> new TenantId(each.getKey()))
            .collect(Collectors.toUnmodifiableSet());
    return true;
  }
}
