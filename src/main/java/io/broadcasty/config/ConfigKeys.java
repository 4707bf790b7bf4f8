package io.broadcasty.config;

import io.broadcasty.config.key.ConfigKey;
import io.broadcasty.config.key.ConfigType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The table of everything that can be set; docs/config.md is made of it. */
public final class ConfigKeys {

  private static final ConfigType<Long> COUNT = ConfigType.number(1, 1_000_000_000);
  private static final ConfigType<Duration> SHORT =
      ConfigType.duration(Duration.ofMillis(100), Duration.ofHours(1));

  public static final ConfigKey<Boolean> DEV =
      new ConfigKey<>(
          "broadcasty.dev",
          ConfigType.FLAG,
          "false",
          "true",
          "Development mode: a key pair of its own, tokens handed out to anybody, a demo page at /."
              + " Never in production.");

  public static final ConfigKey<String> DATA_DIR =
      new ConfigKey<>(
          "broadcasty.data-dir",
          ConfigType.TEXT,
          "data",
          "/var/lib/broadcasty",
          "The folder for the embedded database and the development keys.");

  public static final ConfigKey<String> PUBLIC_URL =
      new ConfigKey<>(
          "broadcasty.public-url",
          ConfigType.TEXT,
          "http://localhost:8080",
          "https://realtime.example.com",
          "Where clients reach this server; used in what development mode prints.");

  public static final ConfigKey<String> JWT_PUBLIC_KEY =
      new ConfigKey<>(
          "broadcasty.jwt.public-key",
          ConfigType.TEXT,
          null,
          "-----BEGIN PUBLIC KEY-----\\n…\\n-----END PUBLIC KEY-----",
          "The public key that verifies tokens: PEM (\\n"
              + " may stand for line ends; several blocks for several keys), a certificate, or a"
              + " JWK set. Else mp.jwt.verify.publickey.");

  public static final ConfigKey<String> JWT_JWKS_URL =
      new ConfigKey<>(
          "broadcasty.jwt.jwks-url",
          ConfigType.TEXT,
          null,
          "https://sso.example.com/realms/main/protocol/openid-connect/certs",
          "Where the keys are fetched from and refreshed when a new one appears; a file will do"
              + " too. Else mp.jwt.verify.publickey.location.");

  public static final ConfigKey<List<String>> JWT_ALGORITHMS =
      new ConfigKey<>(
          "broadcasty.jwt.algorithms",
          ConfigType.LIST,
          null,
          "RS256,ES256",
          "Which signature algorithms are allowed; public-key ones only. Else"
              + " mp.jwt.verify.publickey.algorithm, else RS256.");

  public static final ConfigKey<String> JWT_ISSUER =
      new ConfigKey<>(
          "broadcasty.jwt.issuer",
          ConfigType.TEXT,
          null,
          "https://sso.example.com/realms/main",
          "What the claim iss must be. Else mp.jwt.verify.issuer; unset, any issuer is taken.");

  public static final ConfigKey<List<String>> JWT_AUDIENCES =
      new ConfigKey<>(
          "broadcasty.jwt.audiences",
          ConfigType.LIST,
          null,
          "broadcasty",
          "Of which the claim aud must name one. Else mp.jwt.verify.audiences; unset, any audience"
              + " is taken.");

  public static final ConfigKey<Duration> JWT_SKEW =
      new ConfigKey<>(
          "broadcasty.jwt.skew",
          ConfigType.duration(Duration.ZERO, Duration.ofMinutes(10)),
          null,
          "30s",
          "By how much the issuer's clock may differ. Else mp.jwt.verify.clock.skew, else 30s.");

  public static final ConfigKey<Duration> JWT_REMEMBER =
      new ConfigKey<>(
          "broadcasty.jwt.remember",
          ConfigType.duration(Duration.ZERO, Duration.ofMinutes(10)),
          "60s",
          "0s",
          "How long a verified token is not verified again; also how long a withdrawn key is still"
              + " believed. 0s verifies each request.");

  public static final ConfigKey<List<String>> ALLOWED_ORIGINS =
      new ConfigKey<>(
          "broadcasty.allowed-origins",
          ConfigType.LIST,
          null,
          "https://app.example.com,https://admin.example.com",
          "Which web pages may call, for HTTP, SSE and WebSocket alike; * for any. The server's own"
              + " pages always may.");

  public static final ConfigKey<List<String>> TRUSTED_PROXIES =
      new ConfigKey<>(
          "broadcasty.trusted-proxies",
          ConfigType.LIST,
          null,
          "10.0.0.0/8,192.168.1.7",
          "Addresses and networks of proxies whose X-Forwarded-For is believed.");

  public static final ConfigKey<Boolean> NONCE_REQUIRED =
      new ConfigKey<>(
          "broadcasty.nonce.required",
          ConfigType.FLAG,
          "false",
          "true",
          "Whether a request that changes something must bear a nonce and a time, so that it cannot"
              + " be sent twice. Where they are sent they are checked in any case.");

  public static final ConfigKey<Duration> NONCE_WINDOW =
      new ConfigKey<>(
          "broadcasty.nonce.window",
          ConfigType.duration(Duration.ofSeconds(1), Duration.ofHours(1)),
          "60s",
          "5m",
          "By how much the time of a request with a nonce may differ from the server's clock."
              + " Nonces are remembered for twice as long.");

  public static final ConfigKey<Boolean> METRICS_PUBLIC =
      new ConfigKey<>(
          "broadcasty.metrics.public",
          ConfigType.FLAG,
          "false",
          "true",
          "Whether anybody may read /broadcasty/metrics. Else administrators may, and whoever has"
              + " broadcasty.metrics.token.");

  public static final ConfigKey<String> METRICS_TOKEN =
      new ConfigKey<>(
          "broadcasty.metrics.token",
          ConfigType.TEXT,
          null,
          "7c1e0f6f0d4c4b0f9a53c0b5f1f0a3de",
          "A secret of at least 16 characters with which a scraper may read /broadcasty/metrics,"
              + " sent as Authorization: Bearer.");

  public static final ConfigKey<Boolean> METRICS_SERVER =
      new ConfigKey<>(
          "broadcasty.metrics.server",
          ConfigType.FLAG,
          "true",
          "false",
          "Whether the meters are shown by the server's own /metrics too, where it has MicroProfile"
              + " Metrics.");

  public static final ConfigKey<Boolean> LIMITS_ENABLED =
      new ConfigKey<>(
          "broadcasty.limits.enabled",
          ConfigType.FLAG,
          "true",
          "false",
          "Whether rate limits are in force. Off for load tests only.");

  public static final ConfigKey<Long> IP_PER_SECOND =
      rate("ip.per-second", "200", "Requests and connections of one client address, each second.");
  public static final ConfigKey<Long> IP_BURST =
      rate("ip.burst", "2000", "How many of them may come at once.");
  public static final ConfigKey<Long> USER_PER_SECOND =
      rate(
          "user.per-second",
          "500",
          "Publications, subscribes and replays of one user, each second.");
  public static final ConfigKey<Long> USER_BURST =
      rate("user.burst", "5000", "How many of them may come at once.");
  public static final ConfigKey<Long> CHANNEL_PER_SECOND =
      rate("channel.per-second", "1000", "Publications to one channel, each second.");
  public static final ConfigKey<Long> CHANNEL_BURST =
      rate("channel.burst", "10000", "How many of them may come at once.");

  public static final ConfigKey<Long> PAYLOAD_BYTES =
      new ConfigKey<>(
          "broadcasty.limits.payload-bytes",
          ConfigType.number(1, 16 * 1024 * 1024),
          "65536",
          "262144",
          "The longest payload of a publication, its meta included.");

  public static final ConfigKey<Long> BATCH =
      new ConfigKey<>(
          "broadcasty.limits.batch",
          ConfigType.number(1, 1000),
          "100",
          "50",
          "Most publications in one request.");

  public static final ConfigKey<Long> MESSAGE_BYTES =
      new ConfigKey<>(
          "broadcasty.limits.message-bytes",
          ConfigType.number(1024, 64 * 1024 * 1024),
          "1048576",
          "4194304",
          "The longest request body with a batch, and the longest WebSocket message from a"
              + " client.");

  public static final ConfigKey<Long> CONNECTIONS_PER_TENANT =
      new ConfigKey<>(
          "broadcasty.limits.connections-per-tenant",
          COUNT,
          "50000",
          "1000",
          "Streams that one tenant may hold: with Redis on all nodes together, else on this one.");

  public static final ConfigKey<Long> CONNECTIONS_PER_USER =
      new ConfigKey<>(
          "broadcasty.limits.connections-per-user",
          COUNT,
          "100",
          "20",
          "Streams that one user may hold: with Redis on all nodes together, else on this one.");

  public static final ConfigKey<Long> CHANNELS_PER_CONNECTION =
      new ConfigKey<>(
          "broadcasty.limits.channels-per-connection",
          ConfigType.number(1, 10_000),
          "500",
          "50",
          "Channels of one connection, those that its patterns match included.");

  public static final ConfigKey<Duration> HEARTBEAT =
      new ConfigKey<>(
          "broadcasty.stream.heartbeat",
          SHORT,
          "20s",
          "15s",
          "Between two signs of life to each client. A WebSocket client silent for longer than two"
              + " of them is closed.");

  public static final ConfigKey<Duration> CONNECT_TIMEOUT =
      new ConfigKey<>(
          "broadcasty.stream.connect-timeout",
          SHORT,
          "10s",
          "5s",
          "How long a WebSocket may stay without a token.");

  public static final ConfigKey<Long> OUTBOX_BYTES =
      new ConfigKey<>(
          "broadcasty.stream.outbox-bytes",
          ConfigType.number(16 * 1024, 1024 * 1024 * 1024),
          "1048576",
          "4194304",
          "How much may wait for one connection; beyond it the connection is closed, to come back"
              + " and resume.");

  public static final ConfigKey<String> WEBSOCKET_ENGINE =
      new ConfigKey<>(
          "broadcasty.stream.websocket",
          ConfigType.oneOf("auto", "own", "container"),
          "auto",
          "container",
          "Who speaks RFC 6455: Broadcasty itself on the upgraded connection, which costs least, or"
              + " the server's jakarta.websocket. auto: Broadcasty itself, on every server.");

  public static final ConfigKey<String> STREAM_INTERNALS =
      new ConfigKey<>(
          "broadcasty.stream.internals",
          ConfigType.oneOf("auto", "off"),
          "auto",
          "off",
          "Whether streams are written below the API of servlets on the servers where that costs"
              + " less. off: by the API alone, for tests and for an update of the server that broke"
              + " it.");

  public static final ConfigKey<String> OPERATOR_TENANT =
      new ConfigKey<>(
          "broadcasty.operator.tenant",
          ConfigType.TEXT,
          null,
          "operations",
          "The tenant (claim tid) whose users may be operators: they end connections of any tenant."
              + " Unset, nobody is one, and there are the administrators of each tenant alone. No"
              + " tenant's issuer but the operators' own may be able to sign tokens with it.");

  public static final ConfigKey<String> OPERATOR_ROLE =
      new ConfigKey<>(
          "broadcasty.operator.role",
          ConfigType.TEXT,
          "operator",
          "service-operator",
          "The role (claim roles) of operators; counts in tokens of broadcasty.operator.tenant"
              + " alone.");

  public static final ConfigKey<Duration> DRAIN =
      new ConfigKey<>(
          "broadcasty.drain",
          ConfigType.duration(Duration.ZERO, Duration.ofMinutes(10)),
          "10s",
          "30s",
          "Over what time a stopping node spreads the closing of its streams.");

  public static final ConfigKey<String> REPLAY_STORE =
      new ConfigKey<>(
          "broadcasty.replay.store",
          ConfigType.oneOf("memory", "database", "redis"),
          "memory",
          "redis",
          "Where streams are kept: memory (one node's, gone with the process), database (one"
              + " node's), or redis (shared by all nodes).");

  public static final ConfigKey<String> REPLAY_FALLBACK =
      new ConfigKey<>(
          "broadcasty.replay.fallback",
          ConfigType.oneOf("none", "database"),
          "none",
          "database",
          "What becomes of publications while Redis cannot be reached: none refuses them (503),"
              + " database queues them there (202, broadcasty.db.*) and publishes them"
              + " afterwards.");

  public static final ConfigKey<Duration> REPLAY_RETENTION =
      new ConfigKey<>(
          "broadcasty.replay.retention",
          ConfigType.duration(Duration.ofSeconds(1), Duration.ofDays(3650)),
          "3600s",
          "1d",
          "How long a publication is kept.");

  public static final ConfigKey<Long> REPLAY_MAX_COUNT =
      new ConfigKey<>(
          "broadcasty.replay.max-count",
          COUNT,
          "100000",
          "10000",
          "How many publications of a channel are kept.");

  public static final ConfigKey<Long> REPLAY_MAX_BYTES =
      new ConfigKey<>(
          "broadcasty.replay.max-bytes",
          ConfigType.number(1024, 1L << 50),
          "67108864",
          "1048576",
          "How many bytes of a channel are kept.");

  public static final ConfigKey<Duration> IDEMPOTENCY_WINDOW =
      new ConfigKey<>(
          "broadcasty.replay.idempotency-window",
          ConfigType.duration(Duration.ofMinutes(10), Duration.ofDays(7)),
          "10m",
          "1h",
          "How long the id of a publication is remembered.");

  public static final ConfigKey<Long> IDEMPOTENCY_MAX_IDS =
      new ConfigKey<>(
          "broadcasty.replay.idempotency-max-ids",
          ConfigType.number(1000, 100_000_000),
          "1000000",
          "5000000",
          "How many ids the memory store remembers; beyond it publications with an id are refused"
              + " for a while.");

  public static final ConfigKey<List<String>> MIRROR_CHANNELS =
      new ConfigKey<>(
          "broadcasty.mirror.channels",
          ConfigType.LIST,
          null,
          "orders.*,private-audit.*",
          "Patterns of channels that are copied from Redis to the database (broadcasty.db.*), and"
              + " replayed from there beyond broadcasty.replay.retention. None for no mirror.");

  public static final ConfigKey<Duration> MIRROR_RETENTION =
      new ConfigKey<>(
          "broadcasty.mirror.retention",
          ConfigType.duration(Duration.ofMinutes(1), Duration.ofDays(3650)),
          "30d",
          "365d",
          "For how long the mirror keeps publications.");

  public static final ConfigKey<Boolean> TRACES_ENABLED =
      new ConfigKey<>(
          "broadcasty.traces.enabled",
          ConfigType.FLAG,
          "false",
          "true",
          "Whether publications are traced by the server's OpenTelemetry, which decides by its own"
              + " configuration (otel.*) what is sampled and where it is sent.");

  public static final ConfigKey<Duration> AUDIT_RETENTION =
      new ConfigKey<>(
          "broadcasty.audit.retention",
          ConfigType.duration(Duration.ofHours(1), Duration.ofDays(3650)),
          "90d",
          "30d",
          "For how long the database keeps the audit log.");

  public static final ConfigKey<Duration> PRESENCE_TTL =
      new ConfigKey<>(
          "broadcasty.presence.ttl",
          ConfigType.duration(Duration.ofSeconds(1), Duration.ofDays(1)),
          "60s",
          "30s",
          "How long a member stays that joined over HTTP, unless a heartbeat comes.");

  public static final ConfigKey<Long> PRESENCE_MAX_MEMBERS =
      new ConfigKey<>(
          "broadcasty.presence.max-members",
          COUNT,
          "100000",
          "1000",
          "Members of one channel at most.");

  public static final ConfigKey<Long> PRESENCE_MEMBER_BYTES =
      new ConfigKey<>(
          "broadcasty.presence.member-bytes",
          ConfigType.number(64, 65_536),
          "2048",
          "512",
          "The longest JSON of a member.");

  public static final ConfigKey<String> DB_DATASOURCE =
      new ConfigKey<>(
          "broadcasty.db.datasource",
          ConfigType.TEXT,
          null,
          "jdbc/broadcasty",
          "The JNDI name of a data source of the server, used instead of a pool of its own; url,"
              + " user, password and pool are then the server's.");

  public static final ConfigKey<String> DB_URL =
      new ConfigKey<>(
          "broadcasty.db.url",
          ConfigType.TEXT,
          null,
          "jdbc:h2:file:/var/lib/broadcasty/broadcasty",
          "The JDBC address of the database; unset, an embedded H2 file in the data folder.");

  public static final ConfigKey<String> DB_USER =
      new ConfigKey<>(
          "broadcasty.db.user", ConfigType.TEXT, null, "broadcasty", "The database user.");

  public static final ConfigKey<String> DB_PASSWORD =
      new ConfigKey<>(
          "broadcasty.db.password", ConfigType.TEXT, null, "…", "The database user's password.");

  public static final ConfigKey<Long> DB_POOL =
      new ConfigKey<>(
          "broadcasty.db.pool",
          ConfigType.number(2, 200),
          "10",
          "20",
          "Connections to the database at most.");

  public static final ConfigKey<String> REDIS_CONN =
      new ConfigKey<>(
          "broadcasty.redis.conn",
          ConfigType.TEXT,
          "default",
          "cache",
          "Which Redis: default is that of broadcasty.redis.url, another name, such as cache, that"
              + " of broadcasty.redis.url.cache.");

  public static final ConfigKey<String> REDIS_URL =
      new ConfigKey<>(
          "broadcasty.redis.url",
          ConfigType.TEXT,
          "redis://localhost:6379",
          "rediss://broadcasty:secret@redis.example.com:6380",
          "Where Redis is, 6.0 or newer: redis://[user:password@]host:port[/database];"
              + " redis-sentinel://[user:password@]host:port,host:port/name-of-the-primary;"
              + " redis-cluster://[user:password@]host:port,host:port. rediss in place of redis for"
              + " TLS.");

  public static final ConfigKey<String> REDIS_PREFIX =
      new ConfigKey<>(
          "broadcasty.redis.prefix",
          ConfigType.TEXT,
          "bcy:",
          "shop:",
          "What every key in Redis begins with; all nodes with the same one are one installation.");

  public static final ConfigKey<Long> REDIS_POOL =
      new ConfigKey<>(
          "broadcasty.redis.pool",
          ConfigType.number(2, 200),
          "16",
          "32",
          "Connections to each Redis server at most, two for announcements not counted.");

  public static final ConfigKey<Long> REDIS_REPLICAS =
      new ConfigKey<>(
          "broadcasty.redis.replicas",
          ConfigType.number(0, 10),
          "0",
          "1",
          "How many replicas must have a publication before it is acknowledged; with at least 1,"
              + " none is lost when the primary fails.");

  public static final ConfigKey<String> DRIVER = driver(Providers.SHIPPED);

  public static final ConfigKey<List<String>> AUTO_ORDER =
      new ConfigKey<>(
          "broadcasty.auto-order",
          ConfigType.LIST,
          String.join(",", orderNames(Providers.SHIPPED)),
          "pusher,ably",
          "What auto tries in turn. Redis, where streams are kept there, and the end of the list"
              + " stand for Broadcasty's own streams.");

  public static final ConfigKey<Duration> DRIVER_TIMEOUT =
      new ConfigKey<>(
          "broadcasty.driver.timeout",
          ConfigType.duration(Duration.ofMillis(50), Duration.ofSeconds(2)),
          "800ms",
          "500ms",
          "How long a provider may take to answer before the next one is asked.");

  public static final ConfigKey<Duration> DRIVER_PROBE_INTERVAL =
      new ConfigKey<>(
          "broadcasty.driver.probe-interval",
          ConfigType.duration(Duration.ofMillis(100), Duration.ofMinutes(10)),
          "5s",
          "10s",
          "Between two probes of a provider that failed; two good ones bring it back.");

  public static final ConfigKey<Long> DRIVER_WORKERS =
      new ConfigKey<>(
          "broadcasty.driver.workers",
          ConfigType.number(1, 32),
          "4",
          "8",
          "How many channels are relayed to a provider at the same time.");

  public static final ConfigKey<Long> PUSH_QUOTA =
      new ConfigKey<>(
          "broadcasty.push.quota-per-day",
          ConfigType.number(0, 1_000_000_000_000L),
          "1000000",
          "50000",
          "How many notifications a tenant may send to devices on a day (UTC); 0 for any number.");

  public static final ConfigKey<Duration> PUSH_RETENTION =
      new ConfigKey<>(
          "broadcasty.push.retention",
          ConfigType.duration(Duration.ofMinutes(10), Duration.ofDays(365)),
          "7d",
          "1d",
          "How long it is known what became of a notification, and its id; counted from when it was"
              + " taken, and for as long as it is tried.");

  public static final ConfigKey<Long> PUSH_IN_FLIGHT =
      new ConfigKey<>(
          "broadcasty.push.max-in-flight",
          ConfigType.number(1, 10_000),
          "200",
          "50",
          "How many notifications a node has under way to one push service.");

  /** Those of Broadcasty itself that stand before the providers' in the reference. */
  private static final List<ConfigKey<?>> STREAMS =
      List.of(
          DEV,
          DATA_DIR,
          PUBLIC_URL,
          JWT_PUBLIC_KEY,
          JWT_JWKS_URL,
          JWT_ALGORITHMS,
          JWT_ISSUER,
          JWT_AUDIENCES,
          JWT_SKEW,
          JWT_REMEMBER,
          ALLOWED_ORIGINS,
          TRUSTED_PROXIES,
          REPLAY_STORE,
          REPLAY_FALLBACK,
          REPLAY_RETENTION,
          REPLAY_MAX_COUNT,
          REPLAY_MAX_BYTES,
          IDEMPOTENCY_WINDOW,
          IDEMPOTENCY_MAX_IDS,
          MIRROR_CHANNELS,
          MIRROR_RETENTION,
          TRACES_ENABLED,
          AUDIT_RETENTION,
          PRESENCE_TTL,
          PRESENCE_MAX_MEMBERS,
          PRESENCE_MEMBER_BYTES,
          DB_DATASOURCE,
          DB_URL,
          DB_USER,
          DB_PASSWORD,
          DB_POOL,
          REDIS_URL,
          REDIS_CONN,
          REDIS_PREFIX,
          REDIS_POOL,
          REDIS_REPLICAS,
          DRIVER,
          AUTO_ORDER,
          DRIVER_TIMEOUT,
          DRIVER_PROBE_INTERVAL,
          DRIVER_WORKERS);

  /** Those of Broadcasty itself that stand after them. */
  private static final List<ConfigKey<?>> EDGES =
      List.of(
          PUSH_QUOTA,
          PUSH_RETENTION,
          PUSH_IN_FLIGHT,
          HEARTBEAT,
          CONNECT_TIMEOUT,
          OUTBOX_BYTES,
          WEBSOCKET_ENGINE,
          STREAM_INTERNALS,
          DRAIN,
          OPERATOR_TENANT,
          OPERATOR_ROLE,
          NONCE_REQUIRED,
          NONCE_WINDOW,
          METRICS_PUBLIC,
          METRICS_TOKEN,
          METRICS_SERVER,
          LIMITS_ENABLED,
          IP_PER_SECOND,
          IP_BURST,
          USER_PER_SECOND,
          USER_BURST,
          CHANNEL_PER_SECOND,
          CHANNEL_BURST,
          PAYLOAD_BYTES,
          BATCH,
          MESSAGE_BYTES,
          CONNECTIONS_PER_TENANT,
          CONNECTIONS_PER_USER,
          CHANNELS_PER_CONNECTION);

  /** Every key, in the order of the reference. */
  public static final List<ConfigKey<?>> ALL = all(Providers.SHIPPED);

  private ConfigKeys() {}

  /** Every key with these providers, in the order of the reference. */
  static List<ConfigKey<?>> all(Providers providers) {
    return Stream.of(STREAMS, providers.relayKeys(), EDGES, providers.pushKeys())
        .<ConfigKey<?>>flatMap(List::stream)
        .toList();
  }

  /** The key that chooses among these providers. */
  static ConfigKey<String> driver(Providers providers) {
    List<String> words = new ArrayList<>(List.of("auto", "embedded", "redis"));
    words.addAll(providers.relayNames());
    words.add("null");
    return new ConfigKey<>(
        "broadcasty.driver",
        ConfigType.oneOf(words.toArray(String[]::new)),
        "auto",
        "pusher",
        "Which clients get publications besides Broadcasty's own subscribers: those of "
            + either(providers.relayNames())
            + "; none (embedded; redis; null); auto: those of the first healthy one of"
            + " broadcasty.auto-order that is configured.");
  }

  private static String either(List<String> names) {
    int last = names.size() - 1;
    return last < 1
        ? String.join("", names)
        : String.join(", ", names.subList(0, last)) + " or " + names.get(last);
  }

  /** What the order of {@code auto} may name. */
  static List<String> orderNames(Providers providers) {
    List<String> names = new ArrayList<>(providers.relayNames());
    names.add("redis");
    return names;
  }

  private static ConfigKey<Long> rate(String name, String defaultText, String meaning) {
    return new ConfigKey<>("broadcasty.limits." + name, COUNT, defaultText, "100", meaning);
  }
}
