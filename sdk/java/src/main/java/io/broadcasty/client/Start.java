package io.broadcasty.client;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where a stream begins on a channel. */
public final class Start {

  private static final Start LIVE = new Start(Map.of(), Map.of());

  /** The fields of the command {@code subscribe}. */
  private final Map<String, Object> fields;

  /** Positions by channel; the empty name stands for the channel of the subscription. */
  private final Map<String, List<Position>> after;

  private Start(Map<String, Object> fields, Map<String, List<Position>> after) {
    this.fields = fields;
    this.after = after;
  }

  /** Begins with the next publication. */
  public static Start live() {
    return LIVE;
  }

  /** Begins with this sequence in every partition; 0 is the oldest that is retained. */
  public static Start fromSequence(long sequence) {
    return new Start(Map.of("fromSequence", sequence), Map.of());
  }

  /** Begins with the newest publications of every partition, at most this many (1–1000). */
  public static Start last(int count) {
    return new Start(Map.of("last", count), Map.of());
  }

  /** Begins after positions of the channel, one for each partition. */
  public static Start after(Collection<Position> positions) {
    return new Start(Map.of(), Map.of("", List.copyOf(positions)));
  }

  /** Begins after positions of several channels, as {@link EventStream#positions} returns them. */
  public static Start after(Map<String, ? extends Collection<Position>> positions) {
    Map<String, List<Position>> copy = new LinkedHashMap<>();
    positions.forEach((channel, of) -> copy.put(channel, List.copyOf(of)));
    return new Start(Map.of(), copy);
  }

  Map<String, Object> fields() {
    return fields;
  }

  /** Returns the positions that concern a channel or pattern. */
  Map<String, List<Position>> after(String channel) {
    Map<String, List<Position>> of = new LinkedHashMap<>();
    after.forEach(
        (name, positions) -> {
          String named = name.isEmpty() ? channel : name;
          if (ChannelState.covers(channel, named)) {
            of.put(named, positions);
          }
        });
    return of;
  }
}
