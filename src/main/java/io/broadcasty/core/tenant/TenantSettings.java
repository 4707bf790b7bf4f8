package io.broadcasty.core.tenant;

/**
 * The limits of one tenant, how its data is kept, and whether it is served: an immutable snapshot.
 * Ask {@link TenantSettingsLookup} for it at the moment of use, and do not keep it: the next one
 * may differ.
 *
 * @param rates how fast the tenant, its users and its channels may be used
 * @param maxConnections the maximum number of the tenant's streams: on all nodes together with
 *     Redis, else on one node
 * @param maxConnectionsPerUser the maximum number of one user's streams, counted likewise
 * @param maxChannels the maximum number of channels of one connection, those matched by its
 *     patterns included
 * @param channelQuota how many of the tenant's channels may keep publications; 0 for no limit
 * @param outboxBytes the maximum number of bytes that may wait for one connection
 * @param publish limits of a publish request
 * @param retention how much of each channel is kept
 * @param presence limits of presence channels
 * @param pushQuotaPerDay notifications to devices per day (UTC); 0 for no limit
 * @param state whether the tenant is served
 */
public record TenantSettings(
    TenantRates rates,
    int maxConnections,
    int maxConnectionsPerUser,
    int maxChannels,
    long channelQuota,
    long outboxBytes,
    PublishCaps publish,
    Retention retention,
    PresenceLimits presence,
    long pushQuotaPerDay,
    TenantState state) {

  public TenantSettings {
    if (maxConnections < 1 || maxConnectionsPerUser < 1 || maxChannels < 1 || outboxBytes < 1) {
      throw new IllegalArgumentException("a tenant's limits must be at least 1");
    }
    if (pushQuotaPerDay < 0 || channelQuota < 0) {
      throw new IllegalArgumentException("a quota must be at least 0");
    }
  }
}
