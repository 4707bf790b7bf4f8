package io.broadcasty.admin.tenant;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.cluster.control.ControlException;
import io.broadcasty.cluster.control.ControlMessage;
import io.broadcasty.cluster.control.ControlTopic;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.tenant.TenantState;
import io.broadcasty.core.time.WallClock;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Creates, reads, changes and deletes tenants. A change is stored first; then all nodes are
 * notified, and apply it within a second. Who may do what is decided by the caller of this class.
 *
 * <p>A tenant that is deleted has the settings of the configuration again; its data is kept for as
 * long as these say.
 */
@ThreadSafe
public final class TenantAdministration {

  private static final System.Logger LOG = System.getLogger(TenantAdministration.class.getName());
  private static final int ATTEMPTS = 5;

  /** The largest page. */
  public static final int MAX_PAGE = 1000;

  private final @Nullable TenantRepository stored;
  private final TenantRules rules;
  private final ControlTopic topic;
  private final WallClock clock;

  /**
   * Creates the use case.
   *
   * @param stored the tenants; null where none are stored
   */
  public TenantAdministration(
      @Nullable TenantRepository stored, TenantRules rules, ControlTopic topic, WallClock clock) {
    this.stored = stored;
    this.rules = rules;
    this.topic = topic;
    this.clock = clock;
  }

  /** Returns a tenant, or that it is missing. */
  public TenantOutcome find(TenantId id) {
    return call(
        tenants -> {
          Tenant found = tenants.find(id);
          return found == null ? new TenantOutcome.Missing() : new TenantOutcome.Stored(found);
        });
  }

  /**
   * Returns tenants in the order of their ids.
   *
   * @param after begins behind this id; null for the first
   * @param limit 1 to {@link #MAX_PAGE}
   */
  public TenantOutcome list(@Nullable TenantId after, int limit) {
    return call(
        tenants -> {
          List<Tenant> found = tenants.list(after, limit + 1);
          return found.size() > limit
              ? new TenantOutcome.Page(found.subList(0, limit), true)
              : new TenantOutcome.Page(found, false);
        });
  }

  /** Creates a tenant. */
  public TenantOutcome create(TenantId id, TenantChange change) {
    long now = clock.nowMillis();
    Tenant created =
        changed(new Tenant(id, id.value(), TenantState.ACTIVE, Map.of(), now, now, 0), change, now);
    String fault = rules.fault(created, true);
    if (fault != null) {
      return new TenantOutcome.Invalid(fault);
    }
    return call(
        tenants -> {
          Tenant inserted = tenants.insert(created);
          if (inserted == null) {
            notifyNodes(id); // an earlier request may have created it without notifying them
            return new TenantOutcome.Exists();
          }
          return announced(inserted);
        });
  }

  /** Changes a tenant; what the change does not name stays as it is. */
  public TenantOutcome change(TenantId id, TenantChange change) {
    return call(
        tenants -> {
          for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Tenant found = tenants.find(id);
            if (found == null) {
              return new TenantOutcome.Missing();
            }
            Tenant wanted = changed(found, change, clock.nowMillis());
            String fault = rules.fault(wanted, !change.settings().isEmpty());
            if (fault != null) {
              return new TenantOutcome.Invalid(fault);
            }
            Tenant replaced = tenants.replace(wanted);
            if (replaced != null) {
              return announced(replaced);
            }
          }
          return new TenantOutcome.Conflict();
        });
  }

  /**
   * Deletes a tenant.
   *
   * @param deleteRest deletes what else is stored of the tenant, before it; false when that has
   *     failed, so that the tenant stays and the request can be repeated
   */
  public TenantOutcome delete(TenantId id, BooleanSupplier deleteRest) {
    if (!rules.isDeletable(id)) {
      return new TenantOutcome.Invalid("operators cannot delete their own tenant");
    }
    return call(
        tenants -> {
          if (tenants.find(id) != null && !deleteRest.getAsBoolean()) {
            return new TenantOutcome.Unavailable(
                "what belongs to this tenant cannot be deleted now; repeat the request");
          }
          if (!tenants.delete(id)) {
            notifyNodes(id); // an earlier request may have deleted it without notifying them
            return new TenantOutcome.Missing();
          }
          notifyNodes(id);
          return new TenantOutcome.Deleted();
        });
  }

  private static Tenant changed(Tenant tenant, TenantChange change, long nowMillis) {
    Map<String, String> settings = new TreeMap<>(tenant.settings());
    change
        .settings()
        .forEach(
            (name, value) -> {
              if (value == null) {
                settings.remove(name);
              } else {
                settings.put(name, value);
              }
            });
    return new Tenant(
        tenant.id(),
        change.name() == null ? tenant.name() : change.name(),
        change.state() == null ? tenant.state() : change.state(),
        settings,
        tenant.createdAtMillis(),
        nowMillis,
        tenant.revision());
  }

  private TenantOutcome announced(Tenant changed) {
    notifyNodes(changed.id());
    return new TenantOutcome.Stored(changed);
  }

  private void notifyNodes(TenantId id) {
    long number = topic.publish(new ControlMessage.SettingsChanged(id));
    LOG.log(Level.DEBUG, "Tenant {0} has changed; control message {1}", id, number);
  }

  private TenantOutcome call(Function<TenantRepository, TenantOutcome> work) {
    TenantRepository tenants = stored;
    if (tenants == null) {
      return new TenantOutcome.Off();
    }
    try {
      return work.apply(tenants);
    } catch (TenantStoreException e) {
      LOG.log(Level.WARNING, "Tenants cannot be read or changed", e);
      return new TenantOutcome.Unavailable("the store of tenants cannot be reached now; retry");
    } catch (ControlException e) {
      LOG.log(Level.WARNING, "A tenant has changed, and the nodes cannot be notified", e);
      return new TenantOutcome.Unavailable(
          "the change may be stored, and the nodes cannot be notified now; repeat the request");
    }
  }
}
