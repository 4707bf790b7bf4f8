package io.broadcasty.server;

import io.broadcasty.admin.app.AppAdministration;
import io.broadcasty.admin.app.AppSnapshot;
import io.broadcasty.admin.app.AppStore;
import io.broadcasty.admin.app.AppStoreException;
import io.broadcasty.admin.app.jdbc.JdbcAppStore;
import io.broadcasty.core.app.Apps;
import io.broadcasty.core.secret.MasterKeys;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.delivery.session.Sessions;
import io.broadcasty.infra.database.Database;
import io.broadcasty.server.threads.Threads;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/** The apps that administrators have created: their snapshot, and the use case. */
final class AppRuntime {

  private static final System.Logger LOG = System.getLogger(AppRuntime.class.getName());

  /** How often a node looks for what others have changed. */
  private static final long POLL_MILLIS = 1000;

  private final AppAdministration administration;

  /**
   * Reads the apps of a database, from now on.
   *
   * @param database null when there is none
   * @param apps gets them
   * @throws IllegalStateException when they cannot be read
   */
  AppRuntime(
      @Nullable Database database,
      Apps apps,
      MasterKeys masterKeys,
      WallClock own,
      Sessions sessions,
      Threads threads) {
    if (database == null) {
      administration = new AppAdministration(null, apps, masterKeys, own, () -> {});
      return;
    }
    AppStore store = new JdbcAppStore(database);
    AppSnapshot snapshot = new AppSnapshot(store, apps, masterKeys, database.clock());
    try {
      var unused = snapshot.refresh();
    } catch (AppStoreException e) {
      throw new IllegalStateException("Cannot read the apps; see the cause", e);
    }
    Runnable refresh = () -> refresh(snapshot, sessions);
    administration = new AppAdministration(store, apps, masterKeys, database.clock(), refresh);
    threads.scheduleLong(POLL_MILLIS, "apps", refresh);
  }

  /** Applies what has changed, and ends connections of apps that are gone. */
  private static void refresh(AppSnapshot snapshot, Sessions sessions) {
    try {
      for (TenantId each : snapshot.refresh()) {
        sessions.reauthorize(each);
      }
    } catch (AppStoreException e) { // the known apps stay
      LOG.log(Level.DEBUG, "Cannot read the apps; the task will run again", e);
    }
  }

  AppAdministration administration() {
    return administration;
  }
}
