package io.broadcasty.streams.broker;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.tenant.TenantId;
import io.broadcasty.core.time.WallClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The simplest implementation of the archive, in memory. */
public final class MemoryArchive implements Archive {

  private static final long REMEMBERED_MILLIS = Duration.ofHours(24).toMillis();

  private final Map<StreamKey, TreeMap<Long, Publication>> streams = new HashMap<>();
  private final Map<StreamKey, Publication> newest = new HashMap<>();
  private final WallClock clock;
  private final Duration retention;

  public MemoryArchive(WallClock clock, Duration retention) {
    this.clock = clock;
    this.retention = retention;
  }

  @Override
  public synchronized Map<Integer, List<SequenceRange>> ranges(
      TenantChannel channel, String epoch) {
    Map<Integer, List<SequenceRange>> all = new HashMap<>();
    newest.forEach(
        (stream, last) -> {
          if (stream.channel().equals(channel) && stream.epoch().equals(epoch)) {
            long head = last.position().sequence();
            List<SequenceRange> stretches = ranges(kept(stream));
            all.put(
                stream.partition(),
                stretches.isEmpty() ? List.of(new SequenceRange(head + 1, head)) : stretches);
          }
        });
    return all;
  }

  @Override
  public synchronized Map<StreamKey, Long> heads(Collection<TenantChannel> channels) {
    Map<StreamKey, Long> heads = new HashMap<>();
    newest.forEach(
        (stream, last) -> {
          if (channels.contains(stream.channel())) {
            heads.put(stream, last.position().sequence());
          }
        });
    return heads;
  }

  private NavigableMap<Long, Publication> kept(StreamKey stream) {
    return streams.getOrDefault(stream, new TreeMap<>());
  }

  private static List<SequenceRange> ranges(Map<Long, Publication> publications) {
    List<SequenceRange> stretches = new ArrayList<>();
    for (long sequence : publications.keySet()) {
      int last = stretches.size() - 1;
      if (last >= 0 && stretches.get(last).head() + 1 == sequence) {
        stretches.set(last, new SequenceRange(stretches.get(last).first(), sequence));
      } else {
        stretches.add(new SequenceRange(sequence, sequence));
      }
    }
    return stretches;
  }

  @Override
  public synchronized long append(StreamKey stream, List<Publication> run) {
    TreeMap<Long, Publication> kept = streams.computeIfAbsent(stream, s -> new TreeMap<>());
    long head = 0;
    for (Publication publication : run) {
      Publication last = newest.get(stream);
      long sequence = publication.position().sequence();
      head = last == null ? 0 : last.position().sequence();
      if (head < sequence) {
        kept.put(sequence, publication);
        newest.put(stream, publication);
        head = sequence;
      }
    }
    return head;
  }

  @Override
  public synchronized List<Publication> read(
      StreamKey stream, long after, long upTo, int maxCount) {
    return kept(stream).values().stream()
        .filter(p -> p.position().sequence() > after && p.position().sequence() <= upTo)
        .limit(maxCount)
        .toList();
  }

  @Override
  public synchronized List<StreamKey> streams(
      TenantId tenant, @Nullable StreamKey after, int limit) {
    Comparator<StreamKey> order =
        Comparator.comparing((StreamKey stream) -> stream.channel().name())
            .thenComparing(StreamKey::partition)
            .thenComparing(StreamKey::epoch);
    return newest.keySet().stream()
        .filter(stream -> stream.channel().tenant().equals(tenant))
        .filter(stream -> after == null || order.compare(stream, after) > 0)
        .sorted(order)
        .limit(limit)
        .toList();
  }

  @Override
  public synchronized int erase(StreamKey stream, Set<Long> sequences) {
    NavigableMap<Long, Publication> kept = kept(stream);
    int erased = 0;
    for (Long sequence : sequences) {
      if (kept.computeIfPresent(sequence, (s, publication) -> publication.erased()) != null) {
        erased++;
      }
    }
    return erased;
  }

  @Override
  public synchronized void prune() {
    long before = clock.nowMillis() - retention.toMillis();
    streams.values().forEach(kept -> kept.values().removeIf(p -> p.timeMillis() < before));
    newest
        .entrySet()
        .removeIf(
            last ->
                kept(last.getKey()).isEmpty()
                    && last.getValue().timeMillis() < before - REMEMBERED_MILLIS);
  }
}
