package io.broadcasty.server.config;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.tenant.TenantSettingKeys;
import io.broadcasty.core.tenant.TenantSettingsBuilder;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The configuration's keys for tenants, for settings that are stored elsewhere. */
@ThreadSafe
public final class TenantSettingTable implements TenantSettingKeys {

  private final Map<String, TenantKey<?>> keys;

  public TenantSettingTable() {
    Map<String, TenantKey<?>> byName = new LinkedHashMap<>();
    TenantKeys.ALL.forEach(key -> byName.put(key.suffix(), key));
    this.keys = Collections.unmodifiableMap(byName);
  }

  @Override
  public Set<String> names() {
    return keys.keySet();
  }

  @Override
  public void apply(TenantSettingsBuilder settings, String name, String text) {
    TenantKey<?> key = keys.get(name);
    if (key == null) {
      throw new IllegalArgumentException(
          "is no setting of tenants; there are " + String.join(", ", names()));
    }
    key.apply(settings, text);
  }
}
