package io.broadcasty.server.config;

import io.broadcasty.core.auth.jwt.JwtSettings;
import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.config.ConfigType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The table of all configuration keys, from which docs/config.md is generated. */
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
          "Turns on development mode: Broadcasty makes a signing key if no public key is"
              + " configured, hands out tokens to anyone who asks, and serves a demo page at /."
              + " Never turn it on in production.");

  public static final ConfigKey<String> DATA_DIR =
      new ConfigKey<>(
          "broadcasty.data-dir",
          ConfigType.TEXT,
          "data",
          "/var/lib/broadcasty",
          "Directory of the embedded H2 database and of the development key. A relative path starts"
              + " at the working directory of the server.");

  public static final ConfigKey<String> PUBLIC_URL =
      new ConfigKey<>(
          "broadcasty.public-url",
          ConfigType.TEXT,
          "http://localhost:8080",
          "https://realtime.example.com",
          "Base URL of this server as clients see it, for the metadata that clients find their"
              + " issuer by (RFC 9728) and the examples that development mode prints. Unless it is"
              + " set, the metadata name the host that a request was sent to.");

  public static final ConfigKey<String> START_FAILURE =
      new ConfigKey<>(
          "broadcasty.start-failure",
          ConfigType.oneOf("auto", "exit", "stay"),
          "auto",
          "exit",
          "What happens when the start fails, because of a wrong setting or because Redis or the"
              + " database cannot be reached: exit ends the server's process, with the reason as"
              + " its last output and the exit code 78, stay leaves a server without Broadcasty."
              + " auto is exit on Payara Micro and stay on other servers, which may have other"
              + " applications.");

  public static final ConfigKey<String> JWT_PUBLIC_KEY =
      new ConfigKey<>(
          "broadcasty.jwt.public-key",
          ConfigType.TEXT,
          null,
          "-----BEGIN PUBLIC KEY-----\\n…\\n-----END PUBLIC KEY-----",
          "Public key that verifies the signatures of tokens: PEM (\\n"
              + " may replace a line break; several blocks are several keys), a certificate, or a"
              + " JWK or JWK set in JSON. It takes precedence over broadcasty.jwt.jwks-url. Falls"
              + " back to mp.jwt.verify.publickey.");

  public static final ConfigKey<String> JWT_JWKS_URL =
      new ConfigKey<>(
          "broadcasty.jwt.jwks-url",
          ConfigType.TEXT,
          null,
          "https://sso.example.com/realms/main/protocol/openid-connect/certs",
          "URL of the JWK set with the public keys of the token issuer, or the path of a file with"
              + " what broadcasty.jwt.public-key accepts. Broadcasty caches the keys of a URL and"
              + " fetches them again when a token names an unknown key. A key of the set that"
              + " cannot be used is skipped, and logged once. Falls back to"
              + " mp.jwt.verify.publickey.location.");

  public static final ConfigKey<Boolean> JWT_JWKS_HTTP =
      new ConfigKey<>(
          "broadcasty.jwt.jwks-http",
          ConfigType.FLAG,
          "false",
          "true",
          "Allows a JWK set whose URL begins with http: and names another machine. Whoever is on"
              + " the way can replace the keys and sign any token, so turn it on only for a network"
              + " that you trust. http: on this machine (localhost) is always allowed.");

  public static final ConfigKey<List<String>> JWT_ALGORITHMS =
      new ConfigKey<>(
          "broadcasty.jwt.algorithms",
          ConfigType.LIST,
          null,
          "RS256,ES256",
          "Signature algorithms that tokens may use, by their names in RFC 7518, or EdDSA"
              + " (Ed25519); only public-key algorithms are possible, unless there is"
              + " broadcasty.jwt.secret. Falls back to mp.jwt.verify.publickey.algorithm, then to"
              + " RS256.");

  public static final ConfigKey<String> JWT_ISSUER =
      new ConfigKey<>(
          "broadcasty.jwt.issuer",
          ConfigType.TEXT,
          null,
          "https://sso.example.com/realms/main",
          "Required value of the token claim iss. Falls back to mp.jwt.verify.issuer; if neither is"
              + " set, tokens of every issuer are accepted, and the start logs a warning.");

  public static final ConfigKey<List<String>> JWT_AUDIENCES =
      new ConfigKey<>(
          "broadcasty.jwt.audiences",
          ConfigType.LIST,
          null,
          "broadcasty",
          "Accepted audiences: the token claim aud must contain at least one of them. Falls back to"
              + " mp.jwt.verify.audiences; if neither is set, aud is not checked, so tokens that"
              + " the issuer signs for other applications are accepted, and the start logs a"
              + " warning.");

  public static final ConfigKey<Long> JWT_MAX_LENGTH =
      new ConfigKey<>(
          "broadcasty.jwt.max-length",
          ConfigType.number(1024, JwtSettings.MAX_LENGTH),
          "65536",
          "8192",
          "Greatest number of characters of a token. In headers, the limit of the server counts"
              + " first; the command connect of a WebSocket takes every length.");

  public static final ConfigKey<Duration> JWT_SKEW =
      new ConfigKey<>(
          "broadcasty.jwt.skew",
          ConfigType.duration(Duration.ZERO, Duration.ofMinutes(10)),
          null,
          "30s",
          "Tolerated difference between the clock of the token issuer and the clock of this node."
              + " Falls back to mp.jwt.verify.clock.skew (in seconds), then to 30s.");

  public static final ConfigKey<Duration> JWT_REMEMBER =
      new ConfigKey<>(
          "broadcasty.jwt.remember",
          ConfigType.duration(Duration.ZERO, Duration.ofMinutes(10)),
          "60s",
          "0s",
          "Time for which a verified token is cached instead of being verified again. A key that"
              + " the issuer withdraws stays accepted for this long; the end of a token is always"
              + " observed. 0s verifies the token of every request.");

  public static final ConfigKey<List<String>> ALLOWED_ORIGINS =
      new ConfigKey<>(
          "broadcasty.allowed-origins",
          ConfigType.LIST,
          null,
          "https://app.example.com,https://admin.example.com",
          "Origins whose web pages may call Broadcasty over HTTP, SSE and WebSocket:"
              + " https://*.example.com allows every subdomain, capacitor://localhost or"
              + " chrome-extension://… an app or an extension, * every origin. Pages of this server"
              + " itself are always allowed. If unset, pages of other origins get 403. Pages of the"
              + " listed origins, but not of *, may send credentials of the browser, such as those"
              + " for a proxy with Basic authentication.");

  public static final ConfigKey<List<String>> ALLOWED_HEADERS =
      new ConfigKey<>(
          "broadcasty.allowed-headers",
          ConfigType.LIST,
          null,
          "X-Request-ID,X-Datadog-Trace-ID",
          "Names of headers that pages of the allowed origins may send besides those of the"
              + " protocol and of traces (traceparent, tracestate, baggage, sentry-trace, b3),"
              + " X-Requested-With, Cache-Control and Pragma; * allows every header.");

  public static final ConfigKey<List<String>> TRUSTED_PROXIES =
      new ConfigKey<>(
          "broadcasty.trusted-proxies",
          ConfigType.LIST,
          null,
          "10.0.0.0/8,192.168.1.7",
          "IP addresses and networks of the reverse proxies whose X-Forwarded-For header is"
              + " trusted. Without it, all clients behind a proxy have the proxy's address and"
              + " share its rate limit.");

  public static final ConfigKey<Boolean> NONCE_REQUIRED =
      new ConfigKey<>(
          "broadcasty.nonce.required",
          ConfigType.FLAG,
          "false",
          "true",
          "Rejects POST and DELETE requests that carry no nonce and timestamp, which protect a"
              + " request against replay. Requests that carry them are checked even if this is"
              + " false.");

  public static final ConfigKey<Duration> NONCE_WINDOW =
      new ConfigKey<>(
          "broadcasty.nonce.window",
          ConfigType.duration(Duration.ofSeconds(1), Duration.ofHours(1)),
          "60s",
          "5m",
          "Tolerated difference between the timestamp of a request with a nonce and the clock of"
              + " this node. Nonces are remembered for twice as long, and for 10 minutes at"
              + " least. It is 300 s for requests that are signed with an API key.");

  public static final ConfigKey<Boolean> METRICS_PUBLIC =
      new ConfigKey<>(
          "broadcasty.metrics.public",
          ConfigType.FLAG,
          "false",
          "true",
          "Lets anyone read /broadcasty/metrics without a token. If false, only administrators and"
              + " scrapers with broadcasty.metrics.token can read it.");

  public static final ConfigKey<String> METRICS_TOKEN =
      new ConfigKey<>(
          "broadcasty.metrics.token",
          ConfigType.TEXT,
          null,
          "7c1e0f6f0d4c4b0f9a53c0b5f1f0a3de",
          "Secret with which a scraper reads /broadcasty/metrics, sent as Authorization: Bearer; at"
              + " least 16 characters. If unset, scrapers need the token of an administrator, or"
              + " broadcasty.metrics.public.");

  public static final ConfigKey<Boolean> METRICS_SERVER =
      new ConfigKey<>(
          "broadcasty.metrics.server",
          ConfigType.FLAG,
          "false",
          "true",
          "Adds the meters to the server's own /metrics, which anyone can read on some servers. It"
              + " has no effect on servers without MicroProfile Metrics.");

  public static final ConfigKey<Boolean> HEALTH_DETAILS =
      new ConfigKey<>(
          "broadcasty.health.details",
          ConfigType.FLAG,
          "false",
          "true",
          "Adds reasons and the states of store, driver and threads to the server's /health, which"
              + " most servers answer to anyone. If false, /health only says UP or DOWN, and"
              + " operators read the details from /broadcasty/admin/health.");

  public static final ConfigKey<Boolean> LIMITS_ENABLED =
      new ConfigKey<>(
          "broadcasty.limits.enabled",
          ConfigType.FLAG,
          "true",
          "false",
          "Enforces the rate limits broadcasty.limits.ip, user, channel and tenant, and those of"
              + " bytes. Limits of sizes and"
              + " connections hold in any case. Turn it off for load tests only.");

  public static final ConfigKey<Long> IP_PER_SECOND =
      rate(
          "ip.per-second",
          "200",
          "Requests and new connections per second that one client address may make on average."
              + " Beyond it they are refused with rate_limited (429). The limit counts all nodes"
              + " together with Redis, otherwise each node.");
  public static final ConfigKey<Long> IP_BURST =
      rate(
          "ip.burst",
          "2000",
          "Requests and new connections that one client address may make at once before"
              + " broadcasty.limits.ip.per-second applies.");
  public static final ConfigKey<Long> USER_PER_SECOND =
      rate(
          "user.per-second",
          "500",
          "Publications, subscriptions, replays, presence requests and push requests per second"
              + " that one user may make on average. Beyond it they are refused with rate_limited"
              + " (429). The limit counts all nodes together with Redis, otherwise each node.");
  public static final ConfigKey<Long> USER_BURST =
      rate(
          "user.burst",
          "5000",
          "Publications, subscriptions, replays, presence requests and push requests that one user"
              + " may make at once before broadcasty.limits.user.per-second applies.");
  public static final ConfigKey<Long> CHANNEL_PER_SECOND =
      rate(
          "channel.per-second",
          "1000",
          "Publications per second that one channel takes on average. Beyond it they are refused"
              + " with rate_limited (429). The limit counts all nodes together with Redis,"
              + " otherwise each node.");
  public static final ConfigKey<Long> CHANNEL_BURST =
      rate(
          "channel.burst",
          "10000",
          "Publications that one channel takes at once before broadcasty.limits.channel.per-second"
              + " applies.");

  public static final ConfigKey<Long> PAYLOAD_BYTES =
      new ConfigKey<>(
          "broadcasty.limits.payload-bytes",
          ConfigType.number(1, 16 * 1024 * 1024),
          "65536",
          "262144",
          "Maximum size in bytes of a publication's payload with its meta, as JSON in UTF-8. A"
              + " larger publication is refused with payload_too_large (413).");

  public static final ConfigKey<Long> BATCH =
      new ConfigKey<>(
          "broadcasty.limits.batch",
          ConfigType.number(1, 1000),
          "100",
          "50",
          "Maximum number of publications in one publish request. A larger batch is refused with"
              + " too_many_items (413).");

  public static final ConfigKey<Long> MESSAGE_BYTES =
      new ConfigKey<>(
          "broadcasty.limits.message-bytes",
          ConfigType.number(1024, 64 * 1024 * 1024),
          "1048576",
          "4194304",
          "Maximum size in bytes of a request body with a batch of publications, and of a WebSocket"
              + " message from a client. A larger one is refused with payload_too_large (413, or"
              + " close code 1009 of a WebSocket). Before a WebSocket client has authenticated, a"
              + " message has at most 66560 bytes.");

  public static final ConfigKey<Duration> BODY_TIMEOUT =
      new ConfigKey<>(
          "broadcasty.limits.body-timeout",
          SHORT,
          "30s",
          "10s",
          "Time limit for a request body to arrive whole. A later body is refused with"
              + " request_timeout (408), and so is one that after 5 s has come at less than 1024"
              + " bytes a second on average.");

  public static final ConfigKey<Long> SLOW_BODIES_PER_USER =
      new ConfigKey<>(
          "broadcasty.limits.slow-bodies-per-user",
          COUNT,
          "16",
          "64",
          "Maximum number of request bodies of one user that take longer than 2 s to arrive, at the"
              + " same time. The newest beyond it are refused with rate_limited (429).");

  public static final ConfigKey<Long> SLOW_BODIES_PER_ADDRESS =
      new ConfigKey<>(
          "broadcasty.limits.slow-bodies-per-address",
          COUNT,
          "128",
          "1000",
          "Maximum number of request bodies from one client address that take longer than 2 s to"
              + " arrive, at the same time. The newest beyond it are refused with rate_limited"
              + " (429).");

  public static final ConfigKey<Long> CONNECTIONS_PER_TENANT =
      new ConfigKey<>(
          "broadcasty.limits.connections-per-tenant",
          COUNT,
          "50000",
          "1000",
          "Maximum number of open streams of one tenant: on all nodes together with Redis,"
              + " otherwise on each node. A stream beyond it is refused with connection_limit (429,"
              + " or close code 4430).");

  public static final ConfigKey<Long> CONNECTIONS_PER_USER =
      new ConfigKey<>(
          "broadcasty.limits.connections-per-user",
          COUNT,
          "100",
          "20",
          "Maximum number of open streams of one user: on all nodes together with Redis, otherwise"
              + " on each node. A stream beyond it is refused with connection_limit (429, or close"
              + " code 4430).");

  public static final ConfigKey<Long> CHANNELS_PER_CONNECTION =
      new ConfigKey<>(
          "broadcasty.limits.channels-per-connection",
          ConfigType.number(1, 10_000),
          "500",
          "50",
          "Maximum number of channels that one connection is subscribed to, including the channels"
              + " that its patterns match.");

  public static final ConfigKey<Duration> HEARTBEAT =
      new ConfigKey<>(
          "broadcasty.stream.heartbeat",
          SHORT,
          "20s",
          "15s",
          "Heartbeat interval: the server sends each client a heartbeat this often, and closes a"
              + " WebSocket whose client is silent for two intervals (close code 4409). Idle"
              + " timeouts of proxies must be longer.");

  public static final ConfigKey<Duration> CONNECT_TIMEOUT =
      new ConfigKey<>(
          "broadcasty.stream.connect-timeout",
          SHORT,
          "10s",
          "5s",
          "Time limit for a new WebSocket connection to present a token; then the server closes"
              + " it.");

  public static final ConfigKey<Long> OUTBOX_BYTES =
      new ConfigKey<>(
          "broadcasty.stream.outbox-bytes",
          ConfigType.number(16 * 1024, 1024 * 1024 * 1024),
          "1048576",
          "4194304",
          "Maximum number of bytes that may wait for one connection. Beyond it the connection is"
              + " closed as a slow consumer (close code 4408), and the client reconnects and"
              + " resumes.");

  public static final ConfigKey<String> WEBSOCKET_ENGINE =
      new ConfigKey<>(
          "broadcasty.stream.websocket",
          ConfigType.oneOf("auto", "own", "container"),
          "auto",
          "container",
          "WebSocket implementation (RFC 6455): own is Broadcasty's engine on the upgraded"
              + " connection, which costs the least; container is the server's jakarta.websocket;"
              + " auto is own on every server.");

  public static final ConfigKey<String> STREAM_INTERNALS =
      new ConfigKey<>(
          "broadcasty.stream.internals",
          ConfigType.oneOf("auto", "off"),
          "auto",
          "off",
          "Use of server internals that write streams at a lower cost than the Servlet API and"
              + " notice at once that a client has gone: auto uses them where they exist, off uses"
              + " the Servlet API alone. Set off for tests, or when an update of the server broke"
              + " the internals.");

  public static final ConfigKey<String> OPERATOR_TENANT =
      new ConfigKey<>(
          "broadcasty.operator.tenant",
          ConfigType.TEXT,
          null,
          "operations",
          "Tenant (token claim tid) whose users may be operators, who can end connections of every"
              + " tenant, and see hosts, providers and details of health. If unset, there are no"
              + " operators, only the administrators of each tenant. Make sure that no other"
              + " tenant's issuer can sign tokens with this tenant.");

  public static final ConfigKey<String> OPERATOR_ROLE =
      new ConfigKey<>(
          "broadcasty.operator.role",
          ConfigType.TEXT,
          "operator",
          "service-operator",
          "Role (token claim roles) that makes a user an operator. It counts only in tokens of the"
              + " tenant broadcasty.operator.tenant.");

  public static final ConfigKey<Duration> MESSAGE_TIMEOUT =
      new ConfigKey<>(
          "broadcasty.stream.message-timeout",
          SHORT,
          "30s",
          "10s",
          "Time limit for a WebSocket message of a client to arrive whole, from its first byte;"
              + " then the server closes the connection with request_timeout (close code 4411).");

  public static final ConfigKey<Duration> DRAIN =
      new ConfigKey<>(
          "broadcasty.drain",
          ConfigType.duration(Duration.ZERO, Duration.ofMinutes(10)),
          "10s",
          "30s",
          "Time over which a stopping node spreads the closing of its streams, so that its clients"
              + " do not all reconnect at once. 0s closes all at once. Whatever stops the process"
              + " must wait longer than this before it kills it.");

  public static final ConfigKey<String> REPLAY_STORE =
      new ConfigKey<>(
          "broadcasty.replay.store",
          ConfigType.oneOf("memory", "database", "redis"),
          "memory",
          "redis",
          "Store of the streams: memory (of one node, lost when the process ends), database (of one"
              + " node) or redis (shared by all nodes). If unset, broadcasty.driver=redis selects"
              + " redis.");

  public static final ConfigKey<String> REPLAY_FALLBACK =
      new ConfigKey<>(
          "broadcasty.replay.fallback",
          ConfigType.oneOf("none", "database"),
          "none",
          "database",
          "Handling of publications while Redis is unreachable: none refuses them with 503;"
              + " database answers 202, queues them in the database (broadcasty.db.*) and publishes"
              + " them when Redis is back. Requires broadcasty.replay.store=redis.");

  public static final ConfigKey<Duration> REPLAY_RETENTION =
      new ConfigKey<>(
          "broadcasty.replay.retention",
          ConfigType.duration(Duration.ofSeconds(1), Duration.ofDays(3650)),
          "3600s",
          "1d",
          "Maximum age of a publication in its stream. Older publications are removed and cannot be"
              + " replayed.");

  public static final ConfigKey<Long> REPLAY_MAX_COUNT =
      new ConfigKey<>(
          "broadcasty.replay.max-count",
          COUNT,
          "100000",
          "10000",
          "Maximum number of publications that are kept of each channel. The oldest are removed"
              + " first.");

  public static final ConfigKey<Long> REPLAY_MAX_BYTES =
      new ConfigKey<>(
          "broadcasty.replay.max-bytes",
          ConfigType.number(1024, 1L << 50),
          "67108864",
          "1048576",
          "Maximum number of bytes that are kept of each channel. The oldest publications are"
              + " removed first.");

  public static final ConfigKey<Duration> IDEMPOTENCY_WINDOW =
      new ConfigKey<>(
          "broadcasty.replay.idempotency-window",
          ConfigType.duration(Duration.ofMinutes(10), Duration.ofDays(7)),
          "10m",
          "1h",
          "Time for which the ids of publications are remembered. A publication that repeats an id"
              + " of its channel within this time is answered with the position of the first and is"
              + " not published again.");

  public static final ConfigKey<Long> IDEMPOTENCY_MAX_IDS =
      new ConfigKey<>(
          "broadcasty.replay.idempotency-max-ids",
          ConfigType.number(1000, 100_000_000),
          "1000000",
          "5000000",
          "Maximum number of publication ids that the memory store remembers. When it is reached,"
              + " publications with a new id are refused until older ids expire. Other stores"
              + " ignore it.");

  public static final ConfigKey<List<String>> MIRROR_CHANNELS =
      new ConfigKey<>(
          "broadcasty.mirror.channels",
          ConfigType.LIST,
          null,
          "orders.*,private-audit.*",
          "Patterns of the channels that are copied from Redis to the database (broadcasty.db.*)"
              + " and replayed from there after broadcasty.replay.retention. Empty means no mirror."
              + " Requires broadcasty.replay.store=redis.");

  public static final ConfigKey<Duration> MIRROR_RETENTION =
      new ConfigKey<>(
          "broadcasty.mirror.retention",
          ConfigType.duration(Duration.ofMinutes(1), Duration.ofDays(3650)),
          "30d",
          "365d",
          "Time for which the database keeps mirrored publications. It must not be shorter than"
              + " broadcasty.replay.retention of any tenant.");

  public static final ConfigKey<Boolean> TRACES_ENABLED =
      new ConfigKey<>(
          "broadcasty.traces.enabled",
          ConfigType.FLAG,
          "false",
          "true",
          "Traces publications with the server's OpenTelemetry, whose own configuration (otel.*)"
              + " decides what is sampled and where spans are sent.");

  public static final ConfigKey<Duration> CLOCK_MAX_SKEW =
      new ConfigKey<>(
          "broadcasty.clock.max-skew",
          ConfigType.duration(Duration.ofSeconds(5), Duration.ofDays(1)),
          "30s",
          "10s",
          "Difference between the clock of this node and that of Redis or the database beyond which"
              + " the node takes no part: it is not ready, ends its streams, so that clients resume"
              + " elsewhere, and accepts none until its clock is right. The memory store has no"
              + " other clock.");

  public static final ConfigKey<Duration> NODES_CUT_OFF_AFTER =
      new ConfigKey<>(
          "broadcasty.nodes.cut-off-after",
          ConfigType.duration(Duration.ZERO, Duration.ofHours(1)),
          "5s",
          "20s",
          "Time after which a node that cannot reach Redis, while another node can, takes no part:"
              + " it is not ready, ends its streams, so that clients resume elsewhere, and accepts"
              + " none until it reaches Redis again. Values below 5s count as 5s; with 0s a node"
              + " keeps its streams, and opens no status port.");

  public static final ConfigKey<Long> NODES_STATUS_PORT =
      new ConfigKey<>(
          "broadcasty.nodes.status-port",
          ConfigType.number(0, 65_535),
          "0",
          "7946",
          "TCP port at which the other nodes ask this one whether it reaches Redis, on the address"
              + " from which it talks to Redis. 0 takes any free port. It answers with one line,"
              + " and reads nothing.");

  public static final ConfigKey<Duration> AUDIT_RETENTION =
      new ConfigKey<>(
          "broadcasty.audit.retention",
          ConfigType.duration(Duration.ofHours(1), Duration.ofDays(3650)),
          "90d",
          "30d",
          "Time for which the database keeps entries of the audit log. Without a database there is"
              + " no audit log.");

  public static final ConfigKey<Boolean> SECURITY_LOG =
      new ConfigKey<>(
          "broadcasty.security-log.enabled",
          ConfigType.FLAG,
          "true",
          "false",
          "Writes refused tokens, denials, replays, reached limits, and connections that open and"
              + " end, as lines of the server's log; refusals also to the audit log.");

  public static final ConfigKey<Long> SECURITY_LOG_LINES =
      new ConfigKey<>(
          "broadcasty.security-log.lines-per-minute",
          ConfigType.number(0, 100_000),
          "20",
          "1000",
          "Number of lines in a minute for events of one type, cause and tenant; one client address"
              + " gets half of them. More events are only counted, in one line a minute.");

  public static final ConfigKey<Long> SECURITY_LOG_MAX_LINES =
      new ConfigKey<>(
          "broadcasty.security-log.max-lines-per-minute",
          ConfigType.number(0, 1_000_000),
          "1000",
          "10000",
          "Number of lines in a minute for all events of a node. More events are only counted.");

  public static final ConfigKey<Duration> PRESENCE_TTL =
      new ConfigKey<>(
          "broadcasty.presence.ttl",
          ConfigType.duration(Duration.ofSeconds(1), Duration.ofDays(1)),
          "60s",
          "30s",
          "Time for which a member that joined over HTTP stays present after its last heartbeat.");

  public static final ConfigKey<Long> PRESENCE_MAX_MEMBERS =
      new ConfigKey<>(
          "broadcasty.presence.max-members",
          COUNT,
          "100000",
          "1000",
          "Maximum number of members in one presence channel. A join beyond it is refused with"
              + " too_many_members (403).");

  public static final ConfigKey<Long> PRESENCE_MEMBER_BYTES =
      new ConfigKey<>(
          "broadcasty.presence.member-bytes",
          ConfigType.number(64, 65_536),
          "2048",
          "512",
          "Maximum size in bytes of a presence member, as JSON in UTF-8.");

  public static final ConfigKey<String> DB_DATASOURCE =
      new ConfigKey<>(
          "broadcasty.db.datasource",
          ConfigType.TEXT,
          null,
          "jdbc/broadcasty",
          "JNDI name of a data source of the server, which replaces Broadcasty's own connection"
              + " pool. The server then sets address, user, password and pool size, and"
              + " broadcasty.db.url must be unset.");

  public static final ConfigKey<String> DB_URL =
      new ConfigKey<>(
          "broadcasty.db.url",
          ConfigType.TEXT,
          null,
          "jdbc:h2:file:/var/lib/broadcasty/broadcasty",
          "JDBC URL of the database: H2, PostgreSQL, MariaDB or MySQL. If unset, an embedded H2"
              + " database in broadcasty.data-dir. Only the user of the server's process can read"
              + " the files of an embedded H2.");

  public static final ConfigKey<String> DB_USER =
      new ConfigKey<>(
          "broadcasty.db.user",
          ConfigType.TEXT,
          null,
          "broadcasty",
          "User name for the database of broadcasty.db.url.");

  public static final ConfigKey<String> DB_PASSWORD =
      new ConfigKey<>(
          "broadcasty.db.password",
          ConfigType.TEXT,
          null,
          "…",
          "Password for the database of broadcasty.db.url. If unset, an embedded H2 has a generated"
              + " one, kept beside it in a file whose name ends in .password.");

  public static final ConfigKey<Long> DB_POOL =
      new ConfigKey<>(
          "broadcasty.db.pool",
          ConfigType.number(2, 200),
          "10",
          "20",
          "Maximum number of connections from this node to the database of broadcasty.db.url.");

  public static final ConfigKey<String> REDIS_CONN =
      new ConfigKey<>(
          "broadcasty.redis.conn",
          ConfigType.TEXT,
          "default",
          "cache",
          "Name of the Redis connection to use: default is the one of broadcasty.redis.url; any"
              + " other name, such as cache, is the one of broadcasty.redis.url.cache.");

  public static final ConfigKey<String> REDIS_URL =
      new ConfigKey<>(
          "broadcasty.redis.url",
          ConfigType.TEXT,
          "redis://localhost:6379",
          "rediss://broadcasty:secret@redis.example.com:6380",
          "Address of Redis 6.0 or newer: redis://[user:password@]host:port[/database] for one"
              + " server, redis-sentinel://[user:password@]host:port,host:port/name-of-the-primary"
              + " for Sentinels, redis-cluster://[user:password@]host:port,host:port for a Cluster."
              + " Write rediss for redis to use TLS, and percent-encode : / @ and , in user and"
              + " password.");

  public static final ConfigKey<String> REDIS_PREFIX =
      new ConfigKey<>(
          "broadcasty.redis.prefix",
          ConfigType.TEXT,
          "bcy:",
          "shop:",
          "Prefix of every key in Redis. Nodes with the same Redis and the same prefix form one"
              + " installation. Braces are not allowed.");

  public static final ConfigKey<Long> REDIS_POOL =
      new ConfigKey<>(
          "broadcasty.redis.pool",
          ConfigType.number(2, 200),
          "16",
          "32",
          "Maximum number of connections from this node to each Redis server, not counting two"
              + " connections for pub/sub.");

  public static final ConfigKey<Long> REDIS_REPLICAS =
      new ConfigKey<>(
          "broadcasty.redis.replicas",
          ConfigType.number(0, 10),
          "0",
          "1",
          "Number of Redis replicas that must have a publication before it is acknowledged. With 1"
              + " or more, no acknowledged publication is lost when the primary fails. 0 waits for"
              + " none.");

  public static final ConfigKey<String> DRIVER = driver(Providers.SHIPPED);

  public static final ConfigKey<List<String>> AUTO_ORDER =
      new ConfigKey<>(
          "broadcasty.auto-order",
          ConfigType.LIST,
          String.join(",", orderNames(Providers.SHIPPED)),
          "pusher,ably",
          "Order in which broadcasty.driver=auto tries the relay providers. redis, if streams are"
              + " kept there, ends the list; after the last provider come Broadcasty's own"
              + " streams.");

  public static final ConfigKey<Duration> DRIVER_TIMEOUT =
      new ConfigKey<>(
          "broadcasty.driver.timeout",
          ConfigType.duration(Duration.ofMillis(50), Duration.ofSeconds(2)),
          "800ms",
          "500ms",
          "Time limit for one request to a relay provider. A provider that does not answer in time"
              + " has failed, and the next one is tried.");

  public static final ConfigKey<Duration> DRIVER_PROBE_INTERVAL =
      new ConfigKey<>(
          "broadcasty.driver.probe-interval",
          ConfigType.duration(Duration.ofMillis(100), Duration.ofMinutes(10)),
          "5s",
          "10s",
          "Interval between the probes of a failed relay provider. Two successful probes bring it"
              + " back.");

  public static final ConfigKey<Long> DRIVER_WORKERS =
      new ConfigKey<>(
          "broadcasty.driver.workers",
          ConfigType.number(1, 32),
          "4",
          "8",
          "Number of channels that are relayed to a provider in parallel.");

  public static final ConfigKey<Long> PUSH_QUOTA =
      new ConfigKey<>(
          "broadcasty.push.quota-per-day",
          ConfigType.number(0, 1_000_000_000_000L),
          "1000000",
          "50000",
          "Maximum number of notifications to devices that a tenant may send per day (UTC). 0 means"
              + " no limit. A send beyond it is refused with push_quota (429).");

  public static final ConfigKey<Duration> PUSH_RETENTION =
      new ConfigKey<>(
          "broadcasty.push.retention",
          ConfigType.duration(Duration.ofMinutes(10), Duration.ofDays(365)),
          "7d",
          "1d",
          "Time for which the id and the results of a notification are kept after it was accepted."
              + " They are kept longer while the notification is still being tried.");

  public static final ConfigKey<Duration> PUSH_CONFIRMED_WITHIN =
      new ConfigKey<>(
          "broadcasty.push.confirmed-within",
          ConfigType.duration(Duration.ofMinutes(1), Duration.ofDays(365)),
          "7d",
          "1d",
          "Time for which the roles of a device's last registration count. A device that has not"
              + " been registered again by then gets no notifications of private-* and presence-*"
              + " topics, and of other topics only those that the policy allows without roles.");

  public static final ConfigKey<Long> PUSH_IN_FLIGHT =
      new ConfigKey<>(
          "broadcasty.push.max-in-flight",
          ConfigType.number(1, 10_000),
          "200",
          "50",
          "Maximum number of notifications that one node has in flight to one push service. One"
              + " tenant may hold three quarters of them, so that places are left for others.");

  /** The keys that precede the providers' keys in the reference. */
  private static final List<ConfigKey<?>> BEFORE_RELAY_KEYS =
      List.of(
          DEV,
          DATA_DIR,
          PUBLIC_URL,
          START_FAILURE,
          JWT_PUBLIC_KEY,
          JWT_JWKS_URL,
          JWT_JWKS_HTTP,
          JWT_ALGORITHMS,
          JWT_ISSUER,
          JWT_AUDIENCES,
          JWT_MAX_LENGTH,
          JWT_SKEW,
          JWT_REMEMBER,
          ALLOWED_ORIGINS,
          ALLOWED_HEADERS,
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
          CLOCK_MAX_SKEW,
          NODES_CUT_OFF_AFTER,
          NODES_STATUS_PORT,
          AUDIT_RETENTION,
          SECURITY_LOG,
          SECURITY_LOG_LINES,
          SECURITY_LOG_MAX_LINES,
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

  /** The keys that follow the providers' keys in the reference. */
  private static final List<ConfigKey<?>> AFTER_RELAY_KEYS =
      List.of(
          PUSH_QUOTA,
          PUSH_RETENTION,
          PUSH_CONFIRMED_WITHIN,
          PUSH_IN_FLIGHT,
          HEARTBEAT,
          CONNECT_TIMEOUT,
          MESSAGE_TIMEOUT,
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
          HEALTH_DETAILS,
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
          BODY_TIMEOUT,
          SLOW_BODIES_PER_USER,
          SLOW_BODIES_PER_ADDRESS,
          CONNECTIONS_PER_TENANT,
          CONNECTIONS_PER_USER,
          CHANNELS_PER_CONNECTION);

  /** Every key, in the order of the reference. */
  public static final List<ConfigKey<?>> ALL = all(Providers.SHIPPED);

  private ConfigKeys() {}

  /** Returns every key, including those of these providers, in the order of the reference. */
  static List<ConfigKey<?>> all(Providers providers) {
    return Stream.of(
            BEFORE_RELAY_KEYS,
            providers.relayKeys(),
            AFTER_RELAY_KEYS,
            AccessConfigKeys.ALL,
            IssuerConfigKeys.ALL,
            AppConfigKeys.ALL,
            WebhookConfigKeys.ALL,
            PublishConfigKeys.ALL,
            LocalConfigKeys.ALL,
            MessagingConfigKeys.ALL,
            OutboxConfigKeys.ALL,
            CompactionConfigKeys.ALL,
            PolicyConfigKeys.ALL,
            RateConfigKeys.ALL,
            MemoryConfigKeys.ALL,
            providers.pushKeys())
        .<ConfigKey<?>>flatMap(List::stream)
        .toList();
  }

  /** Returns the key that selects one of these providers. */
  static ConfigKey<String> driver(Providers providers) {
    List<String> words = new ArrayList<>(List.of("auto", "embedded", "redis"));
    words.addAll(providers.relayNames());
    words.add("null");
    return new ConfigKey<>(
        "broadcasty.driver",
        ConfigType.oneOf(words.toArray(String[]::new)),
        "auto",
        "pusher",
        "Relay provider whose clients get every publication too, besides Broadcasty's own"
            + " subscribers: "
            + joinWithOr(providers.relayNames())
            + ". With auto it is the first healthy one of broadcasty.auto-order that is configured."
            + " With null there is none, nor with redis, which keeps the streams in Redis, nor with"
            + " embedded, which requires another store.");
  }

  private static String joinWithOr(List<String> names) {
    int last = names.size() - 1;
    return last < 1
        ? String.join("", names)
        : String.join(", ", names.subList(0, last)) + " or " + names.get(last);
  }

  /** Returns the names allowed in the order of {@code auto}. */
  static List<String> orderNames(Providers providers) {
    List<String> names = new ArrayList<>(providers.relayNames());
    names.add("redis");
    return names;
  }

  private static ConfigKey<Long> rate(String name, String defaultText, String description) {
    return new ConfigKey<>("broadcasty.limits." + name, COUNT, defaultText, "100", description);
  }
}
