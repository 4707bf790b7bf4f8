package io.broadcasty.relay.memory;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.relay.Checkpoints;
import io.broadcasty.streams.broker.Position;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Stores checkpoints in memory, for streams that are in memory too. */
@ThreadSafe
public final class MemoryCheckpoints implements Checkpoints {

  private final Duration lease;
  private final Duration kept;
  private final Ticker ticker;

  @GuardedBy("this")
  private final Map<TenantChannel, Row> rows = new HashMap<>();

  @GuardedBy("this")
  private @Nullable Long since;

  private static final class Row {
    final Map<Integer, Position> relayed = new HashMap<>();
    @Nullable String owner;
    long usedNanos;
  }

  /**
   * Creates a store.
   *
   * @param lease of a claim
   * @param kept for how long a channel is remembered after it was used last
   */
  public MemoryCheckpoints(Duration lease, Duration kept, Ticker ticker) {
    this.lease = lease;
    this.kept = kept;
    this.ticker = ticker;
  }

  @Override
  public synchronized long startedAt(long nowMillis) {
    if (since == null) {
      since = nowMillis;
    }
    return since;
  }

  @Override
  public synchronized @Nullable Map<Integer, Position> claim(TenantChannel channel, String owner) {
    Row row = rows.computeIfAbsent(channel, c -> new Row());
    long now = ticker.readNanos();
    boolean free = row.owner == null || now - row.usedNanos >= lease.toNanos();
    if (!free && !owner.equals(row.owner)) {
      return null;
    }
    row.owner = owner;
    row.usedNanos = now;
    return Map.copyOf(row.relayed);
  }

  @Override
  public synchronized Map<Integer, Position> read(TenantChannel channel) {
    Row row = rows.get(channel);
    return row == null ? Map.of() : Map.copyOf(row.relayed);
  }

  @Override
  public synchronized Map<TenantChannel, Map<Integer, Position>> read(
      Collection<TenantChannel> channels) {
    Map<TenantChannel, Map<Integer, Position>> relayed = new HashMap<>();
    channels.forEach(channel -> relayed.put(channel, read(channel)));
    return relayed;
  }

  @Override
  public synchronized boolean save(TenantChannel channel, String owner, Position relayed) {
    Row row = rows.get(channel);
    if (row == null || !owner.equals(row.owner)) {
      return false;
    }
    row.relayed.put(relayed.partition(), relayed);
    row.usedNanos = ticker.readNanos();
    return true;
  }

  @Override
  public synchronized void release(TenantChannel channel, String owner) {
    Row row = rows.get(channel);
    if (row != null && owner.equals(row.owner)) {
      row.owner = null;
      row.usedNanos = ticker.readNanos();
    }
  }

  @Override
  public synchronized void prune() {
    long now = ticker.readNanos();
    rows.values().removeIf(row -> now - row.usedNanos >= kept.toNanos());
  }
}
