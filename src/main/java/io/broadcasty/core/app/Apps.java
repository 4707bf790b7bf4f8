package io.broadcasty.core.app;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.tenant.TenantId;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The apps of this service, by id and by key. Immutable. */
@ThreadSafe
public final class Apps {

  /** No apps. */
  public static final Apps NONE = new Apps(List.of());

  @SuppressWarnings("ThreadSafe") // immutable
  private final Map<String, App> byId;

  @SuppressWarnings("ThreadSafe") // immutable
  private final Map<String, App> byKey;

  /**
   * Creates the set.
   *
   * @throws IllegalArgumentException when two apps have the same id or key
   */
  public Apps(List<App> apps) {
    Map<String, App> ids = new HashMap<>();
    Map<String, App> keys = new HashMap<>();
    for (App app : apps) {
      if (ids.put(app.id(), app) != null) {
        throw new IllegalArgumentException("two apps have the id " + app.id());
      }
      for (App.Credential each : app.credentials()) {
        if (keys.put(each.key(), app) != null) {
          throw new IllegalArgumentException("the key of app " + app.id() + " is used twice");
        }
      }
    }
    byId = Map.copyOf(ids);
    byKey = Map.copyOf(keys);
  }

  /** Returns the app with an id; null when there is none. */
  public @Nullable App byId(String id) {
    return byId.get(id);
  }

  /** Returns the app with a key; null when there is none. */
  public @Nullable App byKey(String key) {
    return byKey.get(key);
  }

  /** Returns all apps. */
  public Collection<App> all() {
    return byId.values();
  }

  /** Returns the apps of a tenant, in order of their ids. */
  public List<App> of(TenantId tenant) {
    return byId.values().stream()
        .filter(app -> app.tenant().equals(tenant))
        .sorted(Comparator.comparing(App::id))
        .toList();
  }
}
