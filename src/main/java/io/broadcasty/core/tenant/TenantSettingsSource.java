package io.broadcasty.core.tenant;

import java.util.Map;

/**
 * Loads tenant settings that can change at run time, for example from a table of a control plane.
 * Queried when a node starts and whenever it is notified of a change, never on the request path;
 * may block. Called by one thread at a time on a node.
 *
 * <p>The result is kept until the source is queried again. While the source fails, the known
 * settings stay in force.
 */
public interface TenantSettingsSource {

  /** A source that adds nothing to the configuration. */
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
   * Loads the settings of a tenant: those of the configuration, overridden by this source.
   *
   * @param configured the tenant's settings in the configuration; returned unchanged when there is
   *     nothing to override
   * @throws TenantSettingsException when the source does not answer, or its data cannot be read;
   *     trying again later is right
   */
  TenantSettings load(TenantId tenant, TenantSettings configured);

  /**
   * Loads the settings of every tenant that this source knows, at most a million.
   *
   * @param configured the settings of the configuration
   * @throws TenantSettingsException as {@link #load}
   */
  Map<TenantId, TenantSettings> loadAll(TenantSettingsLookup configured);
}
