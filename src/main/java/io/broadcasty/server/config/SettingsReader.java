package io.broadcasty.server.config;

import io.broadcasty.admin.securitylog.SecurityLogSettings;
import io.broadcasty.cluster.nodes.CutOffSettings;
import io.broadcasty.core.auth.jwt.IssuerSettings;
import io.broadcasty.core.auth.jwt.JwtSettings;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.InvalidChannelException;
import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.config.ConfigSource;
import io.broadcasty.core.config.ConfigValues;
import io.broadcasty.core.http.AllowedHosts;
import io.broadcasty.core.http.EndpointGuard;
import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryLimits;
import io.broadcasty.core.memory.MemorySize;
import io.broadcasty.core.ratelimit.UnauthenticatedLimits;
import io.broadcasty.core.rbac.Administration;
import io.broadcasty.core.secret.MasterKeys;
import io.broadcasty.core.tenant.FixedTenantSettings;
import io.broadcasty.core.tenant.Rate;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.tenant.TenantSettingsLookup;
import io.broadcasty.delivery.session.SessionSettings;
import io.broadcasty.push.PushSettings;
import io.broadcasty.push.provider.PushProviderFactory;
import io.broadcasty.transport.local.LocalCaller;
import io.broadcasty.transport.websocket.WebSocketRegistration;
import io.broadcasty.webhook.WebhookSettings;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@link Settings} from the configuration, and reports all faults at once. */
public final class SettingsReader {

  /**
   * The time of the expiry notice, counted from {@code exp}, which the client knows, not from the
   * end of the clock skew after it.
   */
  private static final Duration EXPIRY_NOTICE = Duration.ofSeconds(30);

  /** The time that a handshake may take besides the time for its connect. */
  private static final Duration HANDSHAKE_GRACE = Duration.ofSeconds(10);

  private final ConfigSource source;
  private final List<String> faults = new ArrayList<>();

  private final ConfigValues values;
  private final Providers providers;

  private SettingsReader(ConfigSource source, Providers providers) {
    this.source = new EnvironmentFileValues(source);
    this.values = new ConfigValues(this.source, faults);
    this.providers = providers;
  }

  /**
   * Reads and validates the configuration.
   *
   * @throws InvalidConfigurationException when anything is invalid or unknown
   */
  public static Settings read(ConfigSource source) {
    return read(source, Providers.SHIPPED);
  }

  /**
   * Reads and validates the configuration, with other providers than those shipped.
   *
   * @throws InvalidConfigurationException when anything is invalid or unknown
   */
  public static Settings read(ConfigSource source, Providers providers) {
    SettingsReader reader = new SettingsReader(source, providers);
    new UnknownKeys(reader.source, providers).report(reader.faults);
    Settings settings = reader.settings();
    if (!reader.faults.isEmpty()) {
      throw new InvalidConfigurationException(reader.faults);
    }
    return settings;
  }

  private Settings settings() {
    boolean development = value(ConfigKeys.DEV, false);
    String dataDir = value(ConfigKeys.DATA_DIR, "data");
    Optional<String> unused = optional(ConfigKeys.START_FAILURE); // read again if the start fails
    StoreReader stores = new StoreReader(this);
    Administration administration = administration();
    List<IssuerSettings> issuers =
        new IssuerReader(this).read(source.names(), administration.operatorTenant());
    JwtSettings jwt = new JwtReader(this).read(development || !issuers.isEmpty());
    FixedTenantSettings tenants =
        new TenantReader(this).read(source.names(), administration.operatorTenant());
    SessionSettings session =
        new SessionSettings(
            value(ConfigKeys.HEARTBEAT, Duration.ofSeconds(1)),
            value(ConfigKeys.CONNECT_TIMEOUT, Duration.ofSeconds(1)),
            value(ConfigKeys.MESSAGE_TIMEOUT, Duration.ofSeconds(1)),
            EXPIRY_NOTICE.plus(longestSkew(jwt, issuers)));
    Settings.Replay replay =
        new Settings.Replay(
            store(),
            value(ConfigKeys.IDEMPOTENCY_WINDOW, Duration.ofMinutes(10)),
            count(ConfigKeys.IDEMPOTENCY_MAX_IDS),
            value(ConfigKeys.REPLAY_FALLBACK, "none").equals("database"));
    if (replay.queued() && replay.store() != Settings.Store.REDIS) {
      faults.add(
          ConfigKeys.REPLAY_FALLBACK.name()
              + ": the database can replace Redis only; set "
              + ConfigKeys.REPLAY_STORE.name()
              + "=redis or remove this setting");
    }
    WebhookSettings webhooks = webhooks();
    return new Settings(
        development,
        dataDir,
        publicUrl(),
        jwt,
        issuers,
        new EdgeReader(this).read(tenants.defaults(), development),
        administration,
        new AppReader(this, webhooks.guard()).read(source.names()),
        webhooks,
        masterKeys(),
        value(ConfigKeys.LIMITS_ENABLED, true),
        new Rate(value(ConfigKeys.IP_PER_SECOND, 1L), value(ConfigKeys.IP_BURST, 1L)),
        unauthenticated(session),
        tenants,
        value(AccessConfigKeys.UNKNOWN_TENANTS, "accept").equals("create"),
        memory(),
        session,
        WebSocketRegistration.Engine.valueOf(
            value(ConfigKeys.WEBSOCKET_ENGINE, "auto").toUpperCase(Locale.ROOT)),
        value(ConfigKeys.STREAM_INTERNALS, "auto").equals("auto"),
        replay,
        mirror(replay, tenants),
        new Settings.Compaction(
            patterns(CompactionConfigKeys.CHANNELS),
            value(CompactionConfigKeys.DELAY, Duration.ofSeconds(10))),
        new PolicyReader(this).read(),
        value(PublishConfigKeys.SENDER, false),
        local(development, jwt),
        new MessagingReader(this).read(source.names()),
        new OutboxSourceReader(this, development).read(source.names()),
        value(ConfigKeys.METRICS_SERVER, false),
        value(ConfigKeys.HEALTH_DETAILS, false),
        value(ConfigKeys.TRACES_ENABLED, false),
        value(ConfigKeys.AUDIT_RETENTION, Duration.ofDays(90)),
        new SecurityLogSettings(
            value(ConfigKeys.SECURITY_LOG, true),
            count(ConfigKeys.SECURITY_LOG_LINES),
            count(ConfigKeys.SECURITY_LOG_MAX_LINES)),
        new PushSettings(
            value(ConfigKeys.PUSH_RETENTION, Duration.ofDays(7)),
            value(ConfigKeys.PUSH_CONFIRMED_WITHIN, Duration.ofDays(7)),
            count(ConfigKeys.PUSH_IN_FLIGHT)),
        stores.dataSource(),
        stores.database(dataDir),
        stores.databaseKey(),
        stores.redis(),
        stores.redisKey(),
        Math.toIntExact(value(ConfigKeys.REDIS_REPLICAS, 0L)),
        new RelayReader(values, providers).read(replay.store()),
        pushProviders(),
        values.notices(),
        value(ConfigKeys.DRAIN, Duration.ZERO),
        value(ConfigKeys.CLOCK_MAX_SKEW, Duration.ofSeconds(30)),
        new CutOffSettings(
            value(ConfigKeys.NODES_CUT_OFF_AFTER, Duration.ofSeconds(5)),
            count(ConfigKeys.NODES_STATUS_PORT)));
  }

  /**
   * Returns who other applications of the same server are; null when no tenant is known for them.
   */
  private @Nullable LocalCaller local(boolean development, JwtSettings jwt) {
    String fixed = jwt.claims().fixedTenant();
    String tenant =
        optional(LocalConfigKeys.TENANT)
            .orElse(fixed == null && development ? Settings.DEVELOPMENT_TENANT : fixed);
    List<String> roles = value(LocalConfigKeys.ROLES, List.of());
    String subject = value(LocalConfigKeys.SUBJECT, "local");
    if (tenant == null) {
      return null;
    }
    try {
      return new LocalCaller(new TenantId(tenant), subject, Set.copyOf(roles));
    } catch (IllegalArgumentException e) {
      fault(LocalConfigKeys.TENANT, String.valueOf(e.getMessage()));
      return null;
    }
  }

  private static Duration longestSkew(JwtSettings jwt, List<IssuerSettings> issuers) {
    Duration longest = jwt.skew();
    for (IssuerSettings issuer : issuers) {
      Duration skew = issuer.tokens().skew();
      longest = skew.compareTo(longest) > 0 ? skew : longest;
    }
    return longest;
  }

  private WebhookSettings webhooks() {
    AllowedHosts hosts;
    try {
      hosts = new AllowedHosts(value(WebhookConfigKeys.HOSTS, List.of()));
    } catch (IllegalArgumentException e) {
      fault(WebhookConfigKeys.HOSTS, String.valueOf(e.getMessage()));
      hosts = new AllowedHosts(List.of());
    }
    return new WebhookSettings(
        new EndpointGuard(hosts, EndpointGuard.Resolver.system()),
        value(WebhookConfigKeys.RETENTION, Duration.ofDays(7)));
  }

  /** Returns the store that is named, otherwise the one that the driver implies. */
  private Settings.Store store() {
    boolean named =
        source.get(ConfigKeys.REPLAY_STORE.name()).filter(t -> !t.isBlank()).isPresent();
    String driver = source.get(ConfigKeys.DRIVER.name()).map(String::strip).orElse("");
    return !named && driver.equals("redis")
        ? Settings.Store.REDIS
        : Settings.Store.valueOf(value(ConfigKeys.REPLAY_STORE, "memory").toUpperCase(Locale.ROOT));
  }

  private UnauthenticatedLimits unauthenticated(SessionSettings session) {
    return new UnauthenticatedLimits(
        count(RateConfigKeys.UNAUTHENTICATED_PER_ADDRESS),
        count(RateConfigKeys.UNAUTHENTICATED),
        value(ConfigKeys.LIMITS_ENABLED, true),
        new Rate(
            value(RateConfigKeys.UNAUTHENTICATED_PER_SECOND, 1L),
            value(RateConfigKeys.UNAUTHENTICATED_BURST, 1L)),
        session.connectTimeout().plus(HANDSHAKE_GRACE));
  }

  private MemoryLimits memory() {
    long heapBytes = Runtime.getRuntime().maxMemory();
    Map<MemoryArea, Long> limits = new EnumMap<>(MemoryArea.class);
    for (MemoryArea area : MemoryArea.values()) {
      MemorySize size = value(MemoryConfigKeys.limit(area), new MemorySize(0, area.heapPercent()));
      limits.put(area, size.of(heapBytes));
    }
    return new MemoryLimits(limits, count(MemoryConfigKeys.TENANT_PERCENT));
  }

  private List<PushProviderFactory.Opener> pushProviders() {
    List<PushProviderFactory.Opener> openers = new ArrayList<>();
    for (PushProviderFactory provider : providers.pushes()) {
      PushProviderFactory.Opener opener = provider.read(values);
      if (opener != null) {
        openers.add(opener);
      }
    }
    return openers;
  }

  /** Reads the master keys; faults never contain one. */
  private MasterKeys masterKeys() {
    List<byte[]> keys = new ArrayList<>();
    for (String text : optional(AccessConfigKeys.MASTER_KEY).orElse(List.of())) {
      try {
        keys.add(Base64.getDecoder().decode(text));
      } catch (IllegalArgumentException e) {
        keys.add(new byte[0]);
      }
    }
    if (keys.stream().allMatch(key -> key.length == MasterKeys.KEY_BYTES)) {
      return new MasterKeys(keys);
    }
    faults.add(
        AccessConfigKeys.MASTER_KEY.name()
            + ": each key must be "
            + MasterKeys.KEY_BYTES
            + " bytes as base64; make one with: openssl rand -base64 32");
    return MasterKeys.NONE;
  }

  private Administration administration() {
    String role = value(ConfigKeys.OPERATOR_ROLE, "operator");
    String tenant = optional(ConfigKeys.OPERATOR_TENANT).orElse(null);
    try {
      return new Administration(role, tenant == null ? null : new TenantId(tenant));
    } catch (IllegalArgumentException e) {
      faults.add(ConfigKeys.OPERATOR_TENANT.name() + ": " + e.getMessage());
      return new Administration(role, null);
    }
  }

  private List<ChannelPattern> patterns(ConfigKey<List<String>> key) {
    List<ChannelPattern> patterns = new ArrayList<>();
    for (String text : optional(key).orElse(List.of())) {
      try {
        patterns.add(ChannelPattern.parse(text));
      } catch (InvalidChannelException e) {
        faults.add(key.name() + ": " + text + ": " + e.getMessage());
      }
    }
    return patterns;
  }

  private Settings.Mirror mirror(Settings.Replay replay, TenantSettingsLookup tenants) {
    List<ChannelPattern> patterns = patterns(ConfigKeys.MIRROR_CHANNELS);
    Duration retention = value(ConfigKeys.MIRROR_RETENTION, Duration.ofDays(30));
    if (!patterns.isEmpty() && replay.store() != Settings.Store.REDIS) {
      faults.add(
          ConfigKeys.MIRROR_CHANNELS.name()
              + ": only streams in Redis can be mirrored; set "
              + ConfigKeys.REPLAY_STORE.name()
              + "=redis or remove this setting");
    }
    if (!patterns.isEmpty() && retention.compareTo(tenants.longestRetention()) < 0) {
      faults.add(
          ConfigKeys.MIRROR_RETENTION.name()
              + " must not be shorter than "
              + ConfigKeys.REPLAY_RETENTION.name()
              + " of any tenant");
    }
    return new Settings.Mirror(patterns, retention);
  }

  /** Records what is wrong with the value of a key. */
  void fault(ConfigKey<?> key, String detail) {
    values.fault(key, detail);
  }

  private String publicUrl() {
    String url = value(ConfigKeys.PUBLIC_URL, "").replaceAll("/+$", "");
    if (!url.matches("(?i)https?://[^\\s]+")) {
      faults.add(ConfigKeys.PUBLIC_URL.name() + ": must be a URL such as http://localhost:8080");
      return url;
    }
    return URI.create(url).toString();
  }

  int count(ConfigKey<Long> key) {
    return Math.toIntExact(value(key, 1L));
  }

  /**
   * Returns the value of a key; after a fault a harmless value, since the start will be aborted
   * anyway.
   */
  <T> T value(ConfigKey<T> key, T afterFault) {
    return optional(key).orElse(afterFault);
  }

  /** Returns what the settings are read from. */
  ConfigSource source() {
    return source;
  }

  void fault(String what) {
    faults.add(what);
  }

  <T> Optional<T> optional(ConfigKey<T> key) {
    return values.optional(key);
  }
}
