package io.broadcasty.admin.app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.core.app.AppFeatures;
import io.broadcasty.core.tenant.TenantId;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The contract of {@link AppStore}. */
public abstract class AppStoreContract {

  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId GLOBEX = new TenantId("globex");

  protected abstract AppStore open();

  private static StoredApp app(String id, TenantId tenant, String key) {
    return new StoredApp(
        id,
        tenant,
        new AppOptions(
            "näme 😀",
            true,
            false,
            4711,
            new AppFeatures(true, false, Duration.ofMillis(1500), Duration.ofSeconds(30))),
        new AppCredentials(key, "m1", "one", "before-" + key, "two", 99),
        5,
        6,
        1);
  }

  @Test
  void keepsAppsAsTheyAre() {
    AppStore store = open();
    StoredApp full = app("12", ACME, "k1");
    assertTrue(store.insert(full));
    assertTrue(store.insert(app("13", GLOBEX, "k2")));
    assertTrue(store.insert(app("11", ACME, "k3")));
    assertEquals(full, store.find("12"));
    assertNull(store.find("14"));
    assertEquals(List.of("11", "12"), ids(store.list(ACME)));
    assertEquals(List.of("11", "12", "13"), ids(store.list(null)));
  }

  private static List<String> ids(List<StoredApp> apps) {
    return apps.stream().map(StoredApp::id).toList();
  }

  @Test
  void neitherIdNorKeyIsTakenTwice() {
    AppStore store = open();
    assertTrue(store.insert(app("12", ACME, "k1")));
    assertFalse(store.insert(app("12", GLOBEX, "k2")));
    assertFalse(store.insert(app("13", GLOBEX, "k1")));
    assertEquals(List.of("12"), ids(store.list(null)));
  }

  @Test
  void aChangeOfWhatOthersHaveChangedIsRefused() {
    AppStore store = open();
    assertTrue(store.insert(app("12", ACME, "k1")));
    StoredApp read = Objects.requireNonNull(store.find("12"));
    AppOptions quiet = new AppOptions("quiet", false, true, 1, new AppFeatures(false, true));
    StoredApp changed = store.replace(read.with(quiet, read.credentials(), 7));
    assertNotNull(changed);
    assertEquals(quiet, changed.options());
    assertEquals(2, changed.revision());
    assertNull(store.replace(read));
    assertTrue(store.delete("12"));
    assertFalse(store.delete("12"));
    assertNull(store.replace(changed));
  }

  @Test
  void theVersionTellsEveryChange() {
    AppStore store = open();
    String none = store.version();
    assertEquals(none, store.version());
    assertTrue(store.insert(app("12", ACME, "k1")));
    String one = store.version();
    assertNotEquals(none, one);
    StoredApp read = Objects.requireNonNull(store.find("12"));
    assertNotNull(store.replace(read.with(read.options(), read.credentials(), 6)));
    assertNotEquals(one, store.version());
    assertTrue(store.delete("12"));
    assertEquals(none, store.version());
  }
}
