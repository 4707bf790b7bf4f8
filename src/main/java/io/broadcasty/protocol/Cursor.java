package io.broadcasty.protocol;

import io.broadcasty.broker.Position;
import io.broadcasty.channel.ChannelName;
import io.broadcasty.channel.InvalidChannelException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Where an SSE stream stands, over all its channels and partitions; its text is the id of an event.
 * Not safe for use by several threads.
 */
public final class Cursor {

  /** Most servers refuse headers of more than 8 KiB, and the cursor comes back in one. */
  public static final int MAX_LENGTH = 6000;

  /**
   * Before a pattern has met a channel. Not the empty text, which a client does not send back: it
   * would begin anew, and miss the channels that came meanwhile.
   */
  private static final String NO_CHANNEL = "-";

  private static final int MAX_POSITIONS = 1000;

  private final SortedMap<ChannelName, SortedMap<Integer, Position>> positions = new TreeMap<>();
  private final SortedMap<ChannelName, String> entries = new TreeMap<>();

  /** Moves on to a position of a channel. */
  public void advance(ChannelName channel, Position position) {
    SortedMap<Integer, Position> partitions =
        positions.computeIfAbsent(channel, c -> new TreeMap<>());
    partitions.put(position.partition(), position);
    StringBuilder entry = new StringBuilder(channel.value());
    char separator = '!';
    for (Position p : partitions.values()) {
      entry.append(separator).append(p.epoch()).append(':').append(p.partition());
      entry.append(':').append(p.sequence());
      separator = '~';
    }
    entries.put(channel, entry.toString());
  }

  /** The text, to be read again by {@link #parse}. */
  @Override
  public String toString() {
    return entries.isEmpty() ? NO_CHANNEL : String.join("|", entries.values());
  }

  /**
   * Reads the text of a cursor.
   *
   * @throws ProblemException when it is none; it then never came from this server
   */
  public static Since.After parse(String text) throws ProblemException {
    if (text.length() > MAX_LENGTH) {
      throw malformed();
    }
    if (text.equals(NO_CHANNEL)) {
      return new Since.After(Map.of());
    }
    Map<ChannelName, List<Position>> read = new HashMap<>();
    int count = 0;
    for (String entry : text.split("\\|", -1)) {
      int bang = entry.indexOf('!');
      if (bang < 1) {
        throw malformed();
      }
      List<Position> ofChannel = new ArrayList<>();
      for (String position : entry.substring(bang + 1).split("~", -1)) {
        if (++count > MAX_POSITIONS) {
          throw malformed();
        }
        ofChannel.add(position(position));
      }
      try {
        read.put(new ChannelName(entry.substring(0, bang)), ofChannel);
      } catch (InvalidChannelException e) {
        throw malformed();
      }
    }
    return new Since.After(read);
  }

  private static Position position(String text) throws ProblemException {
    String[] parts = text.split(":", -1);
    if (parts.length != 3 || !parts[0].matches("[0-9A-Za-z]{1,32}")) {
      throw malformed();
    }
    try {
      int partition = Integer.parseInt(parts[1]);
      long sequence = Long.parseLong(parts[2]);
      if (partition < 0 || sequence < 0) {
        throw malformed();
      }
      return new Position(parts[0], partition, sequence);
    } catch (NumberFormatException e) {
      throw malformed();
    }
  }

  private static ProblemException malformed() {
    return new ProblemException(
        Code.INVALID_REQUEST,
        "`Last-Event-ID` is not the id of an event of this stream; leave it out to start anew, or use `fromSequence`");
  }
}
