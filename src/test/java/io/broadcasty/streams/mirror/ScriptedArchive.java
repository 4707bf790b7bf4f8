package io.broadcasty.streams.mirror;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.streams.broker.Archive;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.streams.broker.RejectedDataException;
import io.broadcasty.streams.broker.StreamKey;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An archive that can be made unreachable or refuse publications, and counts its uses. */
final class ScriptedArchive implements Archive {

  private final Archive real;
  volatile boolean unreachable;

  /** The sequence of publications that it refuses for good. */
  volatile long refused;

  volatile int calls;
  volatile int largestRun;

  /** Runs between two reads. */
  volatile Runnable beforeRead = () -> {};

  ScriptedArchive(Archive real) {
    this.real = real;
  }

  @Override
  public Map<Integer, List<SequenceRange>> ranges(TenantChannel channel, String epoch) {
    call();
    return real.ranges(channel, epoch);
  }

  @Override
  public Map<StreamKey, Long> heads(Collection<TenantChannel> channels) {
    call();
    return real.heads(channels);
  }

  @Override
  public long append(StreamKey stream, List<Publication> run) {
    call();
    largestRun = Math.max(largestRun, run.size());
    if (run.stream().anyMatch(each -> each.position().sequence() == refused)) {
      throw new RejectedDataException("scripted: refused", null);
    }
    return real.append(stream, run);
  }

  @Override
  public List<Publication> read(StreamKey stream, long after, long upTo, int maxCount) {
    call();
    beforeRead.run();
    return real.read(stream, after, upTo, maxCount);
  }

  @Override
  public List<StreamKey> streams(TenantId tenant, @Nullable StreamKey after, int limit) {
    call();
    return real.streams(tenant, after, limit);
  }

  @Override
  public int erase(StreamKey stream, Set<Long> sequences) {
    call();
    return real.erase(stream, sequences);
  }

  @Override
  public void prune() {
    call();
    real.prune();
  }

  private synchronized void call() {
    calls++;
    if (unreachable) {
      throw new BrokerException("scripted: unreachable", null);
    }
  }
}
