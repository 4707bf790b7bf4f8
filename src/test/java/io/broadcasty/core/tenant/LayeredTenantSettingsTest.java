package io.broadcasty.core.tenant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** Runs the contract on the upper layer. */
class LayeredTenantSettingsTest extends TenantSettingsSourceContract {

  private final MemoryTenantSettingsSource base = new MemoryTenantSettingsSource();
  private final MemoryTenantSettingsSource top = new MemoryTenantSettingsSource();
  private final LayeredTenantSettings layered = new LayeredTenantSettings(base);

  {
    layered.overrideWith(top);
  }

  @Override
  protected TenantSettingsSource source() {
    return layered;
  }

  @Override
  protected void keep(TenantId tenant, int maxChannels) {
    top.set(tenant, settings -> settings.maxChannels(maxChannels));
  }

  @Override
  protected void remove(TenantId tenant) {
    top.remove(tenant);
  }

  @Override
  protected void makeUnreachable() {
    top.fault = new TenantSettingsException("unreachable");
  }

  @Test
  void theUpperLayerOverridesSingleSettings() {
    TenantSettings configured = TestTenantSettings.GENEROUS;
    base.set(ACME, settings -> settings.maxChannels(3).maxBatch(4));
    base.set(BETA, settings -> settings.maxBatch(5));
    keep(ACME, 6);
    TenantSettings acme = new TenantSettingsBuilder(configured).maxChannels(6).maxBatch(4).build();
    assertEquals(acme, layered.load(ACME, configured));
    assertEquals(
        Map.of(ACME, acme, BETA, new TenantSettingsBuilder(configured).maxBatch(5).build()),
        layered.loadAll(TenantSettingsLookup.uniform(configured)));
  }

  @Test
  void eitherLayerFailsBoth() {
    keep(ACME, 6);
    base.fault = new TenantSettingsException("away");
    assertThrows(
        TenantSettingsException.class,
        () -> layered.loadAll(TenantSettingsLookup.uniform(TestTenantSettings.GENEROUS)));
  }
}
