package io.broadcasty.server.config;

import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.tenant.TenantSettingsBuilder;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.ObjIntConsumer;

/** The table of the keys that may be set for one tenant. */
final class TenantKeys {

  static final String PREFIX = "broadcasty.tenant.";
  static final String ENVIRONMENT_PREFIX = "BROADCASTY_TENANT_";

  /** Every key of {@link io.broadcasty.core.tenant.TenantSettings}. */
  static final List<TenantKey<?>> ALL =
      List.of(
          key(ConfigKeys.USER_PER_SECOND, TenantSettingsBuilder::userPerSecond),
          key(ConfigKeys.USER_BURST, TenantSettingsBuilder::userBurst),
          key(ConfigKeys.CHANNEL_PER_SECOND, TenantSettingsBuilder::channelPerSecond),
          key(ConfigKeys.CHANNEL_BURST, TenantSettingsBuilder::channelBurst),
          key(RateConfigKeys.TENANT_PER_SECOND, TenantSettingsBuilder::tenantPerSecond),
          key(RateConfigKeys.TENANT_BURST, TenantSettingsBuilder::tenantBurst),
          key(RateConfigKeys.USER_BYTES_PER_SECOND, TenantSettingsBuilder::userBytesPerSecond),
          key(RateConfigKeys.USER_BYTES_BURST, TenantSettingsBuilder::userBytesBurst),
          key(RateConfigKeys.TENANT_BYTES_PER_SECOND, TenantSettingsBuilder::tenantBytesPerSecond),
          key(RateConfigKeys.TENANT_BYTES_BURST, TenantSettingsBuilder::tenantBytesBurst),
          count(ConfigKeys.CONNECTIONS_PER_TENANT, TenantSettingsBuilder::maxConnections),
          count(ConfigKeys.CONNECTIONS_PER_USER, TenantSettingsBuilder::maxConnectionsPerUser),
          count(ConfigKeys.CHANNELS_PER_CONNECTION, TenantSettingsBuilder::maxChannels),
          key(RateConfigKeys.CHANNELS_PER_TENANT, TenantSettingsBuilder::channelQuota),
          key(ConfigKeys.OUTBOX_BYTES, TenantSettingsBuilder::outboxBytes),
          count(ConfigKeys.PAYLOAD_BYTES, TenantSettingsBuilder::maxPayloadBytes),
          count(ConfigKeys.BATCH, TenantSettingsBuilder::maxBatch),
          key(ConfigKeys.REPLAY_RETENTION, TenantSettingsBuilder::retentionAge),
          key(ConfigKeys.REPLAY_MAX_COUNT, TenantSettingsBuilder::retentionCount),
          key(ConfigKeys.REPLAY_MAX_BYTES, TenantSettingsBuilder::retentionBytes),
          key(ConfigKeys.PRESENCE_TTL, TenantSettingsBuilder::presenceTtl),
          count(ConfigKeys.PRESENCE_MAX_MEMBERS, TenantSettingsBuilder::maxMembers),
          count(ConfigKeys.PRESENCE_MEMBER_BYTES, TenantSettingsBuilder::maxMemberBytes),
          key(ConfigKeys.PUSH_QUOTA, TenantSettingsBuilder::pushQuotaPerDay));

  private TenantKeys() {}

  /** Returns whether a key may be set for one tenant. */
  static boolean contains(ConfigKey<?> key) {
    return ALL.stream().anyMatch(tenantKey -> tenantKey.key().equals(key));
  }

  private static <T> TenantKey<T> key(ConfigKey<T> key, BiConsumer<TenantSettingsBuilder, T> set) {
    return new TenantKey<>(key, set);
  }

  private static TenantKey<Long> count(
      ConfigKey<Long> key, ObjIntConsumer<TenantSettingsBuilder> set) {
    return new TenantKey<>(key, (settings, value) -> set.accept(settings, Math.toIntExact(value)));
  }
}
