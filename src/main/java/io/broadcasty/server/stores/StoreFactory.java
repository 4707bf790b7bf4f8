package io.broadcasty.server.stores;

import io.broadcasty.admin.audit.AuditListener;
import io.broadcasty.admin.audit.AuditLog;
import io.broadcasty.admin.audit.jdbc.JdbcAuditLog;
import io.broadcasty.cluster.clock.ClockCheck;
import io.broadcasty.cluster.control.ControlException;
import io.broadcasty.cluster.control.ControlRetention;
import io.broadcasty.cluster.control.ControlTopic;
import io.broadcasty.cluster.control.jdbc.JdbcControlTopic;
import io.broadcasty.cluster.control.memory.MemoryControlTopic;
import io.broadcasty.cluster.control.redis.RedisControlTopic;
import io.broadcasty.cluster.nodes.LocalNodeRegistry;
import io.broadcasty.cluster.nodes.NodeInfo;
import io.broadcasty.cluster.nodes.NodeRegistry;
import io.broadcasty.cluster.nodes.jdbc.NodeLeases;
import io.broadcasty.cluster.nodes.redis.Heartbeat;
import io.broadcasty.cluster.nodes.redis.RedisNodeRegistry;
import io.broadcasty.cluster.question.AnswerStore;
import io.broadcasty.cluster.question.jdbc.JdbcAnswerStore;
import io.broadcasty.cluster.question.memory.MemoryAnswerStore;
import io.broadcasty.cluster.question.redis.RedisAnswerStore;
import io.broadcasty.core.auth.LocalNonceStore;
import io.broadcasty.core.auth.LocalTicketStore;
import io.broadcasty.core.auth.NonceStore;
import io.broadcasty.core.auth.TicketStore;
import io.broadcasty.core.auth.Tickets;
import io.broadcasty.core.auth.jdbc.JdbcNonceStore;
import io.broadcasty.core.auth.jdbc.JdbcTicketStore;
import io.broadcasty.core.auth.redis.RedisNonceStore;
import io.broadcasty.core.auth.redis.RedisTicketStore;
import io.broadcasty.core.lifecycle.RealtimeListeners;
import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudgets;
import io.broadcasty.core.ratelimit.LocalConnectionLimiter;
import io.broadcasty.core.ratelimit.LocalRateLimiter;
import io.broadcasty.core.ratelimit.ObservedRateLimiter;
import io.broadcasty.core.ratelimit.RateLimits;
import io.broadcasty.core.ratelimit.redis.RedisConnectionLimiter;
import io.broadcasty.core.ratelimit.redis.RedisRateLimiter;
import io.broadcasty.core.rbac.ChannelSettingsLookup;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.tenant.TenantSettingsLookup;
import io.broadcasty.core.time.RemoteClock;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.delivery.hub.Hub;
import io.broadcasty.delivery.occupancy.ChannelOccupancy;
import io.broadcasty.delivery.occupancy.LocalOccupancyStore;
import io.broadcasty.delivery.occupancy.OccupancyException;
import io.broadcasty.delivery.occupancy.OccupancyStore;
import io.broadcasty.delivery.occupancy.OccupancyTiming;
import io.broadcasty.delivery.occupancy.jdbc.JdbcOccupancyStore;
import io.broadcasty.delivery.occupancy.redis.RedisOccupancyStore;
import io.broadcasty.infra.database.AuditLogRetention;
import io.broadcasty.infra.database.Database;
import io.broadcasty.infra.database.DatabaseException;
import io.broadcasty.infra.database.JdbcLeaderLocks;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.metrics.Meters;
import io.broadcasty.observability.meters.StoreMeters;
import io.broadcasty.presence.LocalPresenceStore;
import io.broadcasty.presence.redis.RedisPresenceStore;
import io.broadcasty.relay.Checkpoints;
import io.broadcasty.relay.jdbc.JdbcCheckpoints;
import io.broadcasty.relay.memory.MemoryCheckpoints;
import io.broadcasty.relay.redis.RedisCheckpoints;
import io.broadcasty.relay.redis.RedisLeaderLock;
import io.broadcasty.server.config.Settings;
import io.broadcasty.server.threads.Threads;
import io.broadcasty.streams.broker.Archive;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.ChannelDirectory;
import io.broadcasty.streams.broker.RetentionLookup;
import io.broadcasty.streams.broker.Spool;
import io.broadcasty.streams.broker.jdbc.JdbcArchive;
import io.broadcasty.streams.broker.jdbc.JdbcBroker;
import io.broadcasty.streams.broker.jdbc.JdbcBrokerSettings;
import io.broadcasty.streams.broker.jdbc.JdbcSpool;
import io.broadcasty.streams.broker.memory.MemoryBroker;
import io.broadcasty.streams.broker.redis.RedisBroker;
import io.broadcasty.streams.broker.redis.RedisBrokerSettings;
import io.broadcasty.streams.compaction.CompactedChannels;
import io.broadcasty.streams.compaction.CompactingBroker;
import io.broadcasty.streams.mirror.MirroredBroker;
import io.broadcasty.streams.mirror.MirroredChannels;
import io.broadcasty.streams.quota.ChannelQuotaBroker;
import io.broadcasty.streams.spool.SpoolingBroker;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Opens the configured store.
 *
 * @param budgets limit what clients can make this node hold
 * @param tenants the current settings of each tenant
 * @param channels the current settings of each channel
 * @param self describes this node as it is now
 * @param meters registers the meters of the mirror and the spool
 * @param listeners receives the audit log's listener if there is a database
 * @param prepare reads from the database, if there is one, before any stream is opened
 */
public record StoreFactory(
    Settings settings,
    MemoryBudgets budgets,
    TenantSettingsLookup tenants,
    ChannelSettingsLookup channels,
    Supplier<NodeInfo> self,
    Ticker ticker,
    WallClock clock,
    Hub hub,
    Threads threads,
    RelayRuntime relays,
    Meters meters,
    RealtimeListeners listeners,
    Consumer<Database> prepare) {

  private static final System.Logger LOG = System.getLogger(StoreFactory.class.getName());

  /** The time over which joins and leaves of members are collected into one notification. */
  private static final long PRESENCE_BATCH_MILLIS = 100;

  /** The time over which channels that gained or lost their subscribers are collected. */
  private static final Duration OCCUPANCY_INTERVAL = Duration.ofMillis(50);

  /** A channel whose subscribers come back within this time is not reported as vacated. */
  private static final Duration VACATED_DELAY = Duration.ofSeconds(2);

  /** The interval at which a channel's occupancy is renewed; Redis forgets it after ten minutes. */
  private static final Duration OCCUPANCY_RENEWAL = Duration.ofMinutes(1);

  /** On Redis, where reports of live nodes stay valid, so that many idle channels cost little. */
  private static final int OCCUPANCY_RENEWALS_PER_SECOND = 2;

  /** The interval at which nodes share what they have granted. */
  private static final long SHARE_MILLIS = 200;

  /** The interval at which the node looks for streams that are due to be compacted. */
  private static final long COMPACTION_MILLIS = 1000;

  /** The interval at which the clock of the store is read. */
  private static final long CLOCK_MILLIS = 5000;

  /**
   * The interval at which one of the nodes that share a database prunes it; a bit shorter than the
   * interval at which each node tries.
   */
  private static final Duration PRUNE_INTERVAL = Duration.ofSeconds(4);

  /** The time for which a node that died while it held a leader lock keeps others from the task. */
  private static final Duration LONG_TASK_LEASE = Duration.ofMinutes(10);

  private static final Duration SHORT_TASK_LEASE = Duration.ofSeconds(30);

  private static final Duration SCAN_INTERVAL = Duration.ofSeconds(50);

  public Store open() {
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
            RetentionLookup.of(tenants, channels),
            replay.idempotencyWindow(),
            replay.maxIds(),
            budgets,
            ticker,
            clock,
            hub);
    return unshared(
        relays.relaying(
            compacting(broker),
            new RelayStores(
                name ->
                    new MemoryCheckpoints(RelayRuntime.LEASE, relays.checkpointRetention(), ticker),
                clock,
                broker,
                name -> Runnable::run)),
        new MemoryControlTopic(),
        new MemoryAnswerStore(),
        List::of,
        occupancy(new LocalOccupancyStore(), Duration.ZERO, 0),
        new LocalNonceStore(settings.edge().nonceRetention(), budgets.of(MemoryArea.IDS), ticker),
        new LocalTicketStore(Tickets.LIFE, budgets.of(MemoryArea.IDS), ticker),
        null,
        broker::prune,
        () -> {});
  }

  private ClockCheck clockCheck(RemoteClock shared, String store) {
    return new ClockCheck(clock, shared, store, settings.maxClockSkew());
  }

  /** Reads a clock that no {@link ClockCheck} reads, again and again. */
  private void keepRight(RemoteClock shared) {
    threads.scheduleWatching(
        CLOCK_MILLIS,
        "database-clock",
        () -> {
          try {
            shared.refresh();
          } catch (RuntimeException e) { // it advances with this node's ticker
            LOG.log(Level.DEBUG, "Cannot read the clock of the database; trying again", e);
          }
        });
  }

  /** Opens the database and prepares what is needed before the streams. */
  private Database openDatabase() {
    Database database = StoreConnections.database(settings, ticker);
    try {
      prepare.accept(database);
    } catch (RuntimeException | Error e) {
      database.close();
      throw e;
    }
    addAuditListener(database);
    return database;
  }

  private Store database() {
    Database database = openDatabase();
    Settings.Replay replay = settings.replay();
    JdbcBroker broker =
        new JdbcBroker(
            new JdbcBrokerSettings(
                RetentionLookup.of(tenants, channels),
                replay.idempotencyWindow(),
                budgets.of(MemoryArea.QUEUES)),
            database,
            database.clock(),
            hub,
            threads.loops.supervised("committer"),
            threads.publishAnswers);
    JdbcLeaderLocks turns = new JdbcLeaderLocks(database);
    JdbcControlTopic control =
        new JdbcControlTopic(
            database, ControlRetention.DEFAULT, ticker, database.clock(), threads.loops);
    JdbcOccupancyStore occupants =
        new JdbcOccupancyStore(database, self.get().name(), ticker, database.clock());
    ChannelOccupancy occupancy = occupancy(occupants, OCCUPANCY_RENEWAL, 0);
    JdbcNonceStore nonces =
        new JdbcNonceStore(database, settings.edge().nonceRetention(), database.clock());
    JdbcTicketStore tickets = new JdbcTicketStore(database, Tickets.LIFE, database.clock());
    JdbcAnswerStore answers = new JdbcAnswerStore(database, database.clock());
    NodeLeases leases =
        new NodeLeases(
            database,
            self.get().name(),
            NodeLeases.HEARTBEAT_INTERVAL,
            NodeLeases.LEASE,
            ticker,
            new OccupancyNodeListener(occupancy),
            threads.loops);
    return unshared(
        relayed(compacting(broker), broker, database, turns),
        control,
        answers,
        leases::live,
        occupancy,
        nonces,
        tickets,
        database,
        upkeep(
            database,
            turns,
            () -> {
              broker.prune();
              control.prune();
              occupants.prune();
              nonces.prune();
              tickets.prune();
              answers.prune();
            }),
        () -> {
          leases.close();
          database.close();
        });
  }

  /** Opens the store of a node without Redis, which shares at most a database with others. */
  private Store unshared(
      Broker broker,
      ControlTopic control,
      AnswerStore answers,
      Supplier<Collection<String>> liveNodes,
      ChannelOccupancy occupancy,
      NonceStore nonces,
      TicketStore tickets,
      @Nullable Database database,
      Runnable upkeep,
      Runnable release) {
    return new Store(
        limited(broker),
        new LocalPresenceStore(
            this::maxMembers,
            ticker,
            hub,
            threads.delayed(PRESENCE_BATCH_MILLIS),
            listeners,
            budgets.of(MemoryArea.SUBSCRIPTIONS)),
        occupancy,
        new ObservedRateLimiter(new LocalRateLimiter(limits(), ticker), listeners),
        new LocalConnectionLimiter(self.get().name(), tenants),
        nonces,
        tickets,
        new LocalNodeRegistry(self, clock),
        control,
        answers,
        liveNodes,
        audit(database),
        relays,
        null,
        null,
        database,
        database == null ? null : clockCheck(database.clock(), "the database"),
        () -> {
          upkeep.run();
          relays.prune();
        },
        release);
  }

  private Store redis() {
    Redis redis = StoreConnections.redis(settings, ticker);
    try {
      return settings.canMirror() || settings.replay().queued()
          ? withDatabase(redis, openDatabase())
          : withoutDatabase(redis);
    } catch (RuntimeException | Error e) {
      redis.close();
      throw e;
    }
  }

  private Store withoutDatabase(Redis redis) {
    RedisBroker streams = broker(redis);
    return shared(
        redis,
        relayed(compacting(streams), streams, redis),
        null,
        null,
        null,
        () -> {},
        redis::close);
  }

  private RedisBroker broker(Redis redis) {
    Settings.Replay replay = settings.replay();
    return new RedisBroker(
        new RedisBrokerSettings(
            RetentionLookup.of(tenants, channels),
            replay.idempotencyWindow(),
            settings.redisReplicas(),
            budgets.of(MemoryArea.QUEUES)),
        redis,
        ticker,
        hub,
        threads.loops.supervised("redis"),
        threads.publishAnswers);
  }

  private Store withDatabase(Redis redis, Database database) {
    keepRight(database.clock());
    RedisBroker streams = broker(redis);
    JdbcLeaderLocks turns = new JdbcLeaderLocks(database);
    JdbcArchive archive =
        new JdbcArchive(database, database.clock(), settings.mirror().retention());
    Spool spool = settings.replay().queued() ? new JdbcSpool(database, database.clock()) : null;
    Broker broker =
        spooled(
            relayed(compacting(mirrored(streams, archive, turns)), streams, redis), spool, turns);
    return shared(
        redis,
        broker,
        archive,
        spool,
        database,
        upkeep(database, turns, archive::prune),
        () -> {
          redis.close();
          database.close();
        });
  }

  private CompactedChannels compactedChannels() {
    CompactedChannels configured = CompactedChannels.matching(settings.compaction().channels());
    return channel -> configured.contains(channel) || channels.of(channel).compaction();
  }

  /** Returns the streams as those who publish and read see them: compacted. */
  private Broker compacting(Broker streams) {
    CompactingBroker compacting =
        new CompactingBroker(streams, compactedChannels(), settings.compaction().delay(), ticker);
    threads.scheduleJob(COMPACTION_MILLIS, "compaction", compacting::compact);
    meters.addAll(StoreMeters.ofCompaction(compacting));
    return compacting;
  }

  /** Returns the streams as publishers see them: within the tenants' quotas of channels. */
  private Broker limited(Broker streams) {
    return new ChannelQuotaBroker(
        streams,
        tenant -> tenants.of(tenant).channelQuota(),
        budgets.of(MemoryArea.QUEUES),
        ticker,
        threads.loops.supervised("channel-quota"),
        threads.publishAnswers);
  }

  private Broker mirrored(RedisBroker streams, JdbcArchive archive, JdbcLeaderLocks turns) {
    MirroredBroker mirrored =
        new MirroredBroker(
            streams,
            archive,
            new MirroredChannels(settings.mirror().channels(), channels),
            streams,
            work -> runExclusively(turns, "mirror-scan", LONG_TASK_LEASE, SCAN_INTERVAL, work),
            ticker,
            threads.loops.supervised("mirror"));
    meters.addAll(StoreMeters.ofMirror(mirrored));
    return mirrored;
  }

  /** Relays streams that nodes share in a database, if relaying is configured. */
  private Broker relayed(
      Broker streams, ChannelDirectory directory, Database database, JdbcLeaderLocks turns) {
    return relays.relaying(
        streams,
        new RelayStores(
            name -> checkpoints(database, name),
            database.clock(),
            directory,
            name ->
                work ->
                    runExclusively(turns, scanLock(name), LONG_TASK_LEASE, SCAN_INTERVAL, work)));
  }

  private Checkpoints checkpoints(Database database, String relay) {
    Duration kept = relays.checkpointRetention();
    return relay.isEmpty()
        ? new JdbcCheckpoints(database, RelayRuntime.LEASE, kept, database.clock())
        : new JdbcCheckpoints(database, relay, RelayRuntime.LEASE, kept, database.clock());
  }

  private static String scanLock(String relay) {
    return relay.isEmpty() ? "relay-scan" : "messaging-scan-" + relay;
  }

  /** Relays streams that nodes share in Redis, if relaying is configured. */
  private Broker relayed(Broker streams, ChannelDirectory directory, Redis redis) {
    return relays.relaying(
        streams,
        new RelayStores(
            name ->
                new RedisCheckpoints(redis, name, RelayRuntime.LEASE, relays.checkpointRetention()),
            redis.clock(),
            directory,
            name -> new RedisLeaderLock(redis, scanLock(name), SCAN_INTERVAL)));
  }

  private Broker spooled(Broker streams, @Nullable Spool spool, JdbcLeaderLocks turns) {
    if (spool == null) {
      return streams;
    }
    SpoolingBroker queued =
        new SpoolingBroker(
            streams,
            spool,
            work -> runExclusively(turns, "spool", SHORT_TASK_LEASE, Duration.ZERO, work),
            budgets.of(MemoryArea.QUEUES),
            ticker,
            threads.loops.supervised("spool"),
            threads.delayed(SpoolingBroker.ANSWER_DELAY.toMillis()),
            threads.publishAnswers);
    meters.addAll(StoreMeters.ofSpool(queued));
    return queued.start(threads.loops.supervised("spool"));
  }

  /** Opens the store of a node that shares Redis with others. */
  private Store shared(
      Redis redis,
      Broker broker,
      @Nullable Archive archive,
      @Nullable Spool spool,
      @Nullable Database database,
      Runnable upkeep,
      Runnable release) {
    RedisNodeRegistry nodes = new RedisNodeRegistry(redis, self, Heartbeat.DEFAULT, ticker);
    RedisPresenceStore presence =
        new RedisPresenceStore(
            redis,
            nodes.self(),
            () -> names(nodes),
            this::maxMembers,
            ticker,
            hub,
            threads.loops.supervised("presence"),
            threads.delayed(PRESENCE_BATCH_MILLIS),
            listeners);
    RedisRateLimiter limits = new RedisRateLimiter(redis, limits(), ticker, redis.clock());
    RedisConnectionLimiter connections =
        new RedisConnectionLimiter(redis, nodes.self(), tenants, ticker, () -> names(nodes));
    ChannelOccupancy occupancy =
        occupancy(
            new RedisOccupancyStore(redis, nodes.self(), () -> names(nodes), ticker),
            OCCUPANCY_RENEWAL,
            OCCUPANCY_RENEWALS_PER_SECOND);
    nodes.detectCutOff(settings.cutOff(), threads.loops);
    nodes.start(
        List.of(new PresenceNodeListener(presence), new OccupancyNodeListener(occupancy)),
        threads.loops.supervised("nodes"));
    threads.scheduleSharing(SHARE_MILLIS, "limits", limits::share);
    threads.scheduleSharing(SHARE_MILLIS, "connection-limits", connections::reportCounts);
    return new Store(
        limited(broker),
        presence,
        occupancy,
        new ObservedRateLimiter(limits, listeners),
        connections,
        new RedisNonceStore(redis, settings.edge().nonceRetention()),
        new RedisTicketStore(redis, Tickets.LIFE),
        nodes,
        new RedisControlTopic(redis, ControlRetention.DEFAULT, threads.loops),
        new RedisAnswerStore(redis),
        () -> names(nodes),
        audit(database),
        relays,
        archive,
        spool,
        database,
        clockCheck(redis.clock(), "Redis"),
        () -> {
          broker.prune();
          upkeep.run();
        },
        release);
  }

  private static List<String> names(NodeRegistry nodes) {
    return nodes.nodes().stream().map(NodeInfo::name).toList();
  }

  /**
   * Starts tracking which channels have subscribers.
   *
   * @param renewal see {@link OccupancyTiming}
   * @param renewalsPerSecond see {@link OccupancyTiming}
   */
  private ChannelOccupancy occupancy(
      OccupancyStore store, Duration renewal, int renewalsPerSecond) {
    ChannelOccupancy occupancy =
        new ChannelOccupancy(
            self.get().name(),
            store,
            hub::isOccupied,
            listeners,
            new OccupancyTiming(OCCUPANCY_INTERVAL, VACATED_DELAY, renewal, renewalsPerSecond),
            ticker,
            threads.loops);
    hub.onOccupancyChange(occupancy::markChanged);
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
  private void addAuditListener(Database database) {
    listeners.add(
        new AuditListener(
            new JdbcAuditLog(database), self.get().name(), clock::nowMillis, threads.housekeeper));
  }

  /** Returns the maintenance task that one of the nodes sharing the database runs for all. */
  private Runnable upkeep(Database database, JdbcLeaderLocks turns, Runnable pruneStreams) {
    AuditLogRetention audit = new AuditLogRetention(database);
    Runnable prune =
        () -> {
          pruneStreams.run();
          audit.prune(database.clock().nowMillis() - settings.auditRetention().toMillis());
        };
    return () -> {
      try {
        turns.runIfAcquired("prune", LONG_TASK_LEASE, PRUNE_INTERVAL, prune);
      } catch (BrokerException
          | ControlException
          | OccupancyException
          | DatabaseException e) { // the component that uses the database reports it
        LOG.log(Level.DEBUG, "Cannot prune the database; the task will run again", e);
      }
    };
  }

  private static void runExclusively(
      JdbcLeaderLocks turns, String task, Duration atMost, Duration once, Runnable work) {
    try {
      turns.runIfAcquired(task, atMost, once, work);
    } catch (DatabaseException e) {
      throw new BrokerException(String.valueOf(e.getMessage()), e);
    }
  }

  /** Removes the members of a node that has gone. */
  private record PresenceNodeListener(RedisPresenceStore presence)
      implements NodeRegistry.Listener {

    @Override
    public void onGone(String node) {
      presence.removeNode(node);
    }

    @Override
    public void onSelfExpired() {
      presence.resendMembers();
    }
  }

  /** Removes the subscribers of a node that has gone from the channels' occupancy. */
  private record OccupancyNodeListener(ChannelOccupancy occupancy)
      implements NodeRegistry.Listener {

    @Override
    public void onGone(String node) {
      occupancy.removeNode(node);
    }

    @Override
    public void onSelfExpired() {
      occupancy.reportAgain();
    }
  }
}
