package io.broadcasty.core.app;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.tenant.TenantId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The apps of this service, by id and by key: those of the configuration, and those that
 * administrators have created, which change while it runs.
 */
@ThreadSafe
public final class Apps {

  /** No apps. */
  public static final Apps NONE = new Apps(List.of());

  @SuppressWarnings("ThreadSafe") // immutable
  private final Map<String, App> configured;

  private volatile Index index;

  private record Index(
      Map<String, App> byId, Map<String, App> byKey, Set<TenantId> countSubscriptions) {

    static Index of(Map<String, App> byId, Map<String, App> byKey) {
      return new Index(
          Map.copyOf(byId),
          Map.copyOf(byKey),
          byId.values().stream()
              .filter(app -> app.features().subscriptionCounts())
              .map(App::tenant)
              .collect(Collectors.toUnmodifiableSet()));
    }
  }

  /**
   * Creates the set.
   *
   * @param configured those that never change
   * @throws IllegalArgumentException when two apps have the same id or key
   */
  public Apps(List<App> configured) {
    Map<String, App> ids = new HashMap<>();
    Map<String, App> keys = new HashMap<>();
    for (App app : configured) {
      if (ids.put(app.id(), app) != null) {
        throw new IllegalArgumentException("two apps have the id " + app.id());
      }
      for (App.Credential each : app.credentials()) {
        if (keys.put(each.key(), app) != null) {
          throw new IllegalArgumentException("the key of app " + app.id() + " is used twice");
        }
      }
    }
    this.configured = Map.copyOf(ids);
    this.index = Index.of(this.configured, keys);
  }

  /**
   * Replaces the apps that administrators have created. Where one has the id or a key of a
   * configured app, that one counts.
   */
  public void store(List<App> stored) {
    Map<String, App> ids = new HashMap<>();
    Map<String, App> keys = new HashMap<>();
    List<App> all = new ArrayList<>(configured.values());
    all.addAll(stored);
    for (App app : all) {
      if (ids.putIfAbsent(app.id(), app) == null) {
        app.credentials().forEach(each -> keys.putIfAbsent(each.key(), app));
      }
    }
    index = Index.of(ids, keys);
  }

  /** Returns the apps of the configuration. */
  public Collection<App> configured() {
    return configured.values();
  }

  /** Returns the app with an id; null when there is none. */
  public @Nullable App byId(String id) {
    return index.byId().get(id);
  }

  /** Returns the app with a key; null when there is none. */
  public @Nullable App byKey(String key) {
    return index.byKey().get(key);
  }

  /** Returns whether an app of the tenant tells subscribers how many they are. */
  public boolean countSubscriptions(TenantId tenant) {
    return index.countSubscriptions().contains(tenant);
  }

  /** Returns the apps of a tenant, in order of their ids. */
  public List<App> of(TenantId tenant) {
    return index.byId().values().stream()
        .filter(app -> app.tenant().equals(tenant))
        .sorted(Comparator.comparing(App::id))
        .toList();
  }
}
