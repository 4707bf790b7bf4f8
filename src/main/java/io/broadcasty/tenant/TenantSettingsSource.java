package io.broadcasty.tenant;

import java.util.Map;

/**
 * Where settings of tenants are kept that can be changed at run time, as a table of a control
 * plane. Asked when a node starts and whenever it is told of a change, never on the path of a
 * request; may block. Called by one thread at a time on a node.
 *
 * <p>What it answers is remembered until it is asked again. While it fails, what is known stays in
 * force.
 */
public interface TenantSettingsSource {

  /** Has nothing to add to the configuration. */
  TenantSettingsSource NONE =
      new TenantSettingsSource() {
        @Override
        public TenantSettings load(TenantId tenant, TenantSettings configured) {
          return configured;
        }

        @Override
        public Map<TenantId, TenantSettings> loadAll(TenantSettingsLookup configured) {
          return Map.of();
        }
      };

  /**
   * The settings of a tenant: those of the configuration with what this source says in their place.
   *
   * @param configured what the configuration says of the tenant; answered as it is when there is
   *     nothing to add
   * @throws TenantSettingsException when the source does not answer, or what it has cannot be read;
   *     trying again later is right
   */
  TenantSettings load(TenantId tenant, TenantSettings configured);

  /**
   * The same of every tenant of which the source says something. At most a million.
   *
   * @param configured what the configuration says
   * @throws TenantSettingsException as {@link #load}
   */
  Map<TenantId, TenantSettings> loadAll(TenantSettingsLookup configured);
}
