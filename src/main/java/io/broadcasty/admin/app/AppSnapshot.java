package io.broadcasty.admin.app;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.app.App;
import io.broadcasty.core.app.Apps;
import io.broadcasty.core.secret.MasterKeys;
import io.broadcasty.core.secret.SecretException;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.WallClock;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the apps of this node in step with those that are stored. Reads the database when anything
 * has changed, and drops keys that have been replaced for long enough.
 */
@ThreadSafe
public final class AppSnapshot {

  private static final System.Logger LOG = System.getLogger(AppSnapshot.class.getName());

  private final AppStore store;
  private final Apps apps;
  private final MasterKeys masterKeys;
  private final WallClock clock;

  @GuardedBy("this")
  private String version = "";

  @GuardedBy("this")
  private List<StoredApp> known = List.of();

  @GuardedBy("this")
  private List<App> current = List.of();

  /**
   * @param apps gets the stored apps, besides those of the configuration
   */
  public AppSnapshot(AppStore store, Apps apps, MasterKeys masterKeys, WallClock clock) {
    this.store = store;
    this.apps = apps;
    this.masterKeys = masterKeys;
    this.clock = clock;
  }

  /**
   * Reads what has changed. May block.
   *
   * @return the tenants whose apps have changed
   * @throws AppStoreException when the store cannot be reached; the known apps stay
   */
  public synchronized Set<TenantId> refresh() {
    String now = store.version();
    if (!now.equals(version)) {
      known = store.list(null);
      version = now;
    }
    List<App> made = new ArrayList<>();
    for (StoredApp each : known) {
      App app = app(each);
      if (app != null) {
        made.add(app);
      }
    }
    Set<TenantId> changed = new HashSet<>();
    if (!made.equals(current)) {
      List<App> differing = new ArrayList<>(made);
      differing.removeAll(current);
      List<App> gone = new ArrayList<>(current);
      gone.removeAll(made);
      differing.addAll(gone);
      differing.forEach(each -> changed.add(each.tenant()));
      current = List.copyOf(made);
      apps.store(current);
    }
    return changed;
  }

  private @Nullable App app(StoredApp stored) {
    AppCredentials credentials = stored.credentials();
    try {
      List<App.Credential> valid = new ArrayList<>();
      valid.add(new App.Credential(credentials.key(), decrypt(stored, credentials.secret())));
      if (credentials.isRotating(clock.nowMillis())) {
        valid.add(
            new App.Credential(
                credentials.previousKey(), decrypt(stored, credentials.previousSecret())));
      }
      AppOptions options = stored.options();
      return new App(
          stored.id(),
          valid,
          stored.tenant(),
          options.clientEvents(),
          options.repeatsRefused(),
          options.maxDataBytes(),
          options.features(),
          null);
    } catch (SecretException e) {
      LOG.log(Level.WARNING, "The app {0} cannot be used: {1}", stored, e.getMessage());
      return null;
    }
  }

  private String decrypt(StoredApp stored, String secret) throws SecretException {
    return masterKeys.decrypt(
        stored.credentials().masterKeyId(), secret, AppAdministration.context(stored.id()));
  }
}
