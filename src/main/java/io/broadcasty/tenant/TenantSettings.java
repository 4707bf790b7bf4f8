package io.broadcasty.tenant;

/**
 * What one tenant may do and how its data is kept: a snapshot that never changes. Ask {@link
 * TenantSettingsLookup} for it at the moment of use, and do not keep it: the next one may differ.
 *
 * @param userRate publications, subscribes and replays of one user
 * @param channelRate publications to one channel
 * @param maxConnections streams of the tenant; with Redis on all nodes together, else on one
 * @param maxConnectionsPerUser streams of one user, counted likewise
 * @param maxChannels channels of one connection, those that its patterns match included
 * @param outboxBytes how much may wait for one connection
 * @param publish caps of a publish request
 * @param retention how much of each channel is kept
 * @param presence how members are kept
 * @param pushQuotaPerDay notifications to devices on a day (UTC); 0 for any number
 */
public record TenantSettings(
    Rate userRate,
    Rate channelRate,
    int maxConnections,
    int maxConnectionsPerUser,
    int maxChannels,
    long outboxBytes,
    PublishCaps publish,
    Retention retention,
    PresenceLimits presence,
    long pushQuotaPerDay) {

  public TenantSettings {
    if (maxConnections < 1 || maxConnectionsPerUser < 1 || maxChannels < 1 || outboxBytes < 1) {
      throw new IllegalArgumentException("a tenant may have at least one of everything");
    }
    if (pushQuotaPerDay < 0) {
      throw new IllegalArgumentException("a quota is at least 0");
    }
  }
}
