package io.broadcasty.admin.tenant;

import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.tenant.TenantSettingKeys;
import io.broadcasty.core.tenant.TenantSettings;
import io.broadcasty.core.tenant.TenantSettingsBuilder;
import io.broadcasty.core.tenant.TenantState;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decides which tenants are valid.
 *
 * @param keys the settings that a tenant can have
 * @param defaults what applies to tenants without settings of their own
 * @param maxRetention the longest age for which anything may be kept
 * @param operators the tenant of operators, which they cannot take from themselves; null for none
 */
public record TenantRules(
    TenantSettingKeys keys,
    TenantSettings defaults,
    Duration maxRetention,
    @Nullable TenantId operators) {

  /**
   * Returns what is wrong with a tenant; null when it is valid.
   *
   * @param checksSettings false where they stay as they are stored: a tenant can be suspended even
   *     if its settings are none of this node's release, or not within its configuration any more
   */
  public @Nullable String fault(Tenant tenant, boolean checksSettings) {
    if (tenant.name().isBlank() || tenant.name().length() > Tenant.MAX_NAME) {
      return "`name` must have 1 to " + Tenant.MAX_NAME + " characters";
    }
    if (tenant.state() != TenantState.ACTIVE && tenant.id().equals(operators)) {
      return "operators cannot suspend their own tenant";
    }
    if (!checksSettings) {
      return null;
    }
    TenantSettingsBuilder settings = new TenantSettingsBuilder(defaults);
    for (Map.Entry<String, String> each : tenant.settings().entrySet()) {
      try {
        keys.apply(settings, each.getKey(), each.getValue());
      } catch (IllegalArgumentException e) {
        return "`settings`: `" + each.getKey() + "` " + e.getMessage();
      }
    }
    return settings.build().retention().age().compareTo(maxRetention) > 0
        ? "`settings`: nothing is kept for longer than " + maxRetention.toSeconds() + " s here"
        : null;
  }

  /** Returns whether a tenant may be deleted. */
  public boolean isDeletable(TenantId tenant) {
    return !tenant.equals(operators);
  }
}
