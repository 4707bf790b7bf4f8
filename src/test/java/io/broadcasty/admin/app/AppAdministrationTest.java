package io.broadcasty.admin.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.admin.app.jdbc.JdbcAppStore;
import io.broadcasty.core.app.App;
import io.broadcasty.core.app.Apps;
import io.broadcasty.core.secret.MasterKeys;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.ManualTime;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseSettings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AppAdministrationTest {

  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId GLOBEX = new TenantId("globex");
  private static final byte[] NEW = "n".repeat(32).getBytes(StandardCharsets.US_ASCII);
  private static final MasterKeys KEYS = new MasterKeys(List.of(new byte[MasterKeys.KEY_BYTES]));
  private static final App CONFIGURED =
      new App("1001", List.of(new App.Credential("key", "secret")), ACME, false, true, 10_240);

  private final ManualTime time = new ManualTime();
  private final Database database =
      Database.open(
          new DatabaseSettings(
              "jdbc:h2:mem:apps" + System.nanoTime() + ";DB_CLOSE_DELAY=-1", "sa", null, 2));
  private final AppStore store = new JdbcAppStore(database);
  private final Apps apps = new Apps(List.of(CONFIGURED));
  private final AppSnapshot snapshot = new AppSnapshot(store, apps, KEYS, time);
  private final AppAdministration administration =
      new AppAdministration(
          store,
          apps,
          KEYS,
          time,
          () -> {
            var unused = snapshot.refresh();
          });

  @AfterEach
  void close() {
    database.close();
  }

  private AppOutcome.Issued create(TenantId tenant) {
    return assertInstanceOf(
        AppOutcome.Issued.class,
        administration.create(tenant, new AppOptions("shop", true, true, 100), app -> {}));
  }

  private static boolean knows(Apps apps, String key, String secret) {
    App app = apps.byKey(key);
    return app != null && Objects.requireNonNull(app.credential(key)).secret().equals(secret);
  }

  @Test
  void anAppWorksOnceItIsCreated() {
    AppOutcome.Issued issued = create(ACME);
    StoredApp stored = issued.app();
    assertTrue(stored.id().matches("[0-9]{9}"), stored.id());
    assertFalse(stored.credentials().secret().contains(issued.secret()));
    App app = Objects.requireNonNull(apps.byId(stored.id()));
    assertEquals(
        List.of(ACME, true, 100), List.of(app.tenant(), app.clientEvents(), app.maxDataBytes()));
    assertTrue(knows(apps, stored.credentials().key(), issued.secret()));
    assertEquals(List.of("1001", stored.id()), apps.of(ACME).stream().map(App::id).toList());
  }

  @Test
  void anotherNodeLearnsOfChanges() {
    Apps there = new Apps(List.of());
    AppSnapshot other = new AppSnapshot(store, there, KEYS, time);
    assertEquals(Set.of(), other.refresh());
    AppOutcome.Issued issued = create(GLOBEX);
    assertEquals(Set.of(GLOBEX), other.refresh());
    assertEquals(Set.of(), other.refresh());
    assertNotNull(there.byId(issued.app().id()));
    assertInstanceOf(
        AppOutcome.Deleted.class, administration.delete(GLOBEX, issued.app().id(), app -> {}));
    assertEquals(Set.of(GLOBEX), other.refresh());
    assertNull(there.byId(issued.app().id()));
  }

  @Test
  void twoPairsAreValidWhileOneIsReplaced() {
    AppOutcome.Issued first = create(ACME);
    String id = first.app().id();
    String oldKey = first.app().credentials().key();
    AppOutcome.Issued second =
        assertInstanceOf(
            AppOutcome.Issued.class,
            administration.rotate(ACME, id, Duration.ofHours(1), false, app -> {}));
    String newKey = second.app().credentials().key();
    assertTrue(knows(apps, oldKey, first.secret()));
    assertTrue(knows(apps, newKey, second.secret()));
    assertInstanceOf(
        AppOutcome.RotationPending.class,
        administration.rotate(ACME, id, Duration.ofHours(1), false, app -> {}));
    AppOutcome.Issued third =
        assertInstanceOf(
            AppOutcome.Issued.class,
            administration.rotate(ACME, id, Duration.ofHours(1), true, app -> {}));
    assertTrue(knows(apps, oldKey, first.secret()), "the one that clients use");
    assertNull(apps.byKey(newKey));
    time.advance(Duration.ofHours(1));
    assertEquals(Set.of(ACME), snapshot.refresh());
    assertNull(apps.byKey(oldKey));
    assertTrue(knows(apps, third.app().credentials().key(), third.secret()));
  }

  @Test
  void aTenantSeesAndChangesNothingOfAnother() {
    String id = create(ACME).app().id();
    for (AppOutcome outcome :
        List.of(
            administration.find(GLOBEX, id),
            administration.update(GLOBEX, id, before -> before, app -> {}),
            administration.rotate(GLOBEX, id, Duration.ZERO, true, app -> {}),
            administration.delete(GLOBEX, id, app -> {}))) {
      assertInstanceOf(AppOutcome.Missing.class, outcome);
    }
    assertEquals(
        List.of(), assertInstanceOf(AppOutcome.All.class, administration.list(GLOBEX)).apps());
    assertInstanceOf(AppOutcome.Found.class, administration.find(null, id));
    assertInstanceOf(AppOutcome.Missing.class, administration.find(ACME, "1001"), "configured");
  }

  @Test
  void aConfiguredAppCountsBeforeAStoredOne() {
    assertTrue(
        store.insert(
            new StoredApp(
                "1001",
                GLOBEX,
                new AppOptions("x", false, true, 1),
                new AppCredentials(
                    "key",
                    KEYS.currentId(),
                    KEYS.encrypt("other", AppAdministration.context("1001")),
                    "",
                    "",
                    0),
                1,
                1,
                1)));
    assertEquals(Set.of(GLOBEX), snapshot.refresh());
    assertEquals(CONFIGURED, apps.byId("1001"));
    assertTrue(knows(apps, "key", "secret"));
  }

  @Test
  void refusesInvalidOptions() {
    for (AppOptions options :
        List.of(
            new AppOptions("", true, true, 100),
            new AppOptions("x".repeat(201), true, true, 100),
            new AppOptions("x", true, true, 0),
            new AppOptions("x", true, true, 2_000_000))) {
      assertInstanceOf(AppOutcome.Invalid.class, administration.create(ACME, options, app -> {}));
    }
    String id = create(ACME).app().id();
    assertInstanceOf(
        AppOutcome.Invalid.class,
        administration.update(ACME, id, before -> new AppOptions("", true, true, 1), app -> {}));
    assertInstanceOf(
        AppOutcome.Found.class,
        administration.update(ACME, id, before -> new AppOptions("y", false, true, 1), app -> {}));
    assertFalse(Objects.requireNonNull(apps.byId(id)).clientEvents());
  }

  @Test
  void secretsFollowTheMasterKeyAndAppsTheirTenant() {
    AppOutcome.Issued issued = create(ACME);
    MasterKeys both = new MasterKeys(List.of(NEW, new byte[MasterKeys.KEY_BYTES]));
    AppAdministration later = new AppAdministration(store, apps, both, time, () -> {});
    assertEquals(new AppOutcome.Encrypted(1, 0), later.rotateMaster());
    assertEquals(new AppOutcome.Encrypted(0, 0), later.rotateMaster());
    Apps there = new Apps(List.of());
    var unused = new AppSnapshot(store, there, new MasterKeys(List.of(NEW)), time).refresh();
    assertTrue(knows(there, issued.app().credentials().key(), issued.secret()));
    assertTrue(administration.deleteAll(ACME));
    assertNull(apps.byId(issued.app().id()));
    assertNotNull(apps.byId("1001"));
  }

  @Test
  void withoutADatabaseOrAMasterKeyItIsSaidWhy() {
    assertInstanceOf(
        AppOutcome.Off.class, new AppAdministration(null, apps, KEYS, time, () -> {}).list(ACME));
    assertInstanceOf(
        AppOutcome.Off.class,
        new AppAdministration(store, apps, MasterKeys.NONE, time, () -> {})
            .create(ACME, new AppOptions("x", true, true, 1), app -> {}));
    close();
    assertInstanceOf(AppOutcome.Unavailable.class, administration.list(ACME));
    assertFalse(administration.deleteAll(ACME));
  }
}
