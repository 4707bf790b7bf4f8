package io.broadcasty.streams.compaction;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.core.background.ConfinedTo;
import io.broadcasty.core.background.FailureLog;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.BrokerException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Decides when a stream is compacted, and compacts it.
 *
 * <p>A pass reads the whole stream, so passes are rare: one comes after the delay if an eighth of
 * what the last one read has been published since, otherwise after six times the delay, and never
 * before the last one has been over for twenty times as long as it took.
 */
@ThreadSafe
final class Compactor {

  private static final System.Logger LOG = System.getLogger(Compactor.class.getName());

  /** A stream that is not marked is compacted after its next publication with a key. */
  private static final int MAX_MARKED = 10_000;

  private static final int PATIENCE = 6;
  private static final int PAUSE = 20;
  private static final int WORTHWHILE_PART = 8;

  /** For how long the last pass over a stream counts. */
  private static final long MEMORY_NANOS = Duration.ofMinutes(10).toNanos();

  private final CompactedChannels compacted;
  private final CompactionPass pass;
  private final long delayNanos;
  private final Ticker ticker;
  private final FailureLog failures;
  private final ConcurrentHashMap<Stream, Mark> marked = new ConcurrentHashMap<>();
  private final AtomicLong erased = new AtomicLong();

  @ConfinedTo("the thread that calls run()")
  private final Map<Stream, LastPass> passes = new HashMap<>();

  private record Stream(TenantChannel channel, int partition) {}

  /**
   * @param sinceNanos when the first publication came that the last pass may not have read
   * @param count how many came
   */
  private record Mark(long sinceNanos, AtomicLong count) {}

  /**
   * @param read how many publications it read
   * @param nextNanos when the next one may come
   */
  private record LastPass(long read, long nextNanos) {}

  Compactor(Broker streams, CompactedChannels compacted, Duration delay, Ticker ticker) {
    this.compacted = compacted;
    this.pass = new CompactionPass(streams);
    this.delayNanos = delay.toNanos();
    this.ticker = ticker;
    this.failures = new FailureLog(LOG, Level.INFO, "Compacting a channel", ticker);
  }

  /** Notes that a publication with a key was appended. Never blocks. */
  void mark(TenantChannel channel, int partition) {
    Stream stream = new Stream(channel, partition);
    Mark mark = marked.get(stream);
    if (mark == null) {
      if (marked.size() >= MAX_MARKED) {
        return;
      }
      mark = marked.computeIfAbsent(stream, s -> new Mark(ticker.readNanos(), new AtomicLong()));
    }
    mark.count().incrementAndGet();
  }

  /** Compacts the streams that are due. */
  void run() {
    long now = ticker.readNanos();
    passes.values().removeIf(last -> now - last.nextNanos() > MEMORY_NANOS);
    for (Map.Entry<Stream, Mark> each : marked.entrySet()) {
      if (isDue(each.getValue(), passes.get(each.getKey()), ticker.readNanos())) {
        compact(each.getKey(), each.getValue());
      }
    }
  }

  long erased() {
    return erased.get();
  }

  private boolean isDue(Mark mark, @Nullable LastPass last, long now) {
    long waited = now - mark.sinceNanos();
    if (waited < delayNanos || (last != null && now - last.nextNanos() < 0)) {
      return false;
    }
    return last == null
        || mark.count().get() * WORTHWHILE_PART >= last.read()
        || waited >= PATIENCE * delayNanos;
  }

  private void compact(Stream stream, Mark mark) {
    marked.remove(stream); // what is published from now on marks it again
    if (!compacted.contains(stream.channel())) {
      return; // not any more
    }
    long start = ticker.readNanos();
    try {
      CompactionPass.Result result = pass.run(stream.channel(), stream.partition());
      erased.addAndGet(result.erased());
      long end = ticker.readNanos();
      passes.put(stream, new LastPass(result.read(), end + PAUSE * (end - start)));
      if (!result.complete()) {
        retry(stream, mark);
      }
      failures.recordSuccess();
    } catch (BrokerException e) { // also while another node, or a job, erases of the same stream
      failures.recordFailure(e);
      passes.put(stream, new LastPass(0, ticker.readNanos() + delayNanos));
      retry(stream, mark);
    }
  }

  /** Marks a stream as it was before, unless it has been marked meanwhile. */
  private void retry(Stream stream, Mark mark) {
    marked.merge(
        stream,
        mark,
        (now, before) -> {
          before.count().addAndGet(now.count().get());
          return before;
        });
  }
}
