package io.broadcasty.admin.tenant;

import io.broadcasty.core.tenant.TenantState;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an operator wants a tenant to be.
 *
 * @param name null to leave it; a new tenant is called by its id
 * @param state null to leave it; a new tenant is active
 * @param settings the settings to set by their names; null as a value removes one, so that it is as
 *     configured
 */
public record TenantChange(
    @Nullable String name, @Nullable TenantState state, Map<String, @Nullable String> settings) {

  public TenantChange {
    settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
  }
}
