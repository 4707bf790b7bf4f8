package io.broadcasty.admin.tenant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.cluster.control.ControlException;
import io.broadcasty.cluster.control.ControlListener;
import io.broadcasty.cluster.control.ControlMessage;
import io.broadcasty.cluster.control.ControlMessage.SettingsChanged;
import io.broadcasty.cluster.control.ControlTopic;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.tenant.TenantSettingKeys;
import io.broadcasty.core.tenant.TenantSettingsBuilder;
import io.broadcasty.core.tenant.TenantState;
import io.broadcasty.core.tenant.TestTenantSettings;
import io.broadcasty.core.time.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TenantAdministrationTest {

  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId OPERATIONS = new TenantId("operations");
  private static final TenantChange NOTHING = new TenantChange(null, null, Map.of());

  private final ManualTime time = new ManualTime();
  private final FakeTenantRepository repository = new FakeTenantRepository();
  private final List<ControlMessage> published = new ArrayList<>();
  private boolean nodesAway;

  private final ControlTopic topic =
      new ControlTopic() {
        @Override
        public long publish(ControlMessage message) {
          if (nodesAway) {
            throw new ControlException("away");
          }
          published.add(message);
          return published.size();
        }

        @Override
        public void addListener(ControlListener listener) {}

        @Override
        public void close() {}
      };

  /** Knows two settings. */
  private static final TenantSettingKeys KEYS =
      new TenantSettingKeys() {
        @Override
        public Set<String> names() {
          return Set.of("limits.batch", "replay.retention");
        }

        @Override
        public void apply(TenantSettingsBuilder settings, String name, String text) {
          switch (name) {
            case "limits.batch" -> settings.maxBatch(Integer.parseInt(text));
            case "replay.retention" ->
                settings.retentionAge(Duration.ofSeconds(Long.parseLong(text)));
            default -> throw new IllegalArgumentException("is no setting");
          }
        }
      };

  private final TenantAdministration tenants = administration(repository);

  private TenantAdministration administration(@Nullable TenantRepository stored) {
    return new TenantAdministration(
        stored,
        new TenantRules(KEYS, TestTenantSettings.GENEROUS, Duration.ofDays(30), OPERATIONS),
        topic,
        time);
  }

  private static TenantChange settings(String name, @Nullable String value) {
    Map<String, @Nullable String> settings = new HashMap<>();
    settings.put(name, value);
    return new TenantChange(null, null, settings);
  }

  private static TenantChange state(TenantState state) {
    return new TenantChange(null, state, Map.of());
  }

  private static Tenant stored(TenantOutcome outcome) {
    return assertInstanceOf(TenantOutcome.Stored.class, outcome).tenant();
  }

  @Test
  void createsATenantAndNotifiesAllNodes() {
    Tenant tenant =
        stored(tenants.create(ACME, new TenantChange("Acme", null, Map.of("limits.batch", "5"))));
    assertEquals("Acme", tenant.name());
    assertEquals(TenantState.ACTIVE, tenant.state());
    assertEquals(Map.of("limits.batch", "5"), tenant.settings());
    assertEquals(time.nowMillis(), tenant.createdAtMillis());
    assertEquals(List.of(new SettingsChanged(ACME)), published);
    assertEquals(tenant, stored(tenants.find(ACME)));
    assertInstanceOf(TenantOutcome.Exists.class, tenants.create(ACME, NOTHING));
    assertEquals(2, published.size(), "the first request may have failed to notify the nodes");
  }

  @Test
  void changesWhatIsNamedAndNothingElse() {
    tenants.create(ACME, new TenantChange("Acme", null, Map.of("limits.batch", "5")));
    time.advance(Duration.ofSeconds(3));
    Tenant changed = stored(tenants.change(ACME, settings("replay.retention", "60")));
    assertEquals(Map.of("limits.batch", "5", "replay.retention", "60"), changed.settings());
    assertEquals("Acme", changed.name());
    assertEquals(3000, changed.updatedAtMillis() - changed.createdAtMillis());
    Tenant suspended = stored(tenants.change(ACME, state(TenantState.SUSPENDED)));
    assertEquals(TenantState.SUSPENDED, suspended.state());
    Tenant without = stored(tenants.change(ACME, settings("limits.batch", null)));
    assertEquals(Map.of("replay.retention", "60"), without.settings());
    assertEquals(TenantState.SUSPENDED, without.state());
    assertEquals(4, published.size());
  }

  @Test
  void aChangeIsAppliedToWhatOthersHaveStoredMeanwhile() {
    tenants.create(ACME, settings("limits.batch", "5"));
    repository.conflicts = 3;
    assertEquals(
        Map.of("limits.batch", "5", "replay.retention", "60"),
        stored(tenants.change(ACME, settings("replay.retention", "60"))).settings());
    repository.conflicts = 1000;
    assertInstanceOf(
        TenantOutcome.Conflict.class, tenants.change(ACME, settings("limits.batch", "6")));
    assertEquals(2, published.size());
  }

  @Test
  void refusesInvalidTenants() {
    assertInvalid("limits.btach", tenants.create(ACME, settings("limits.btach", "5")));
    assertInvalid("limits.batch", tenants.create(ACME, settings("limits.batch", "0x")));
    assertInvalid("name", tenants.create(ACME, new TenantChange(" ", null, Map.of())));
    assertInvalid("2592000 s", tenants.create(ACME, settings("replay.retention", "2592001")));
    assertNull(repository.find(ACME));
    tenants.create(ACME, NOTHING);
    assertInvalid("limits.btach", tenants.change(ACME, settings("limits.btach", "5")));
    assertEquals(1, published.size());
  }

  private static void assertInvalid(String because, TenantOutcome outcome) {
    String reason = assertInstanceOf(TenantOutcome.Invalid.class, outcome).reason();
    assertTrue(reason.contains(because), reason);
  }

  /** Otherwise nobody could undo it. */
  @Test
  void operatorsCannotLockThemselvesOut() {
    assertInvalid("own", tenants.create(OPERATIONS, state(TenantState.SUSPENDED)));
    stored(tenants.create(OPERATIONS, NOTHING));
    assertInvalid("own", tenants.change(OPERATIONS, state(TenantState.SUSPENDED)));
    assertInvalid("own", tenants.delete(OPERATIONS, () -> true));
  }

  @Test
  void deletesATenant() {
    tenants.create(ACME, NOTHING);
    assertInstanceOf(TenantOutcome.Deleted.class, tenants.delete(ACME, () -> true));
    assertInstanceOf(TenantOutcome.Missing.class, tenants.find(ACME));
    assertInstanceOf(TenantOutcome.Missing.class, tenants.change(ACME, NOTHING));
    assertEquals(List.of(new SettingsChanged(ACME), new SettingsChanged(ACME)), published);
  }

  /** The repetition finds nothing to delete, and must notify the nodes all the same. */
  /** Nothing of it may be left for a later tenant of the same id. */
  @Test
  void aTenantStaysUntilTheRestIsDeleted() {
    int[] calls = {0};
    assertInstanceOf(TenantOutcome.Missing.class, tenants.delete(ACME, () -> ++calls[0] > 0));
    assertInstanceOf(TenantOutcome.Invalid.class, tenants.delete(OPERATIONS, () -> ++calls[0] > 0));
    assertEquals(0, calls[0], "the rest of a tenant that is not deleted stays");
    tenants.create(ACME, NOTHING);
    assertInstanceOf(TenantOutcome.Unavailable.class, tenants.delete(ACME, () -> false));
    assertInstanceOf(TenantOutcome.Stored.class, tenants.find(ACME));
    assertInstanceOf(TenantOutcome.Deleted.class, tenants.delete(ACME, () -> ++calls[0] > 0));
    assertEquals(1, calls[0]);
  }

  @Test
  void aRepeatedDeletionNotifiesNodesThatWereAway() {
    tenants.create(ACME, NOTHING);
    published.clear();
    nodesAway = true;
    assertInstanceOf(TenantOutcome.Unavailable.class, tenants.delete(ACME, () -> true));
    nodesAway = false;
    assertInstanceOf(TenantOutcome.Missing.class, tenants.delete(ACME, () -> true));
    assertEquals(List.of(new SettingsChanged(ACME)), published);
  }

  @Test
  void aRepeatedChangeNotifiesNodesThatWereAway() {
    tenants.create(ACME, NOTHING);
    published.clear();
    nodesAway = true;
    assertInstanceOf(
        TenantOutcome.Unavailable.class, tenants.change(ACME, state(TenantState.SUSPENDED)));
    nodesAway = false;
    stored(tenants.change(ACME, state(TenantState.SUSPENDED)));
    assertEquals(List.of(new SettingsChanged(ACME)), published);
  }

  @Test
  void listsPages() {
    for (String id : List.of("c", "a", "b")) {
      tenants.create(new TenantId(id), NOTHING);
    }
    assertEquals(List.of("a", "b", "more"), page(null, 2));
    assertEquals(List.of("c"), page(new TenantId("b"), 2));
    assertEquals(List.of("a", "b", "c"), page(null, 3));
  }

  private List<String> page(@Nullable TenantId after, int limit) {
    TenantOutcome.Page page =
        assertInstanceOf(TenantOutcome.Page.class, tenants.list(after, limit));
    List<String> ids = new ArrayList<>();
    page.tenants().forEach(tenant -> ids.add(tenant.id().value()));
    if (page.more()) {
      ids.add("more");
    }
    return ids;
  }

  @Test
  void reportsAStoreThatIsAwayOrMissing() {
    repository.fault = new TenantStoreException("away", new IllegalStateException());
    assertInstanceOf(TenantOutcome.Unavailable.class, tenants.find(ACME));
    assertInstanceOf(TenantOutcome.Unavailable.class, tenants.create(ACME, NOTHING));
    assertInstanceOf(TenantOutcome.Unavailable.class, tenants.delete(ACME, () -> true));
    assertEquals(List.of(), published);
    TenantAdministration without = administration(null);
    assertInstanceOf(TenantOutcome.Off.class, without.find(ACME));
    assertInstanceOf(TenantOutcome.Off.class, without.create(ACME, NOTHING));
  }
}
