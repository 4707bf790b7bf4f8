package io.broadcasty.streams.broker.memory;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.ChannelPattern;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.Retention;
import io.broadcasty.core.tenant.RetentionLookup;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.core.time.WallClock;
import io.broadcasty.streams.broker.AppendOutcome;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.ChannelDirectory;
import io.broadcasty.streams.broker.Envelope;
import io.broadcasty.streams.broker.Epochs;
import io.broadcasty.streams.broker.Position;
import io.broadcasty.streams.broker.PublicationListener;
import io.broadcasty.streams.broker.ReplayPage;
import io.broadcasty.streams.broker.ReplayRequest;
import io.broadcasty.streams.broker.StreamState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The broker in the memory of a single node: other nodes do not receive its publications. The epoch
 * changes with every start, so that a client with an older position learns that the stream was
 * lost.
 */
@ThreadSafe
public final class MemoryBroker implements Broker, ChannelDirectory {

  private static final Duration IDLE_BEFORE_EVICTION = Duration.ofHours(24);
  private static final Duration FULL_RETRY_AFTER = Duration.ofSeconds(10);

  private final ConcurrentHashMap<TenantChannel, ChannelLog> logs = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<TenantId, NavigableSet<ChannelName>> names =
      new ConcurrentHashMap<>();
  private final AtomicLong evictions = new AtomicLong();
  private final String baseEpoch = Epochs.next();
  private final RetentionLookup retention;
  private final IdempotencyWindow ids;
  private final WallClock clock;
  private final PublicationListener listener;
  private volatile boolean closed;

  /** Creates a broker with the same retention for every tenant. */
  public MemoryBroker(
      Retention retention,
      Duration idempotencyWindow,
      int maxIds,
      Ticker ticker,
      WallClock clock,
      PublicationListener listener) {
    this(RetentionLookup.uniform(retention), idempotencyWindow, maxIds, ticker, clock, listener);
  }

  /**
   * Creates a broker.
   *
   * @param retention the retention of each tenant's channels; queried each time
   * @param idempotencyWindow how long an id is remembered
   * @param maxIds the maximum number of remembered ids; beyond it, publications with an id are
   *     refused for a while
   */
  public MemoryBroker(
      RetentionLookup retention,
      Duration idempotencyWindow,
      int maxIds,
      Ticker ticker,
      WallClock clock,
      PublicationListener listener) {
    this.retention = retention;
    this.ids = new IdempotencyWindow(ticker, idempotencyWindow, maxIds);
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
      StreamState state = notCreated(request.partition());
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
              ? notCreated(p)
              : partition.state(now, share(channel, log)));
    }
    return states;
  }

  @Override
  public List<ChannelName> channels(TenantId tenant, ChannelPattern pattern, int limit) {
    List<ChannelName> found = new ArrayList<>();
    NavigableSet<ChannelName> all = names.get(tenant);
    if (all == null) {
      return found;
    }
    Iterable<ChannelName> fromPrefix =
        pattern.prefix().isEmpty() ? all : all.tailSet(new ChannelName(pattern.prefix()), true);
    for (ChannelName name : fromPrefix) {
      if (found.size() == limit || !name.value().startsWith(pattern.prefix())) {
        break;
      }
      if (pattern.matches(name)) {
        found.add(name);
      }
    }
    return found;
  }

  @Override
  public List<TenantChannel> channels(
      ChannelPattern pattern, @Nullable TenantChannel after, int limit) {
    List<TenantChannel> found = new ArrayList<>();
    for (String name : new TreeSet<>(names.keySet().stream().map(TenantId::value).toList())) {
      TenantId tenant = new TenantId(name);
      for (ChannelName channel : namesOf(tenant)) {
        if (found.size() == limit) {
          return found;
        }
        if (pattern.matches(channel) && isAfter(tenant, channel, after)) {
          found.add(new TenantChannel(tenant, channel));
        }
      }
    }
    return found;
  }

  private static boolean isAfter(
      TenantId tenant, ChannelName channel, @Nullable TenantChannel after) {
    int order = after == null ? 1 : tenant.value().compareTo(after.tenant().value());
    return order > 0 || (after != null && order == 0 && channel.compareTo(after.name()) > 0);
  }

  @Override
  public void prune() {
    ids.expire();
    long now = clock.nowMillis();
    long idleSince = now - IDLE_BEFORE_EVICTION.toMillis();
    for (TenantChannel channel : logs.keySet()) {
      logs.computeIfPresent(channel, (c, log) -> pruned(c, log, now, idleSince));
    }
  }

  @Override
  public String durability() {
    return "memory: publications are kept in this process only and are gone when it ends";
  }

  @Override
  public void close() {
    closed = true;
  }

  private CompletableFuture<AppendOutcome> publish(Envelope envelope) {
    if (closed) {
      return unavailable("the node is shutting down");
    }
    if (!envelope.idempotent()) {
      return CompletableFuture.completedFuture(new AppendOutcome.Appended(append(envelope), false));
    }
    IdempotencyWindow.Claim claim = ids.claim(envelope.channel(), envelope.id());
    if (claim instanceof IdempotencyWindow.First first) {
      Position position = append(envelope);
      first.position().complete(position);
      return CompletableFuture.completedFuture(new AppendOutcome.Appended(position, false));
    }
    if (claim instanceof IdempotencyWindow.Repeated repeated) {
      return repeated.position().thenApply(p -> new AppendOutcome.Appended(p, true));
    }
    return unavailable("too many ids within the idempotency window");
  }

  private Position append(Envelope envelope) {
    long now = clock.nowMillis();
    ChannelLog log = logs.get(envelope.channel());
    PartitionLog partition = log == null ? null : log.partition(envelope.partition());
    Position position = null;
    while (position == null) {
      if (log == null || partition == null) {
        log =
            logs.compute(envelope.channel(), (c, known) -> withPartition(c, known, envelope, now));
        partition = log.partition(envelope.partition());
        continue;
      }
      position = partition.append(envelope, now, share(envelope.channel(), log), listener);
      partition = null; // if it has just been evicted, create it again
    }
    return position;
  }

  private ChannelLog withPartition(
      TenantChannel channel, @Nullable ChannelLog known, Envelope envelope, long now) {
    ChannelLog log = known == null ? new ChannelLog(retention.of(channel.tenant())) : known;
    log.addPartition(envelope.partition(), p -> new PartitionLog(currentEpoch(), p, now));
    namesOf(channel.tenant()).add(channel.name());
    return log;
  }

  /**
   * Prunes a channel; runs within the map's atomic update of the channel, like {@link
   * #withPartition}.
   */
  private @Nullable ChannelLog pruned(
      TenantChannel channel, ChannelLog log, long now, long idleSince) {
    if (log.evictIdle(now, retention.of(channel.tenant()), idleSince)) {
      evictions.incrementAndGet();
    }
    if (log.isEmpty()) {
      namesOf(channel.tenant()).remove(channel.name());
      return null;
    }
    return log;
  }

  private Retention share(TenantChannel channel, ChannelLog log) {
    return log.share(retention.of(channel.tenant()));
  }

  private NavigableSet<ChannelName> namesOf(TenantId tenant) {
    return names.computeIfAbsent(tenant, t -> new ConcurrentSkipListSet<>());
  }

  private StreamState notCreated(int partition) {
    return new StreamState(currentEpoch(), partition, 1, 0);
  }

  /**
   * Returns another epoch after each eviction, so that positions of an evicted stream are not
   * mistaken for those of its successor.
   */
  private String currentEpoch() {
    return baseEpoch + Long.toString(evictions.get(), Character.MAX_RADIX);
  }

  private static CompletableFuture<AppendOutcome> unavailable(String reason) {
    return CompletableFuture.completedFuture(
        new AppendOutcome.Unavailable(reason, FULL_RETRY_AFTER));
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
