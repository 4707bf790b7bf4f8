package io.broadcasty.core.tenant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.broadcasty.LogCapture;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RefreshedTenantSettingsTest {

  private static final TenantId ACME = new TenantId("acme");
  private static final TenantId BETA = new TenantId("beta");
  private static final TenantSettings PLENTY = TestTenantSettings.GENEROUS;

  private final MemoryTenantSettingsSource source = new MemoryTenantSettingsSource();
  private final TenantSettings configured = new TenantSettingsBuilder(PLENTY).maxBatch(7).build();
  private final RefreshedTenantSettings settings =
      new RefreshedTenantSettings(
          new FixedTenantSettings(PLENTY, Map.of(BETA, configured)), source);

  @Test
  void theConfigurationAppliesUntilTheSourceIsLoaded() {
    source.set(ACME, acme -> acme.maxChannels(3));
    assertSame(PLENTY, settings.of(ACME));
    assertSame(configured, settings.of(BETA));
    assertTrue(settings.refreshAll());
    assertEquals(3, settings.of(ACME).maxChannels());
    assertEquals(configured, settings.of(BETA));
    assertSame(PLENTY, settings.defaults());
  }

  @Test
  void aChangeAppliesOnceItIsRefreshedAndNotBefore() {
    settings.refreshAll();
    source.set(BETA, beta -> beta.maxChannels(3));
    assertEquals(configured, settings.of(BETA));
    assertTrue(settings.refresh(BETA));
    assertEquals(3, settings.of(BETA).maxChannels());
    assertEquals(7, settings.of(BETA).publish().maxBatch(), "of the configuration");
    source.remove(BETA);
    assertTrue(settings.refresh(BETA));
    assertEquals(configured, settings.of(BETA));
  }

  @Test
  void removedSettingsAreForgotten() {
    source.set(ACME, acme -> acme.maxChannels(3));
    settings.refreshAll();
    assertEquals(2, settings.size());
    source.remove(ACME);
    settings.refreshAll();
    assertSame(PLENTY, settings.of(ACME));
    source.set(ACME, acme -> acme.maxChannels(3));
    settings.refresh(ACME);
    source.remove(ACME);
    settings.refresh(ACME);
    assertSame(PLENTY, settings.of(ACME));
    assertEquals(1, settings.size());
  }

  @Test
  void tenantsOfOnePlanShareTheirSettings() {
    source.set(ACME, tenant -> tenant.maxChannels(3).maxBatch(7));
    source.set(BETA, tenant -> tenant.maxChannels(3));
    settings.refreshAll();
    assertEquals(3, settings.of(ACME).maxChannels());
    assertSame(settings.of(ACME), settings.of(BETA));
  }

  @Test
  void aFailingSourceKeepsTheKnownSettingsAndIsLoggedOnce() {
    source.set(ACME, acme -> acme.maxChannels(3));
    settings.refreshAll();
    source.set(ACME, acme -> acme.maxChannels(4));
    source.fault = new TenantSettingsException("unreachable");
    try (LogCapture log = new LogCapture(RefreshedTenantSettings.class)) {
      assertFalse(settings.refresh(ACME));
      assertFalse(settings.refreshAll());
      source.fault = new IllegalStateException("a fault of its own");
      assertFalse(settings.refreshAll());
      assertEquals(3, settings.of(ACME).maxChannels());
      assertEquals(3, settings.failures());
      assertEquals(1, log.text().lines().filter(l -> l.contains("Cannot read")).count());
      source.fault = null;
      assertTrue(settings.refresh(ACME));
      assertTrue(log.text().contains("can be read again"), log.text());
    }
    assertEquals(4, settings.of(ACME).maxChannels());
    assertEquals(3, settings.failures());
  }

  @Test
  void theLongestRetentionCoversAllTenants() {
    assertEquals(Duration.ofHours(1), settings.longestRetention());
    source.set(ACME, acme -> acme.retentionAge(Duration.ofDays(2)));
    settings.refresh(ACME);
    assertEquals(Duration.ofDays(2), settings.longestRetention());
  }
}
