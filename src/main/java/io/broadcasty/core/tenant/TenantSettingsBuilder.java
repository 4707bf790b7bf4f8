package io.broadcasty.core.tenant;

import java.time.Duration;

/**
 * Builds tenant settings that differ from others in some values. Not thread-safe.
 *
 * <pre>{@code
 * TenantSettings small = new TenantSettingsBuilder(defaults).maxConnections(100).build();
 * }</pre>
 */
public final class TenantSettingsBuilder {

  private Rate userRate;
  private Rate channelRate;
  private int maxConnections;
  private int maxConnectionsPerUser;
  private int maxChannels;
  private long outboxBytes;
  private PublishCaps publish;
  private Retention retention;
  private PresenceLimits presence;
  private long pushQuotaPerDay;

  /**
   * @param base the settings in force for everything that is not set
   */
  public TenantSettingsBuilder(TenantSettings base) {
    this.userRate = base.userRate();
    this.channelRate = base.channelRate();
    this.maxConnections = base.maxConnections();
    this.maxConnectionsPerUser = base.maxConnectionsPerUser();
    this.maxChannels = base.maxChannels();
    this.outboxBytes = base.outboxBytes();
    this.publish = base.publish();
    this.retention = base.retention();
    this.presence = base.presence();
    this.pushQuotaPerDay = base.pushQuotaPerDay();
  }

  public TenantSettingsBuilder userPerSecond(long perSecond) {
    userRate = new Rate(perSecond, userRate.burst());
    return this;
  }

  public TenantSettingsBuilder userBurst(long burst) {
    userRate = new Rate(userRate.perSecond(), burst);
    return this;
  }

  public TenantSettingsBuilder channelPerSecond(long perSecond) {
    channelRate = new Rate(perSecond, channelRate.burst());
    return this;
  }

  public TenantSettingsBuilder channelBurst(long burst) {
    channelRate = new Rate(channelRate.perSecond(), burst);
    return this;
  }

  public TenantSettingsBuilder maxConnections(int max) {
    maxConnections = max;
    return this;
  }

  public TenantSettingsBuilder maxConnectionsPerUser(int max) {
    maxConnectionsPerUser = max;
    return this;
  }

  public TenantSettingsBuilder maxChannels(int max) {
    maxChannels = max;
    return this;
  }

  public TenantSettingsBuilder outboxBytes(long bytes) {
    outboxBytes = bytes;
    return this;
  }

  public TenantSettingsBuilder maxPayloadBytes(int bytes) {
    publish = new PublishCaps(bytes, publish.maxBatch());
    return this;
  }

  public TenantSettingsBuilder maxBatch(int max) {
    publish = new PublishCaps(publish.maxPayloadBytes(), max);
    return this;
  }

  public TenantSettingsBuilder retentionAge(Duration age) {
    retention = new Retention(age, retention.maxCount(), retention.maxBytes());
    return this;
  }

  public TenantSettingsBuilder retentionCount(long max) {
    retention = new Retention(retention.age(), max, retention.maxBytes());
    return this;
  }

  public TenantSettingsBuilder retentionBytes(long max) {
    retention = new Retention(retention.age(), retention.maxCount(), max);
    return this;
  }

  public TenantSettingsBuilder presenceTtl(Duration ttl) {
    presence = new PresenceLimits(ttl, presence.maxMembers(), presence.maxMemberBytes());
    return this;
  }

  public TenantSettingsBuilder maxMembers(int max) {
    presence = new PresenceLimits(presence.ttl(), max, presence.maxMemberBytes());
    return this;
  }

  public TenantSettingsBuilder maxMemberBytes(int bytes) {
    presence = new PresenceLimits(presence.ttl(), presence.maxMembers(), bytes);
    return this;
  }

  /** Sets the daily push quota; 0 for no limit. */
  public TenantSettingsBuilder pushQuotaPerDay(long quota) {
    pushQuotaPerDay = quota;
    return this;
  }

  public TenantSettings build() {
    return new TenantSettings(
        userRate,
        channelRate,
        maxConnections,
        maxConnectionsPerUser,
        maxChannels,
        outboxBytes,
        publish,
        retention,
        presence,
        pushQuotaPerDay);
  }
}
