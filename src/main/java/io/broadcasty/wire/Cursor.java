package io.broadcasty.wire;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.channel.InvalidChannelException;
import io.broadcasty.streams.broker.Position;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The position of an SSE stream in all its channels and partitions; its text is the id of an event.
 * Immutable, so that streams at the same position may share one.
 */
public final class Cursor {

  /**
   * The longest text: most servers reject headers of more than 8 KiB, and clients send the cursor
   * in one.
   */
  public static final int MAX_LENGTH = 6000;

  /** The text for a stream of patterns that match no channel yet. */
  private static final String NO_CHANNELS = "-";

  private static final int MAX_POSITIONS = 1000;
  private static final Pattern POSITION =
      Pattern.compile("([0-9A-Za-z]{1,32}):([0-9]{1,4}):([0-9]{1,19})");

  /** The cursor of a stream that has not begun. */
  public static final Cursor START = new Cursor(Collections.emptySortedMap());

  /** A channel's part of the text, and its positions by partition. */
  private record Entry(String text, SortedMap<Integer, Position> partitions) {}

  private final SortedMap<ChannelName, Entry> entries;
  private final String text;

  private Cursor(SortedMap<ChannelName, Entry> entries) {
    this.entries = entries;
    this.text =
        entries.isEmpty()
            ? NO_CHANNELS
            : entries.values().stream().map(Entry::text).collect(Collectors.joining("|"));
  }

  /** Returns the cursor after a position of a channel. */
  public Cursor after(ChannelName channel, Position position) {
    return after(Map.of(channel, List.of(position)));
  }

  /** Returns the cursor after positions of several channels. */
  public Cursor after(Map<ChannelName, List<Position>> positions) {
    SortedMap<ChannelName, Entry> all = new TreeMap<>(entries);
    positions.forEach((channel, these) -> all.put(channel, entry(channel, these)));
    return new Cursor(all);
  }

  private Entry entry(ChannelName channel, List<Position> positions) {
    Entry known = entries.get(channel);
    SortedMap<Integer, Position> partitions =
        known == null ? new TreeMap<>() : new TreeMap<>(known.partitions());
    positions.forEach(position -> partitions.put(position.partition(), position));
    return new Entry(text(channel, partitions), partitions);
  }

  private static String text(ChannelName channel, SortedMap<Integer, Position> partitions) {
    StringBuilder entry = new StringBuilder(channel.value());
    char separator = '!';
    for (Position p : partitions.values()) {
      entry.append(separator).append(p.epoch()).append(':').append(p.partition());
      entry.append(':').append(p.sequence());
      separator = '~';
    }
    return entry.toString();
  }

  /**
   * Returns the text that {@link #parse} reads. Never empty, since a client does not send an empty
   * id.
   */
  @Override
  public String toString() {
    return text;
  }

  /**
   * Parses the text of a cursor.
   *
   * @throws ProblemException when it is not a cursor, and so was not sent by this server
   */
  public static Since.After parse(String text) throws ProblemException {
    if (text.equals(NO_CHANNELS)) {
      return new Since.After(Map.of());
    }
    if (text.length() > MAX_LENGTH) {
      throw malformed();
    }
    Map<ChannelName, List<Position>> read = new HashMap<>();
    int count = 0;
    for (String entry : text.split("\\|", -1)) {
      int bang = entry.indexOf('!');
      if (bang < 1) {
        throw malformed();
      }
      SortedMap<Integer, Position> ofChannel = new TreeMap<>();
      for (String part : entry.substring(bang + 1).split("~", -1)) {
        Position position = position(part);
        if (++count > MAX_POSITIONS || ofChannel.put(position.partition(), position) != null) {
          throw malformed();
        }
      }
      if (read.put(channel(entry.substring(0, bang)), List.copyOf(ofChannel.values())) != null) {
        throw malformed();
      }
    }
    return new Since.After(read);
  }

  private static ChannelName channel(String text) throws ProblemException {
    try {
      return new ChannelName(text);
    } catch (InvalidChannelException e) {
      throw malformed();
    }
  }

  private static Position position(String text) throws ProblemException {
    Matcher parts = POSITION.matcher(text);
    if (!parts.matches()) {
      throw malformed();
    }
    try {
      int partition = Integer.parseInt(parts.group(2));
      if (partition > CommandReader.MAX_PARTITION) {
        throw malformed();
      }
      return new Position(parts.group(1), partition, Long.parseLong(parts.group(3)));
    } catch (NumberFormatException e) {
      throw malformed();
    }
  }

  private static ProblemException malformed() {
    return new ProblemException(
        Code.INVALID_REQUEST,
        "`Last-Event-ID` is not the id of an event of this stream; omit it to start again, or use"
            + " `fromSequence`");
  }
}
