package io.broadcasty.streams.mirror;

import com.google.errorprone.annotations.ThreadSafe;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.Ticker;
import io.broadcasty.streams.broker.Archive;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.streams.broker.StreamKey;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An archive whose callers fail at once while it cannot be reached, instead of waiting for a
 * timeout. After a failure one call is let through from time to time, less and less often, until
 * one succeeds. An outage and its end are logged once.
 */
@ThreadSafe
final class CircuitBreakingArchive implements Archive {

  private static final System.Logger LOG = System.getLogger(CircuitBreakingArchive.class.getName());
  private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(8);

  private final Archive archive;
  private final Ticker ticker;

  @GuardedBy("this")
  private Duration pause = Duration.ZERO;

  @GuardedBy("this")
  private long failedNanos;

  CircuitBreakingArchive(Archive archive, Ticker ticker) {
    this.archive = archive;
    this.ticker = ticker;
  }

  @Override
  public Map<Integer, List<SequenceRange>> ranges(TenantChannel channel, String epoch) {
    return guarded(() -> archive.ranges(channel, epoch));
  }

  @Override
  public Map<StreamKey, Long> heads(Collection<TenantChannel> channels) {
    return guarded(() -> archive.heads(channels));
  }

  @Override
  public long append(StreamKey stream, List<Publication> run) {
    return guarded(() -> archive.append(stream, run));
  }

  @Override
  public List<Publication> read(StreamKey stream, long after, long upTo, int maxCount) {
    return guarded(() -> archive.read(stream, after, upTo, maxCount));
  }

  @Override
  public List<StreamKey> streams(TenantId tenant, @Nullable StreamKey after, int limit) {
    return guarded(() -> archive.streams(tenant, after, limit));
  }

  @Override
  public int erase(StreamKey stream, Set<Long> sequences) {
    return guarded(() -> archive.erase(stream, sequences));
  }

  @Override
  public void prune() {
    guarded(
        () -> {
          archive.prune();
          return true;
        });
  }

  private <T> T guarded(Supplier<T> call) {
    admit();
    T result;
    try {
      result = call.get();
    } catch (BrokerException e) {
      failed(e);
      throw e;
    }
    succeeded();
    return result;
  }

  private synchronized void admit() {
    if (!pause.isZero()) {
      long now = ticker.readNanos();
      if (now - failedNanos < pause.toNanos()) {
        throw new BrokerException("the archive cannot be reached", null);
      }
      failedNanos = now; // one call on behalf of all, which may take long
    }
  }

  private synchronized void failed(BrokerException failure) {
    if (pause.isZero()) {
      LOG.log(
          Level.WARNING,
          failure.getMessage()
              + "; until the archive can be reached, streams are not mirrored, and replays beyond"
              + " the streams' own retention wait (broadcasty.db.url, broadcasty.db.datasource)");
      pause = FIRST_PAUSE;
    } else if (pause.compareTo(LONGEST_PAUSE) < 0) {
      pause = pause.multipliedBy(2);
    }
    failedNanos = ticker.readNanos();
  }

  private synchronized void succeeded() {
    if (!pause.isZero()) {
      pause = Duration.ZERO;
      LOG.log(Level.INFO, "The archive can be reached again");
    }
  }
}
