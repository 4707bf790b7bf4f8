package io.broadcasty.streams.broker.memory;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.memory.MemoryArea;
import io.broadcasty.core.memory.MemoryBudget.Grant;
import io.broadcasty.core.memory.MemoryBudgets;
import io.broadcasty.core.tenant.Retention;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.ChannelDirectory;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.PublicationListener;
import io.broadcasty.streams.broker.ReplayPage;
import io.broadcasty.streams.broker.ReplayRequest;
import io.broadcasty.streams.broker.RetentionLookup;
import io.broadcasty.streams.broker.StreamKey;
import io.broadcasty.streams.broker.StreamState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The broker in the memory of a single node: other nodes do not receive its publications. The epoch
 * changes with every start, so that a client with an older position learns that the stream was
 * lost.
 *
 * <p>What it keeps is counted in the budget of {@link MemoryArea#STREAMS}. When that is used up,
 * retention ends early: see {@link StreamMemory}.
 */
@ThreadSafe
public final class MemoryBroker implements Broker, ChannelDirectory {

  private static final Duration IDLE_BEFORE_EVICTION = Duration.ofHours(24);
  private static final Duration RETRY_AFTER = Duration.ofSeconds(10);
  private static final int MAX_ATTEMPTS = 64;
  private static final AppendOutcome CLOSED =
      new AppendOutcome.Unavailable("the node is shutting down", RETRY_AFTER);
  private static final AppendOutcome ANNOUNCED = new AppendOutcome.Announced();
  private static final AppendOutcome FAILED =
      new AppendOutcome.Unavailable("the publication failed", RETRY_AFTER);

  private final ConcurrentHashMap<TenantChannel, ChannelLog> logs = new ConcurrentHashMap<>();
  private final ChannelNames names = new ChannelNames();
  private final StreamEpochs epochs = new StreamEpochs();
  private final RetentionLookup retention;
  private final StreamMemory memory;
  private final IdempotencyWindow ids;
  private final WallClock clock;
  private final PublicationListener listener;
  private volatile boolean closed;

  /** Creates a broker with the same retention for every tenant, and unlimited memory. */
  public MemoryBroker(
      Retention retention,
      Duration idempotencyWindow,
      int maxIds,
      Ticker ticker,
      WallClock clock,
      PublicationListener listener) {
    this(RetentionLookup.uniform(retention), idempotencyWindow, maxIds, ticker, clock, listener);
  }

  /** Creates a broker with unlimited memory. */
  public MemoryBroker(
      RetentionLookup retention,
      Duration idempotencyWindow,
      int maxIds,
      Ticker ticker,
      WallClock clock,
      PublicationListener listener) {
    this(retention, idempotencyWindow, maxIds, MemoryBudgets.unlimited(), ticker, clock, listener);
  }

  /**
   * Creates a broker.
   *
   * @param retention the retention of each tenant's channels; queried each time
   * @param idempotencyWindow how long an id is remembered
   * @param maxIds the maximum number of remembered ids; beyond it, publications with an id are
   *     refused for a while
   * @param budgets limit the streams and the ids in bytes
   */
  public MemoryBroker(
      RetentionLookup retention,
      Duration idempotencyWindow,
      int maxIds,
      MemoryBudgets budgets,
      Ticker ticker,
      WallClock clock,
      PublicationListener listener) {
    this.retention = retention;
    this.memory = new StreamMemory(budgets.of(MemoryArea.STREAMS), this::evictIfEmpty);
    this.ids = new IdempotencyWindow(ticker, idempotencyWindow, maxIds, budgets.of(MemoryArea.IDS));
    this.clock = clock;
    this.listener = listener;
  }

  @Override
  public CompletionStage<List<AppendOutcome>> publish(List<Envelope> envelopes) {
    List<CompletableFuture<AppendOutcome>> pending = new ArrayList<>(envelopes.size());
    for (Envelope envelope : envelopes) {
      pending.add(publish(envelope));
    }
    return allOf(pending);
  }

  @Override
  public ReplayPage replay(ReplayRequest request) {
    ChannelLog log = logs.get(request.channel());
    PartitionLog partition = log == null ? null : log.partition(request.partition());
    long now = clock.nowMillis();
    if (log == null || partition == null) {
      StreamState state = notCreated(request.channel(), request.partition());
      return new ReplayPage(
          state, List.of(), state.resume(request.epoch(), request.after()).lost());
    }
    return partition.read(request, now, share(request.channel(), log));
  }

  @Override
  public List<StreamState> states(TenantChannel channel, int partitions) {
    ChannelLog log = logs.get(channel);
    int count = log == null ? partitions : Math.max(partitions, log.size());
    long now = clock.nowMillis();
    List<StreamState> states = new ArrayList<>(count);
    for (int p = 0; p < count; p++) {
      PartitionLog partition = log == null ? null : log.partition(p);
      states.add(
          log == null || partition == null
              ? notCreated(channel, p)
              : partition.state(now, share(channel, log)));
    }
    return states;
  }

  @Override
  public List<ChannelName> channels(TenantId tenant, ChannelPattern pattern, int limit) {
    return names.find(tenant, pattern, limit);
  }

  @Override
  public List<ChannelName> channels(
      TenantId tenant, String prefix, @Nullable ChannelName after, int limit) {
    return names.find(tenant, prefix, after, limit);
  }

  @Override
  public long countChannels(TenantId tenant, long limit) {
    return names.count(tenant, limit);
  }

  @Override
  public List<TenantChannel> channels(
      ChannelPattern pattern, @Nullable TenantChannel after, int limit) {
    return names.find(pattern, after, limit);
  }

  @Override
  public int erase(StreamKey stream, Set<Long> sequences) {
    ChannelLog log = logs.get(stream.channel());
    PartitionLog partition = log == null ? null : log.partition(stream.partition());
    return partition == null ? 0 : partition.erase(stream.epoch(), sequences);
  }

  @Override
  public void prune() {
    ids.expire();
    long now = clock.nowMillis();
    for (TenantChannel channel : logs.keySet()) {
      Duration idle = memory.isShort(channel.tenant()) ? Duration.ZERO : IDLE_BEFORE_EVICTION;
      evictIf(channel, (log, kept) -> log.evictIfIdle(now, kept, now - idle.toMillis()));
    }
  }

  @Override
  public String durability() {
    return "memory: publications are kept in this process only and are gone when it ends";
  }

  @Override
  public void close() {
    closed = true;
    for (TenantChannel channel : logs.keySet()) {
      evictIf(channel, (log, kept) -> log.evict());
    }
    ids.close();
  }

  private CompletableFuture<AppendOutcome> publish(Envelope envelope) {
    if (closed) {
      return CompletableFuture.completedFuture(CLOSED);
    }
    if (envelope.ephemeral()) {
      listener.onEphemeral(envelope, clock.nowMillis());
      return CompletableFuture.completedFuture(ANNOUNCED);
    }
    if (!envelope.idempotent()) {
      return CompletableFuture.completedFuture(append(envelope));
    }
    IdempotencyWindow.Claim claim = ids.claim(envelope.channel(), envelope.id());
    if (claim instanceof IdempotencyWindow.First first) {
      return CompletableFuture.completedFuture(append(envelope, first));
    }
    if (claim instanceof IdempotencyWindow.Repeated repeated) {
      return repeated.outcome();
    }
    Grant full = ((IdempotencyWindow.Full) claim).grant();
    return CompletableFuture.completedFuture(
        new AppendOutcome.NoMemory(MemoryArea.IDS, full, RETRY_AFTER));
  }

  private AppendOutcome append(Envelope envelope, IdempotencyWindow.First claimed) {
    AppendOutcome outcome = FAILED;
    try {
      outcome = append(envelope);
    } finally {
      ids.complete(claimed, outcome);
    }
    return outcome;
  }

  private AppendOutcome append(Envelope envelope) {
    TenantChannel channel = envelope.channel();
    int cost = envelope.costBytes();
    Grant full = Grant.NODE_FULL;
    for (int attempt = 0; attempt < MAX_ATTEMPTS && !closed; attempt++) {
      ChannelLog log = logs.get(channel);
      PartitionLog partition = log == null ? null : log.partition(envelope.partition());
      if (log == null || partition == null) {
        full = create(channel, envelope.partition());
      } else {
        PartitionLog.Attempt result =
            partition.append(envelope, cost, clock.nowMillis(), share(channel, log), listener);
        if (result instanceof PartitionLog.Done done) {
          return new AppendOutcome.Appended(done.position(), false);
        }
        full = result instanceof PartitionLog.Full refused ? refused.grant() : Grant.GRANTED;
      }
      long needed = cost + StreamMemory.baseBytes(channel);
      if (full != Grant.GRANTED && !memory.makeRoom(channel.tenant(), full, needed, partition)) {
        break;
      }
    }
    return closed
        ? CLOSED
        : memory.refusal(channel.tenant(), full == Grant.GRANTED ? Grant.NODE_FULL : full);
  }

  /** Creates a partition's log unless it exists, or there is no memory for it. */
  private Grant create(TenantChannel channel, int partition) {
    Grant grant = memory.reserveLog(channel);
    if (grant != Grant.GRANTED) {
      return grant;
    }
    LogMemory reserved = memory.reservedLog(channel);
    long now = clock.nowMillis();
    @Nullable PartitionLog[] created = new @Nullable PartitionLog[1];
    logs.compute(
        channel,
        (c, known) -> {
          ChannelLog log = known == null ? new ChannelLog(retention.of(c)) : known;
          log.addPartition(
              partition,
              p -> created[0] = new PartitionLog(c, epochs.current(c), p, now, reserved));
          names.add(c);
          return log;
        });
    if (created[0] == null) {
      reserved.close();
    } else {
      memory.add(created[0]);
    }
    if (closed) {
      evictIf(channel, (log, kept) -> log.evict());
    }
    return grant;
  }

  private void evictIfEmpty(PartitionLog log) {
    evictIf(log.channel(), (candidate, kept) -> candidate == log && log.evictIfEmpty());
  }

  /** Evicts partitions of a channel within the map's atomic update, as they are created. */
  private void evictIf(TenantChannel channel, ChannelLog.Eviction eviction) {
    logs.computeIfPresent(
        channel,
        (c, log) -> {
          List<PartitionLog> evicted = log.evictIf(retention.of(c), eviction);
          evicted.forEach(memory::remove);
          if (!evicted.isEmpty()) {
            epochs.change(c);
          }
          if (log.isEmpty()) {
            names.remove(c);
          }
          return log.isEmpty() ? null : log;
        });
  }

  private Retention share(TenantChannel channel, ChannelLog log) {
    return log.share(retention.of(channel));
  }

  private StreamState notCreated(TenantChannel channel, int partition) {
    return new StreamState(epochs.current(channel), partition, 1, 0);
  }

  private static CompletionStage<List<AppendOutcome>> allOf(
      List<CompletableFuture<AppendOutcome>> pending) {
    if (pending.stream().allMatch(CompletableFuture::isDone)) { // almost always
      return CompletableFuture.completedFuture(joined(pending));
    }
    return CompletableFuture.allOf(pending.toArray(CompletableFuture[]::new))
        .thenApply(done -> joined(pending));
  }

  private static List<AppendOutcome> joined(List<CompletableFuture<AppendOutcome>> done) {
    List<AppendOutcome> outcomes = new ArrayList<>(done.size());
    for (CompletableFuture<AppendOutcome> outcome : done) {
      outcomes.add(outcome.join());
    }
    return outcomes;
  }
}
