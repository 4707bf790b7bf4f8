package io.broadcasty.core.tenant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** The contract of {@link TenantSettingsSource}. */
public abstract class TenantSettingsSourceContract {

  protected static final TenantId ACME = new TenantId("acme");
  protected static final TenantId BETA = new TenantId("beta");
  private static final TenantSettings CONFIGURED =
      new TenantSettingsBuilder(TestTenantSettings.GENEROUS).maxChannels(9).build();

  /** Returns the source under test, initially empty; the same throughout a test. */
  protected abstract TenantSettingsSource source();

  /** Stores a maximum number of channels for a tenant. */
  protected abstract void keep(TenantId tenant, int maxChannels);

  /** Removes the tenant's settings from the source. */
  protected abstract void remove(TenantId tenant);

  /** Makes the source unreachable from now on. */
  protected abstract void makeUnreachable();

  private static TenantSettings channels(TenantSettings base, int maxChannels) {
    return new TenantSettingsBuilder(base).maxChannels(maxChannels).build();
  }

  @Test
  void settingsThatItDoesNotOverrideAreAsConfigured() {
    assertEquals(CONFIGURED, source().load(ACME, CONFIGURED));
    assertEquals(Map.of(), source().loadAll(TenantSettingsLookup.uniform(CONFIGURED)));
    keep(ACME, 3);
    assertEquals(channels(CONFIGURED, 3), source().load(ACME, CONFIGURED));
    assertEquals(CONFIGURED, source().load(BETA, CONFIGURED));
  }

  @Test
  void loadAllReturnsTheTenantsThatItKnows() {
    keep(ACME, 3);
    keep(BETA, 4);
    TenantSettings configured = new TenantSettingsBuilder(CONFIGURED).maxBatch(2).build();
    assertEquals(
        Map.of(ACME, channels(configured, 3), BETA, channels(CONFIGURED, 4)),
        source().loadAll(new FixedTenantSettings(CONFIGURED, Map.of(ACME, configured))));
    remove(ACME);
    assertEquals(
        Map.of(BETA, channels(CONFIGURED, 4)),
        source().loadAll(TenantSettingsLookup.uniform(CONFIGURED)));
    assertEquals(CONFIGURED, source().load(ACME, CONFIGURED));
  }

  @Test
  void anUnreachableSourceThrows() {
    keep(ACME, 3);
    makeUnreachable();
    assertThrows(TenantSettingsException.class, () -> source().load(ACME, CONFIGURED));
    assertThrows(
        TenantSettingsException.class,
        () -> source().loadAll(TenantSettingsLookup.uniform(CONFIGURED)));
  }
}
