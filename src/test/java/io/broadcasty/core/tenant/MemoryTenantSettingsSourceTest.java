package io.broadcasty.core.tenant;

class MemoryTenantSettingsSourceTest extends TenantSettingsSourceContract {

  private final MemoryTenantSettingsSource source = new MemoryTenantSettingsSource();

  @Override
  protected TenantSettingsSource source() {
    return source;
  }

  @Override
  protected void keep(TenantId tenant, int maxChannels) {
    source.set(tenant, settings -> settings.maxChannels(maxChannels));
  }

  @Override
  protected void remove(TenantId tenant) {
    source.remove(tenant);
  }

  @Override
  protected void makeUnreachable() {
    source.fault = new TenantSettingsException("unreachable");
  }
}
