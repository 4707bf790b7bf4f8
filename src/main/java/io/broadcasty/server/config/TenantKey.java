package io.broadcasty.server.config;

import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.tenant.TenantSettingsBuilder;
import java.util.function.BiConsumer;

/**
 * A key that may also be set for one tenant: {@code broadcasty.tenant.}, the tenant's id, a dot,
 * and the key's name without {@code broadcasty.}.
 *
 * @param key for all tenants
 * @param set sets a value in a tenant's settings
 */
record TenantKey<T>(ConfigKey<T> key, BiConsumer<TenantSettingsBuilder, T> set) {

  private static final String PREFIX = "broadcasty.";

  /** Returns the name without {@code broadcasty.}, such as {@code limits.batch}. */
  String suffix() {
    return key.name().substring(PREFIX.length());
  }

  /** Returns the same key for one tenant. */
  ConfigKey<T> forTenant(String tenant) {
    return new ConfigKey<>(
        TenantKeys.PREFIX + tenant + "." + suffix(),
        key.type(),
        null,
        key.example(),
        key.description());
  }

  /**
   * Parses a text and sets its value in a tenant's settings.
   *
   * @throws IllegalArgumentException when the text is not of the key's type; the message says what
   *     is expected
   */
  void apply(TenantSettingsBuilder settings, String text) {
    set.accept(settings, key.type().parse(text));
  }
}
