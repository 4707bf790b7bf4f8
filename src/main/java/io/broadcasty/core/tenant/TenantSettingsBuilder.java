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

  private TenantRates rates;
  private int maxConnections;
  private int maxConnectionsPerUser;
  private int maxChannels;
  private long channelQuota;
  private long outboxBytes;
  private PublishCaps publish;
  private Retention retention;
  private PresenceLimits presence;
  private long pushQuotaPerDay;
  private TenantState state;

  /**
   * @param base the settings in force for everything that is not set
   */
  public TenantSettingsBuilder(TenantSettings base) {
    this.rates = base.rates();
    this.maxConnections = base.maxConnections();
    this.maxConnectionsPerUser = base.maxConnectionsPerUser();
    this.maxChannels = base.maxChannels();
    this.channelQuota = base.channelQuota();
    this.outboxBytes = base.outboxBytes();
    this.publish = base.publish();
    this.retention = base.retention();
    this.presence = base.presence();
    this.pushQuotaPerDay = base.pushQuotaPerDay();
    this.state = base.state();
  }

  public TenantSettingsBuilder userPerSecond(long perSecond) {
    rates = rates.withUser(new Rate(perSecond, rates.user().burst()));
    return this;
  }

  public TenantSettingsBuilder userBurst(long burst) {
    rates = rates.withUser(new Rate(rates.user().perSecond(), burst));
    return this;
  }

  public TenantSettingsBuilder channelPerSecond(long perSecond) {
    rates = rates.withChannel(new Rate(perSecond, rates.channel().burst()));
    return this;
  }

  public TenantSettingsBuilder channelBurst(long burst) {
    rates = rates.withChannel(new Rate(rates.channel().perSecond(), burst));
    return this;
  }

  public TenantSettingsBuilder tenantPerSecond(long perSecond) {
    rates = rates.withTenant(new Rate(perSecond, rates.tenant().burst()));
    return this;
  }

  public TenantSettingsBuilder tenantBurst(long burst) {
    rates = rates.withTenant(new Rate(rates.tenant().perSecond(), burst));
    return this;
  }

  public TenantSettingsBuilder userBytesPerSecond(long perSecond) {
    rates = rates.withUserBytes(new Rate(perSecond, rates.userBytes().burst()));
    return this;
  }

  public TenantSettingsBuilder userBytesBurst(long burst) {
    rates = rates.withUserBytes(new Rate(rates.userBytes().perSecond(), burst));
    return this;
  }

  public TenantSettingsBuilder tenantBytesPerSecond(long perSecond) {
    rates = rates.withTenantBytes(new Rate(perSecond, rates.tenantBytes().burst()));
    return this;
  }

  public TenantSettingsBuilder tenantBytesBurst(long burst) {
    rates = rates.withTenantBytes(new Rate(rates.tenantBytes().perSecond(), burst));
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

  /** Sets how many channels may keep publications; 0 for no limit. */
  public TenantSettingsBuilder channelQuota(long quota) {
    channelQuota = quota;
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

  public TenantSettingsBuilder state(TenantState changed) {
    state = changed;
    return this;
  }

  public TenantSettings build() {
    return new TenantSettings(
        rates,
        maxConnections,
        maxConnectionsPerUser,
        maxChannels,
        channelQuota,
        outboxBytes,
        publish,
        retention,
        presence,
        pushQuotaPerDay,
        state);
  }
}
