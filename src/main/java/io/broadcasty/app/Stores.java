package io.broadcasty.app;

import io.broadcasty.audit.AuditListener;
import io.broadcasty.audit.AuditLog;
import io.broadcasty.audit.jdbc.JdbcAuditLog;
import io.broadcasty.auth.LocalNonceStore;
import io.broadcasty.auth.redis.RedisNonceStore;
import io.broadcasty.broker.Broker;
import io.broadcasty.broker.BrokerException;
import io.broadcasty.broker.Directory;
import io.broadcasty.broker.jdbc.JdbcArchive;
import io.broadcasty.broker.jdbc.JdbcBroker;
import io.broadcasty.broker.jdbc.JdbcBrokerSettings;
import io.broadcasty.broker.jdbc.JdbcSpool;
import io.broadcasty.broker.memory.MemoryBroker;
import io.broadcasty.broker.redis.RedisBroker;
import io.broadcasty.broker.redis.RedisBrokerSettings;
import io.broadcasty.config.Settings;
import io.broadcasty.control.ControlException;
import io.broadcasty.control.ControlRetention;
import io.broadcasty.control.ControlTopic;
import io.broadcasty.control.jdbc.JdbcControlTopic;
import io.broadcasty.control.memory.MemoryControlTopic;
import io.broadcasty.control.redis.RedisControlTopic;
import io.broadcasty.database.AuditLogs;
import io.broadcasty.database.Database;
import io.broadcasty.database.DatabaseException;
import io.broadcasty.database.Turns;
import io.broadcasty.driver.jdbc.JdbcCheckpoints;
import io.broadcasty.driver.memory.MemoryCheckpoints;
import io.broadcasty.driver.redis.RedisCheckpoints;
import io.broadcasty.driver.redis.RedisTurn;
import io.broadcasty.hub.Hub;
import io.broadcasty.lifecycle.RealtimeListeners;
import io.broadcasty.metrics.Meters;
import io.broadcasty.mirror.MirroredBroker;
import io.broadcasty.mirror.MirroredChannels;
import io.broadcasty.nodes.LocalNodeRegistry;
import io.broadcasty.nodes.NodeInfo;
import io.broadcasty.nodes.NodeRegistry;
import io.broadcasty.nodes.jdbc.NodeLeases;
import io.broadcasty.nodes.redis.Pulse;
import io.broadcasty.nodes.redis.RedisNodeRegistry;
import io.broadcasty.occupancy.ChannelOccupancy;
import io.broadcasty.occupancy.LocalOccupancyStore;
import io.broadcasty.occupancy.OccupancyException;
import io.broadcasty.occupancy.OccupancyStore;
import io.broadcasty.occupancy.OccupancyTiming;
import io.broadcasty.occupancy.jdbc.JdbcOccupancyStore;
import io.broadcasty.occupancy.redis.RedisOccupancyStore;
import io.broadcasty.presence.LocalPresenceStore;
import io.broadcasty.presence.redis.RedisPresenceStore;
import io.broadcasty.ratelimit.LocalConnectionLimiter;
import io.broadcasty.ratelimit.LocalRateLimiter;
import io.broadcasty.ratelimit.RateLimits;
import io.broadcasty.ratelimit.redis.RedisConnectionLimiter;
import io.broadcasty.ratelimit.redis.RedisRateLimiter;
import io.broadcasty.redis.Redis;
import io.broadcasty.spool.SpoolingBroker;
import io.broadcasty.telemetry.StoreMeters;
import io.broadcasty.tenant.RetentionLookup;
import io.broadcasty.tenant.TenantId;
import io.broadcasty.tenant.TenantSettingsLookup;
import io.broadcasty.time.Ticker;
import io.broadcasty.time.WallClock;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Opens the configured store.
 *
 * @param tenants the current settings of each tenant
 * @param self describes this node as it is now
 * @param meters registers the meters of the mirror and the spool
 * @param listeners receives the audit log's listener if there is a database
 */
record Stores(
    Settings settings,
    TenantSettingsLookup tenants,
    Supplier<NodeInfo> self,
    Ticker ticker,
    WallClock clock,
    Hub hub,
    Threads threads,
    Relays relays,
    Meters meters,
    RealtimeListeners listeners) {

  private static final System.Logger LOG = System.getLogger(Stores.class.getName());

  /** The time over which joins and leaves of members are collected into one notification. */
  private static final long GATHER_MILLIS = 100;

  /** The time over which channels that gained or lost their subscribers are collected. */
  private static final Duration LOOKED_AT_ONCE_IN = Duration.ofMillis(50);

  /** A channel whose subscribers come back within this time is not reported as vacated. */
  private static final Duration BACK_WITHIN = Duration.ofSeconds(2);

  /** The interval at which a channel's occupancy is renewed; Redis forgets it after ten minutes. */
  private static final Duration RENEWED_ONCE_IN = Duration.ofMinutes(1);

  /** The interval at which nodes share what they have granted. */
  private static final long SHARE_MILLIS = 200;

  /**
   * The interval at which one of the nodes that share a database prunes it; a bit shorter than the
   * interval at which each node tries.
   */
  private static final Duration PRUNED_ONCE_IN = Duration.ofSeconds(4);

  /** The time for which a node that died while it held a leader lock keeps others from the task. */
  private static final Duration LONG_TASK = Duration.ofMinutes(10);

  private static final Duration SHORT_TASK = Duration.ofSeconds(30);

  private static final Duration SCANNED_ONCE_IN = Duration.ofSeconds(50);

  Store open() {
    return switch (settings.replay().store()) {
      case MEMORY -> memory();
      case DATABASE -> database();
      case REDIS -> redis();
    };
  }

  private Store memory() {
    Settings.Replay replay = settings.replay();
    MemoryBroker broker =
        new MemoryBroker(
            RetentionLookup.of(tenants),
            replay.idempotencyWindow(),
            replay.maxIds(),
            ticker,
            clock,
            hub);
    return alone(
        relays.isWanted()
            ? relays.over(
                broker,
                new MemoryCheckpoints(Relays.LEASE, relays.kept(), ticker),
                broker,
                Runnable::run)
            : broker,
        new MemoryControlTopic(),
        occupancy(new LocalOccupancyStore(), Duration.ZERO),
        null,
        broker::prune,
        () -> {});
  }

  private Store database() {
    Database database = StoreConnections.database(settings, ticker);
    listenForAudit(database);
    Settings.Replay replay = settings.replay();
    JdbcBroker broker =
        new JdbcBroker(
            new JdbcBrokerSettings(RetentionLookup.of(tenants), replay.idempotencyWindow()),
            database,
            clock,
            hub,
            threads.loops.supervised("committer"),
            threads.answers);
    Turns turns = new Turns(database);
    JdbcControlTopic control =
        new JdbcControlTopic(database, ControlRetention.USUAL, ticker, clock, threads.loops);
    JdbcOccupancyStore occupants =
        new JdbcOccupancyStore(database, self.get().name(), ticker, clock);
    ChannelOccupancy occupancy = occupancy(occupants, RENEWED_ONCE_IN);
    NodeLeases leases =
        new NodeLeases(
            database,
            self.get().name(),
            NodeLeases.BEAT,
            NodeLeases.LEASE,
            ticker,
            new ChannelsOfNodes(occupancy),
            threads.loops);
    return alone(
        relayed(broker, broker, database, turns),
        control,
        occupancy,
        database,
        upkeep(
            database,
            turns,
            () -> {
              broker.prune();
              control.prune();
              occupants.prune();
            }),
        () -> {
          leases.close();
          database.close();
        });
  }

  /** Opens the store of a node without Redis, which shares at most a database with others. */
  private Store alone(
      Broker broker,
      ControlTopic control,
      ChannelOccupancy occupancy,
      @Nullable Database database,
      Runnable upkeep,
      Runnable release) {
    return new Store(
        broker,
        new LocalPresenceStore(
            this::maxMembers, ticker, hub, threads.after(GATHER_MILLIS), listeners),
        occupancy,
        new LocalRateLimiter(limits(), ticker),
        new LocalConnectionLimiter(self.get().name(), tenants),
        new LocalNonceStore(settings.edge().nonceKept(), ticker),
        new LocalNodeRegistry(self, clock),
        control,
        audit(database),
        relays,
        database,
        () -> {
          upkeep.run();
          relays.prune();
        },
        release);
  }

  private Store redis() {
    boolean mirrored = !settings.mirror().channels().isEmpty();
    Redis redis = StoreConnections.redis(settings, ticker);
    try {
      return mirrored || settings.replay().queued()
          ? withDatabase(redis, StoreConnections.database(settings, ticker))
          : withoutDatabase(redis);
    } catch (RuntimeException e) {
      redis.close();
      throw e;
    }
  }

  private Store withoutDatabase(Redis redis) {
    RedisBroker streams = broker(redis);
    return shared(redis, relayed(streams, streams, redis), null, () -> {}, redis::close);
  }

  private RedisBroker broker(Redis redis) {
    Settings.Replay replay = settings.replay();
    return new RedisBroker(
        new RedisBrokerSettings(
            RetentionLookup.of(tenants), replay.idempotencyWindow(), settings.redisReplicas()),
        redis,
        ticker,
        clock,
        hub,
        threads.loops.supervised("redis"),
        threads.answers);
  }

  private Store withDatabase(Redis redis, Database database) {
    listenForAudit(database);
    RedisBroker streams = broker(redis);
    Turns turns = new Turns(database);
    JdbcArchive archive = new JdbcArchive(database, clock, settings.mirror().retention());
    Broker broker =
        queued(relayed(mirrored(streams, archive, turns), streams, redis), database, turns);
    return shared(
        redis,
        broker,
        database,
        upkeep(database, turns, archive::prune),
        () -> {
          redis.close();
          database.close();
        });
  }

  private Broker mirrored(RedisBroker streams, JdbcArchive archive, Turns turns) {
    if (settings.mirror().channels().isEmpty()) {
      return streams;
    }
    MirroredBroker mirrored =
        new MirroredBroker(
            streams,
            archive,
            new MirroredChannels(settings.mirror().channels()),
            streams,
            work -> take(turns, "mirror-scan", LONG_TASK, SCANNED_ONCE_IN, work),
            ticker,
            threads.loops.supervised("mirror"));
    meters.addAll(StoreMeters.ofMirror(mirrored));
    return mirrored;
  }

  /** Relays streams that nodes share in a database, if relaying is configured. */
  private Broker relayed(Broker streams, Directory directory, Database database, Turns turns) {
    return relays.isWanted()
        ? relays.over(
            streams,
            new JdbcCheckpoints(database, Relays.LEASE, relays.kept(), clock),
            directory,
            work -> take(turns, "relay-scan", LONG_TASK, SCANNED_ONCE_IN, work))
        : streams;
  }

  /** Relays streams that nodes share in Redis, if relaying is configured. */
  private Broker relayed(Broker streams, Directory directory, Redis redis) {
    return relays.isWanted()
        ? relays.over(
            streams,
            new RedisCheckpoints(redis, Relays.LEASE, relays.kept()),
            directory,
            new RedisTurn(redis, "relay-scan", SCANNED_ONCE_IN))
        : streams;
  }

  private Broker queued(Broker streams, Database database, Turns turns) {
    if (!settings.replay().queued()) {
      return streams;
    }
    SpoolingBroker queued =
        new SpoolingBroker(
            streams,
            new JdbcSpool(database, clock),
            work -> take(turns, "spool", SHORT_TASK, Duration.ZERO, work),
            threads.loops.supervised("spool"),
            threads.answers);
    meters.addAll(StoreMeters.ofSpool(queued));
    return queued;
  }

  /** Opens the store of a node that shares Redis with others. */
  private Store shared(
      Redis redis, Broker broker, @Nullable Database database, Runnable upkeep, Runnable release) {
    RedisNodeRegistry nodes = new RedisNodeRegistry(redis, self, Pulse.USUAL, ticker);
    RedisPresenceStore presence =
        new RedisPresenceStore(
            redis,
            nodes.self(),
            this::maxMembers,
            ticker,
            clock,
            hub,
            threads.loops.supervised("presence"),
            threads.after(GATHER_MILLIS),
            listeners);
    RedisRateLimiter limits = new RedisRateLimiter(redis, limits(), ticker, clock);
    RedisConnectionLimiter connections =
        new RedisConnectionLimiter(
            redis,
            nodes.self(),
            tenants,
            ticker,
            () -> nodes.nodes().stream().map(NodeInfo::name).toList());
    ChannelOccupancy occupancy =
        occupancy(new RedisOccupancyStore(redis, nodes.self(), ticker), RENEWED_ONCE_IN);
    nodes.start(
        List.of(new MembersOfNodes(presence), new ChannelsOfNodes(occupancy)),
        threads.loops.supervised("nodes"));
    threads.sharing(SHARE_MILLIS, "limits", limits::share);
    threads.sharing(SHARE_MILLIS, "connection-limits", connections::tell);
    return new Store(
        broker,
        presence,
        occupancy,
        limits,
        connections,
        new RedisNonceStore(redis, settings.edge().nonceKept()),
        nodes,
        new RedisControlTopic(redis, ControlRetention.USUAL, threads.loops),
        audit(database),
        relays,
        database,
        () -> {
          broker.prune();
          upkeep.run();
        },
        release);
  }

  /**
   * Starts tracking which channels have subscribers.
   *
   * @param renewal see {@link OccupancyTiming}
   */
  private ChannelOccupancy occupancy(OccupancyStore store, Duration renewal) {
    ChannelOccupancy occupancy =
        new ChannelOccupancy(
            self.get().name(),
            store,
            hub::isOccupied,
            listeners,
            new OccupancyTiming(LOOKED_AT_ONCE_IN, BACK_WITHIN, renewal),
            ticker,
            threads.loops);
    hub.onOccupancyChange(occupancy::changed);
    return occupancy;
  }

  private int maxMembers(TenantId tenant) {
    return tenants.of(tenant).presence().maxMembers();
  }

  private RateLimits limits() {
    return new RateLimits(settings.limitsEnabled(), settings.addressRate(), tenants);
  }

  private static AuditLog audit(@Nullable Database database) {
    return database == null ? AuditLog.NONE : new JdbcAuditLog(database);
  }

  /** Adds the audit log's listener. Called before the first event that it has to record. */
  private void listenForAudit(Database database) {
    listeners.add(
        new AuditListener(
            new JdbcAuditLog(database), self.get().name(), clock::nowMillis, threads.housekeeper));
  }

  /** Returns the maintenance task that one of the nodes sharing the database runs for all. */
  private Runnable upkeep(Database database, Turns turns, Runnable pruneStreams) {
    AuditLogs audit = new AuditLogs(database);
    Runnable prune =
        () -> {
          pruneStreams.run();
          audit.prune(clock.nowMillis() - settings.auditRetention().toMillis());
        };
    return () -> {
      try {
        turns.take("prune", LONG_TASK, PRUNED_ONCE_IN, prune);
      } catch (BrokerException
          | ControlException
          | OccupancyException
          | DatabaseException e) { // the component that uses the database reports it
        LOG.log(Level.DEBUG, "Cannot prune the database; the task will run again", e);
      }
    };
  }

  private static void take(
      Turns turns, String task, Duration atMost, Duration once, Runnable work) {
    try {
      turns.take(task, atMost, once, work);
    } catch (DatabaseException e) {
      throw new BrokerException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Removes the members of a node that has gone. */
  private record MembersOfNodes(RedisPresenceStore presence) implements NodeRegistry.Listener {

    @Override
    public void onGone(String node) {
      presence.forget(node);
    }

    @Override
    public void onForgotten() {
      presence.tellAgain();
    }
  }

  /** Removes the subscribers of a node that has gone from the channels' occupancy. */
  private record ChannelsOfNodes(ChannelOccupancy occupancy) implements NodeRegistry.Listener {

    @Override
    public void onGone(String node) {
      occupancy.forget(node);
    }

    @Override
    public void onForgotten() {
      occupancy.sayAgain();
    }
  }
}
