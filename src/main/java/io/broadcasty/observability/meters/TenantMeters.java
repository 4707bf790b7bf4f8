package io.broadcasty.observability.meters;

import io.broadcasty.core.tenant.RefreshedTenantSettings;
import io.broadcasty.metrics.Meter;
import java.util.List;

/** Meters of the settings by tenant. */
public final class TenantMeters {

  private TenantMeters() {}

  public static List<Meter> of(RefreshedTenantSettings settings) {
    return List.of(
        new Meter(MeterTable.TENANTS_OWN, List.of(), settings::size),
        new Meter(MeterTable.TENANT_SETTINGS_FAILURES, List.of(), settings::failures));
  }
}
