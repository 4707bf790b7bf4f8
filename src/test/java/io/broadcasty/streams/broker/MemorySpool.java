package io.broadcasty.streams.broker;

import io.broadcasty.core.channel.TenantChannel;
import io.broadcasty.core.format.DecodingFailures;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The simplest implementation of the spool, in memory; it can be made unreachable, and refuses ids
 * that contain {@code poison}.
 */
public final class MemorySpool implements Spool {

  private final TreeMap<Long, Envelope> waiting = new TreeMap<>();
  private long last;
  private boolean unreachable;

  /** Envelopes from this number on were queued by a node of another version. */
  public volatile long undecodableFrom = Long.MAX_VALUE;

  public synchronized void setUnreachable(boolean now) {
    unreachable = now;
  }

  @Override
  public synchronized void add(List<Envelope> envelopes) {
    reach();
    if (envelopes.stream().anyMatch(e -> e.id().contains("poison"))) {
      throw new RejectedDataException("scripted: refused", null);
    }
    for (Envelope e : envelopes) {
      boolean isThere =
          waiting.values().stream()
              .anyMatch(w -> w.channel().equals(e.channel()) && w.id().equals(e.id()));
      if (!isThere) {
        waiting.put(++last, e.asIdempotent());
      }
    }
  }

  @Override
  public synchronized Set<TenantChannel> addBehind(List<Envelope> envelopes) {
    Set<TenantChannel> behind = channels();
    add(envelopes.stream().filter(e -> behind.contains(e.channel())).toList());
    return envelopes.stream()
        .map(Envelope::channel)
        .filter(channel -> !behind.contains(channel))
        .collect(Collectors.toSet());
  }

  @Override
  public synchronized List<SpooledEnvelope> oldest(long after, int maxCount) {
    reach();
    Long next = waiting.higherKey(after);
    if (next != null && next >= undecodableFrom) {
      throw DecodingFailures.unknownVersion("queued publications of this test", 9);
    }
    return waiting.subMap(after, false, undecodableFrom, false).entrySet().stream()
        .limit(maxCount)
        .map(each -> new SpooledEnvelope(each.getKey(), each.getValue()))
        .toList();
  }

  @Override
  public synchronized void remove(List<SpooledEnvelope> published) {
    reach();
    published.forEach(spooled -> waiting.remove(spooled.number()));
  }

  @Override
  public synchronized Map<TenantChannel, Long> oldestNumbers(Set<TenantChannel> channels) {
    reach();
    Map<TenantChannel, Long> numbers = new HashMap<>();
    waiting.forEach(
        (number, envelope) -> {
          if (channels.contains(envelope.channel())) {
            numbers.putIfAbsent(envelope.channel(), number);
          }
        });
    return numbers;
  }

  @Override
  public synchronized Set<TenantChannel> channels() {
    reach();
    return waiting.values().stream().map(Envelope::channel).collect(Collectors.toSet());
  }

  private void reach() {
    if (unreachable) {
      throw new BrokerException("unreachable", null);
    }
  }
}
