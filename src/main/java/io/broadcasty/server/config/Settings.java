package io.broadcasty.server.config;

import io.broadcasty.admin.securitylog.SecurityLogSettings;
import io.broadcasty.cluster.nodes.CutOffSettings;
import io.broadcasty.core.app.Apps;
import io.broadcasty.core.auth.jwt.IssuerSettings;
import io.broadcasty.core.auth.jwt.JwtSettings;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.config.ConfigKey;
import io.broadcasty.core.memory.MemoryLimits;
import io.broadcasty.core.ratelimit.UnauthenticatedLimits;
import io.broadcasty.core.rbac.Administration;
import io.broadcasty.core.rbac.callback.CallbackSettings;
import io.broadcasty.core.secret.MasterKeys;
import io.broadcasty.core.tenant.FixedTenantSettings;
import io.broadcasty.core.tenant.Rate;
import io.broadcasty.delivery.session.SessionSettings;
import io.broadcasty.infra.database.DatabaseSettings;
import io.broadcasty.infra.redis.RedisSettings;
import io.broadcasty.messaging.ConnectorSettings;
import io.broadcasty.outbox.OutboxSource;
import io.broadcasty.push.PushSettings;
import io.broadcasty.push.provider.PushProviderFactory;
import io.broadcasty.relay.provider.ProviderFactory;
import io.broadcasty.transport.edge.EdgeSettings;
import io.broadcasty.transport.local.LocalCaller;
import io.broadcasty.transport.websocket.WebSocketRegistration;
import io.broadcasty.webhook.WebhookSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The whole configuration after validation, one part for each package.
 *
 * @param development whether development mode is on
 * @param dataDir the folder for data that the node keeps itself
 * @param publicUrl where clients reach it, without a slash at the end
 * @param jwt how tokens of no named issuer are verified; has keys, except perhaps in development
 *     mode and where there are named issuers
 * @param issuers the named issuers, each with another claim {@code iss}
 * @param apps of the Pusher protocol
 * @param webhooks where they may go, and how long they are kept
 * @param masterKeys encrypt the secrets that are stored; perhaps none
 * @param limitsEnabled whether rate limits are in force
 * @param addressRate of one client address
 * @param unauthenticated of WebSockets without a token
 * @param tenants the settings of each tenant, as configured
 * @param createsTenants whether the tenant of a valid token is created when nobody has
 * @param memory what clients can make this node hold
 * @param webSockets the implementation of RFC 6455
 * @param internals whether internals of the server may be used to write streams
 * @param compaction which channels keep only the newest publication of a key
 * @param policyCallback where a back end is asked who may do what; null for nowhere
 * @param stampsSender whether every publication names its publisher
 * @param local who other applications of the same server are; null when they cannot publish without
 *     HTTP
 * @param messaging the connectors to queues and topics of the server
 * @param outboxes the databases of applications whose outbox tables are read
 * @param serverMetrics whether the server's own registry shows the meters too
 * @param healthDetails whether the server's {@code /health} shows the data of the checks
 * @param traces whether publications are traced by the server's OpenTelemetry
 * @param auditRetention how long entries of the audit log are kept
 * @param dataSource the JNDI name of the server's data source; null for Broadcasty's own pool, see
 *     {@code database}
 * @param databaseKey says where the database is, for messages
 * @param redisKey says where Redis is, for messages
 * @param pushProviders open the enabled push services
 * @param notices hints for operators that are no faults
 * @param drain the time over which a stopping node closes its streams
 * @param maxClockSkew the difference to the clock of the store beyond which a node takes no part
 * @param cutOff when a node that is cut off from Redis takes no part
 */
public record Settings(
    boolean development,
    String dataDir,
    String publicUrl,
    JwtSettings jwt,
    List<IssuerSettings> issuers,
    EdgeSettings edge,
    Administration administration,
    Apps apps,
    WebhookSettings webhooks,
    MasterKeys masterKeys,
    boolean limitsEnabled,
    Rate addressRate,
    UnauthenticatedLimits unauthenticated,
    FixedTenantSettings tenants,
    boolean createsTenants,
    MemoryLimits memory,
    SessionSettings session,
    WebSocketRegistration.Engine webSockets,
    boolean internals,
    Replay replay,
    Mirror mirror,
    Compaction compaction,
    @Nullable CallbackSettings policyCallback,
    boolean stampsSender,
    @Nullable LocalCaller local,
    List<ConnectorSettings> messaging,
    List<OutboxSource> outboxes,
    boolean serverMetrics,
    boolean healthDetails,
    boolean traces,
    Duration auditRetention,
    SecurityLogSettings securityLog,
    PushSettings push,
    @Nullable String dataSource,
    DatabaseSettings database,
    ConfigKey<String> databaseKey,
    RedisSettings redis,
    ConfigKey<String> redisKey,
    int redisReplicas,
    Relay relay,
    List<PushProviderFactory.Opener> pushProviders,
    List<String> notices,
    Duration drain,
    Duration maxClockSkew,
    CutOffSettings cutOff) {

  /** The tenant of development mode, unless all tokens are of one tenant. */
  public static final String DEVELOPMENT_TENANT = "demo";

  /** Returns whether streams can be mirrored: those in Redis, where a database is opened. */
  public boolean canMirror() {
    return replay.store() == Store.REDIS && (!mirror.channels().isEmpty() || replay.queued());
  }

  /** Returns how tokens are verified, whosever they are. */
  public List<JwtSettings> allTokens() {
    List<JwtSettings> all = new ArrayList<>();
    if (jwt.hasKeys() || development) {
      all.add(jwt);
    }
    issuers.forEach(issuer -> all.add(issuer.tokens()));
    return all;
  }

  /** Returns the issuers of accepted tokens, as far as they are configured. */
  public List<String> issuerClaims() {
    return allTokens().stream()
        .map(JwtSettings::issuer)
        .filter(Objects::nonNull)
        .distinct()
        .toList();
  }

  /** Returns whether the configuration says where clients reach the server. */
  public boolean hasPublicUrl() {
    return !publicUrl.equals(ConfigKeys.PUBLIC_URL.defaultText());
  }

  /** Where streams are kept. */
  public enum Store {
    MEMORY,
    DATABASE,
    REDIS
  }

  /**
   * The providers whose clients get publications besides Broadcasty's own subscribers.
   *
   * @param name the configured value: {@code auto}, {@code pusher}, …
   * @param order the providers to be used, in order of preference; empty when nothing is relayed
   * @param fallback where clients are served when no provider is healthy
   * @param providers open the providers, in the same order
   * @param timeout of one call
   * @param probeInterval between two probes of a failing provider
   * @param workers the number of channels that are relayed at the same time
   */
  public record Relay(
      String name,
      List<String> order,
      String fallback,
      List<ProviderFactory.Opener> providers,
      Duration timeout,
      Duration probeInterval,
      int workers) {

    public Relay {
      order = List.copyOf(order);
      providers = List.copyOf(providers);
    }
  }

  /**
   * The streams that are copied to the database for a longer retention.
   *
   * @param channels patterns; empty when nothing is copied
   */
  public record Mirror(List<ChannelPattern> channels, Duration retention) {

    public Mirror {
      channels = List.copyOf(channels);
    }
  }

  /**
   * The streams that keep only the newest publication of a key.
   *
   * @param channels patterns, for all tenants
   * @param delay the time after which a replaced publication is erased
   */
  public record Compaction(List<ChannelPattern> channels, Duration delay) {

    public Compaction {
      channels = List.copyOf(channels);
    }
  }

  /**
   * How streams are kept.
   *
   * @param maxIds the number of ids that the memory store remembers
   * @param queued whether the database queues publications while Redis cannot be reached
   */
  public record Replay(Store store, Duration idempotencyWindow, int maxIds, boolean queued) {}
}
