package io.broadcasty.server.config;

import io.broadcasty.admin.securitylog.SecurityLogSettings;
import io.broadcasty.cluster.nodes.CutOffSettings;
import io.broadcasty.core.auth.jwt.JwtSettings;
import io.broadcasty.core.auth.jwt.KeyLocation;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.InvalidChannelException;
import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.config.ConfigSource;
import io.broadcasty.core.config.ConfigType;
import io.broadcasty.core.config.ConfigValues;
import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryLimits;
import io.broadcasty.core.memory.MemorySize;
import io.broadcasty.core.ratelimit.UnauthenticatedLimits;
import io.broadcasty.core.rbac.Administration;
import io.broadcasty.core.tenant.FixedTenantSettings;
import io.broadcasty.core.tenant.Rate;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.tenant.TenantSettingsLookup;
import io.broadcasty.delivery.session.SessionSettings;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.infra.redis.RedisSettings;
import io.broadcasty.push.PushSettings;
import io.broadcasty.push.provider.PushProviderFactory;
import io.broadcasty.transport.websocket.WebSocketRegistration;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads {@link Settings} from the configuration, and reports all faults at once. */
public final class SettingsReader {

  private static final String PREFIX = "broadcasty.";
  private static final String DEFAULT_CONNECTION = "default";
  private static final String ENVIRONMENT_PREFIX = "BROADCASTY_";

  /** What examples of environment files have in place of a key. */
  private static final String PLACEHOLDER_KEY = "REPLACE_ME";

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
    reader.reportUnknown();
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
    JwtSettings jwt = jwt(development);
    FixedTenantSettings tenants = new TenantReader(this).read(source.names());
    SessionSettings session =
        new SessionSettings(
            value(ConfigKeys.HEARTBEAT, Duration.ofSeconds(1)),
            value(ConfigKeys.CONNECT_TIMEOUT, Duration.ofSeconds(1)),
            value(ConfigKeys.MESSAGE_TIMEOUT, Duration.ofSeconds(1)),
            EXPIRY_NOTICE.plus(jwt.skew()));
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
    return new Settings(
        development,
        dataDir,
        publicUrl(),
        jwt,
        new EdgeReader(this).read(tenants.defaults()),
        administration(),
        value(ConfigKeys.LIMITS_ENABLED, true),
        new Rate(value(ConfigKeys.IP_PER_SECOND, 1L), value(ConfigKeys.IP_BURST, 1L)),
        unauthenticated(session),
        tenants,
        memory(),
        session,
        WebSocketRegistration.Engine.valueOf(
            value(ConfigKeys.WEBSOCKET_ENGINE, "auto").toUpperCase(Locale.ROOT)),
        value(ConfigKeys.STREAM_INTERNALS, "auto").equals("auto"),
        replay,
        mirror(replay, tenants),
        value(PublishConfigKeys.SENDER, false),
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
        dataSource(),
        database(dataDir),
        redis(),
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

  private Settings.Mirror mirror(Settings.Replay replay, TenantSettingsLookup tenants) {
    List<ChannelPattern> patterns = new ArrayList<>();
    for (String text : optional(ConfigKeys.MIRROR_CHANNELS).orElse(List.of())) {
      try {
        patterns.add(ChannelPattern.parse(text));
      } catch (InvalidChannelException e) {
        faults.add(ConfigKeys.MIRROR_CHANNELS.name() + ": " + text + ": " + e.getMessage());
      }
    }
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

  private JwtSettings jwt(boolean development) {
    String publicKey = firstSet(optional(ConfigKeys.JWT_PUBLIC_KEY), "mp.jwt.verify.publickey");
    String location =
        firstSet(optional(ConfigKeys.JWT_JWKS_URL), "mp.jwt.verify.publickey.location");
    String secret = optional(AccessConfigKeys.JWT_SECRET).orElse(null);
    if (secret != null) {
      return bySecret(secret, publicKey != null || location != null);
    }
    if (publicKey == null && location == null && !development) {
      faults.add(
          "there is no key to verify tokens with; set BROADCASTY_JWT_PUBLIC_KEY to the public key"
              + " of your token issuer in PEM, or BROADCASTY_JWT_JWKS_URL to the URL of its JWK"
              + " set");
    }
    if (publicKey != null && publicKey.contains(PLACEHOLDER_KEY)) {
      values.fault(
          ConfigKeys.JWT_PUBLIC_KEY,
          "still has the placeholder "
              + PLACEHOLDER_KEY
              + "; replace it by the public key of your token issuer");
    }
    if (publicKey == null
        && location != null
        && KeyLocation.isUnprotected(location)
        && !value(ConfigKeys.JWT_JWKS_HTTP, true)) {
      faults.add(
          ConfigKeys.JWT_JWKS_URL.name()
              + ": keys over http: can be replaced on their way, and then tokens be forged; use"
              + " https:, or set "
              + ConfigKeys.JWT_JWKS_HTTP.name()
              + "=true if you trust the network between this server and the issuer");
    }
    List<String> algorithms =
        list(optional(ConfigKeys.JWT_ALGORITHMS), "mp.jwt.verify.publickey.algorithm");
    return tokens(
        publicKey, location, algorithms.isEmpty() ? Set.of("RS256") : Set.copyOf(algorithms));
  }

  private JwtSettings bySecret(String secret, boolean otherKeys) {
    if (secret.getBytes(StandardCharsets.UTF_8).length < JwtSettings.MIN_SECRET_BYTES) {
      values.fault(
          AccessConfigKeys.JWT_SECRET,
          "must have at least "
              + JwtSettings.MIN_SECRET_BYTES
              + " bytes; make one with: openssl rand -base64 32");
    }
    if (otherKeys) {
      values.fault(
          AccessConfigKeys.JWT_SECRET,
          "tokens are verified by a secret or by public keys; remove "
              + ConfigKeys.JWT_PUBLIC_KEY.name()
              + " and "
              + ConfigKeys.JWT_JWKS_URL.name()
              + ", or the secret");
    }
    List<String> algorithms =
        list(optional(ConfigKeys.JWT_ALGORITHMS), "mp.jwt.verify.publickey.algorithm");
    if (!algorithms.isEmpty() && !algorithms.equals(List.of("HS256"))) {
      values.fault(
          ConfigKeys.JWT_ALGORITHMS,
          "with " + AccessConfigKeys.JWT_SECRET.name() + " it can only be HS256; remove it");
    }
    return tokens(null, null, Set.of()).withSecret(secret);
  }

  private JwtSettings tokens(
      @Nullable String publicKey, @Nullable String location, Set<String> algorithms) {
    return new JwtSettings(
            publicKey,
            location,
            algorithms,
            firstSet(optional(ConfigKeys.JWT_ISSUER), "mp.jwt.verify.issuer"),
            list(optional(ConfigKeys.JWT_AUDIENCES), "mp.jwt.verify.audiences"),
            Set.copyOf(value(AccessConfigKeys.REQUIRED_CLAIMS, List.of())),
            count(ConfigKeys.JWT_MAX_LENGTH),
            clockSkew(),
            value(ConfigKeys.JWT_REMEMBER, Duration.ZERO))
        .withClaims(new ClaimReader(this).read());
  }

  /** Records what is wrong with the value of a key. */
  void fault(ConfigKey<?> key, String detail) {
    values.fault(key, detail);
  }

  private Duration clockSkew() {
    Optional<Duration> own = optional(ConfigKeys.JWT_SKEW);
    if (own.isPresent()) {
      return own.get();
    }
    String standard = source.get("mp.jwt.verify.clock.skew").orElse("30").strip();
    try {
      return Duration.ofSeconds(Integer.parseUnsignedInt(standard));
    } catch (NumberFormatException e) {
      faults.add("mp.jwt.verify.clock.skew: must be a whole number of seconds, such as 30");
      return Duration.ZERO;
    }
  }

  private String publicUrl() {
    String url = value(ConfigKeys.PUBLIC_URL, "").replaceAll("/+$", "");
    if (!url.matches("(?i)https?://[^\\s]+")) {
      faults.add(ConfigKeys.PUBLIC_URL.name() + ": must be a URL such as http://localhost:8080");
      return url;
    }
    return URI.create(url).toString();
  }

  private @Nullable String dataSource() {
    Optional<String> dataSource = optional(ConfigKeys.DB_DATASOURCE);
    if (dataSource.isPresent() && optional(ConfigKeys.DB_URL).isPresent()) {
      faults.add(
          ConfigKeys.DB_DATASOURCE.name()
              + " and "
              + ConfigKeys.DB_URL.name()
              + ": keep one of them, since a data source already has an address");
    }
    return dataSource.orElse(null);
  }

  private DatabaseSettings database(String dataDir) {
    String url =
        optional(ConfigKeys.DB_URL)
            .orElse("jdbc:h2:file:" + Path.of(dataDir).toAbsolutePath().resolve("broadcasty"));
    if (!url.startsWith("jdbc:")) {
      faults.add(ConfigKeys.DB_URL.name() + ": must be a JDBC URL, which begins with jdbc:");
    }
    return new DatabaseSettings(
        url,
        value(ConfigKeys.DB_USER, ""),
        optional(ConfigKeys.DB_PASSWORD).orElse(null),
        Math.max(2, count(ConfigKeys.DB_POOL)));
  }

  private RedisSettings redis() {
    String connection = value(ConfigKeys.REDIS_CONN, DEFAULT_CONNECTION);
    ConfigKey<String> key =
        connection.equals(DEFAULT_CONNECTION) ? ConfigKeys.REDIS_URL : redisUrl(connection);
    String prefix = value(ConfigKeys.REDIS_PREFIX, "");
    if (prefix.contains("{") || prefix.contains("}")) {
      faults.add(
          ConfigKeys.REDIS_PREFIX.name()
              + ": must not contain braces, because they decide on which node a Redis Cluster keeps"
              + " a key");
    }
    int pool = count(ConfigKeys.REDIS_POOL);
    try {
      return RedisSettings.parse(value(key, "redis://localhost"), prefix, pool);
    } catch (IllegalArgumentException e) {
      faults.add(key.name() + " (or " + key.environmentName() + "): " + e.getMessage());
      return RedisSettings.parse("redis://localhost", prefix, pool);
    }
  }

  private ConfigKey<String> redisUrl(String connection) {
    ConfigKey<String> url = ConfigKeys.REDIS_URL;
    ConfigKey<String> key =
        new ConfigKey<>(
            url.name() + "." + connection, ConfigType.TEXT, null, url.example(), url.description());
    if (optional(key).isEmpty()) {
      faults.add(
          key.name()
              + " (or "
              + key.environmentName()
              + "): is missing, but "
              + ConfigKeys.REDIS_CONN.name()
              + " names this connection; for example "
              + key.example());
    }
    return key;
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

  void fault(String what) {
    faults.add(what);
  }

  <T> Optional<T> optional(ConfigKey<T> key) {
    return values.optional(key);
  }

  private @Nullable String firstSet(Optional<String> own, String standardName) {
    return own.or(() -> source.get(standardName).filter(t -> !t.isBlank())).orElse(null);
  }

  private List<String> list(Optional<List<String>> own, String standardName) {
    return own.orElseGet(
        () -> source.get(standardName).map(ConfigType.LIST::parse).orElse(List.of()));
  }

  private void reportUnknown() {
    Set<String> known = new HashSet<>();
    for (ConfigKey<?> key : ConfigKeys.all(providers)) {
      known.add(key.environmentName());
    }
    Set<String> reported = new HashSet<>();
    for (String name : new TreeSet<>(source.names())) {
      String canonical = ConfigKey.environmentName(name);
      boolean ours = name.startsWith(PREFIX) || name.startsWith(ENVIRONMENT_PREFIX);
      boolean redisUrl =
          canonical.startsWith(ConfigKeys.REDIS_URL.environmentName() + "_"); // see REDIS_CONN
      if (ours
          && !redisUrl
          && !TenantReader.isTenantKey(name)
          && !known.contains(canonical)
          && reported.add(canonical)) {
        faults.add(name + ": there is no such key" + suggestion(canonical));
      }
    }
  }

  /** Suggests the key that has the longest prefix in common with an unknown name. */
  private String suggestion(String canonical) {
    ConfigKey<?> nearest = ConfigKeys.DEV;
    int longest = ENVIRONMENT_PREFIX.length();
    for (ConfigKey<?> key : ConfigKeys.all(providers)) {
      int common = commonPrefix(canonical, key.environmentName());
      if (common > longest) {
        longest = common;
        nearest = key;
      }
    }
    return longest == ENVIRONMENT_PREFIX.length()
        ? "; docs/config.md lists all keys"
        : "; did you mean "
            + nearest.name()
            + " (or "
            + nearest.environmentName()
            + ")? For example "
            + nearest.example();
  }

  private static int commonPrefix(String a, String b) {
    int length = 0;
    while (length < Math.min(a.length(), b.length()) && a.charAt(length) == b.charAt(length)) {
      length++;
    }
    return length;
  }
}
