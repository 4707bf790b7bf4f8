package io.broadcasty.admin.tenant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.broadcasty.cluster.control.ControlListener;
import io.broadcasty.cluster.control.ControlMessage;
import io.broadcasty.cluster.control.ControlTopic;
import io.broadcasty.core.auth.Authenticator.Authenticated;
import io.broadcasty.core.auth.Authenticator.Refused;
import io.broadcasty.core.auth.Authenticator.Verdict;
import io.broadcasty.core.auth.Caller;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.tenant.TenantSettingKeys;
import io.broadcasty.core.tenant.TenantSettingsBuilder;
import io.broadcasty.core.tenant.TenantState;
import io.broadcasty.core.tenant.TestTenantSettings;
import io.broadcasty.core.time.ManualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FirstSightTenantsTest {

  private static final TenantId ACME = new TenantId("acme");

  private final ManualTime time = new ManualTime();
  private final FakeTenantRepository repository = new FakeTenantRepository();
  private final List<ControlMessage> published = new ArrayList<>();
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private Verdict verdict = verdictOn(ACME);

  private final ControlTopic topic =
      new ControlTopic() {
        @Override
        public long publish(ControlMessage message) {
          published.add(message);
          listener().onMessage(message);
          return published.size();
        }

        @Override
        public void addListener(ControlListener listener) {}

        @Override
        public void close() {}
      };

  private final FirstSightTenants tenants =
      new FirstSightTenants(token -> verdict, this::administration, waiting::add, time);

  private ControlListener listener() {
    return tenants;
  }

  private TenantAdministration administration() {
    return new TenantAdministration(
        repository,
        new TenantRules(new NoSettings(), TestTenantSettings.GENEROUS, Duration.ofDays(30), null),
        topic,
        time);
  }

  /** Knows no setting. */
  private static final class NoSettings implements TenantSettingKeys {
    @Override
    public Set<String> names() {
      return Set.of();
    }

    @Override
    public void apply(TenantSettingsBuilder settings, String name, String text) {
      throw new IllegalArgumentException("is no setting");
    }
  }

  private static Verdict verdictOn(TenantId tenant) {
    return new Authenticated(
        new Caller(tenant, "ann", Set.of(), Instant.EPOCH, Instant.MAX, Map.of(), "token"));
  }

  private Tenant found() {
    return Objects.requireNonNull(repository.find(ACME));
  }

  /** Authenticates, and runs what that has scheduled; returns how much it was. */
  private int call() {
    assertSame(verdict, tenants.authenticate("token", "192.0.2.1"));
    int scheduled = waiting.size();
    for (Runnable next = waiting.poll(); next != null; next = waiting.poll()) {
      next.run();
    }
    return scheduled;
  }

  @Test
  void aTenantIsCreatedOnceAndLookedUpSeldom() {
    assertEquals(1, call());
    Tenant created = found();
    assertEquals("acme", created.name());
    assertEquals(TenantState.ACTIVE, created.state());
    call(); // the creation was announced, so it is looked up once more
    for (int i = 0; i < 5; i++) {
      assertEquals(0, call());
    }
    assertEquals(List.of(new ControlMessage.SettingsChanged(ACME)), published);
  }

  @Test
  void aRefusedTokenCreatesNothing() {
    verdict = new Refused("its signature is wrong", false);
    assertEquals(0, call());
    assertNull(repository.find(ACME));
  }

  @Test
  void aStoreThatCannotBeReachedIsAskedAgainLater() {
    repository.fault = new TenantStoreException("away", new IllegalStateException("away"));
    assertEquals(1, call());
    assertEquals(0, call());
    repository.fault = null;
    assertEquals(0, call());
    time.advance(Duration.ofSeconds(5));
    assertEquals(1, call());
    assertEquals(ACME, found().id());
  }

  @Test
  void aDeletedTenantIsCreatedAgainWhenItsCallersComeBack() {
    call();
    call();
    administration().delete(ACME, () -> true);
    assertNull(repository.find(ACME));
    assertEquals(1, call());
    assertEquals(ACME, found().id());
  }
}
