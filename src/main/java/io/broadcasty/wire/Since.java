package io.broadcasty.wire;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.streams.broker.Position;
import io.broadcasty.streams.broker.StreamState;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The place in a stream from which a subscriber wants it. */
public sealed interface Since {

  /** Only publications from now on. */
  record Live() implements Since {}

  /**
   * From a sequence on, in every partition and whatever the epoch.
   *
   * @param sequence the first one wanted; 0 means the oldest kept
   */
  record FromSequence(long sequence) implements Since {}

  /**
   * The newest publications of every partition, and those that follow.
   *
   * @param count the maximum number of each partition, from 1
   */
  record Last(int count) implements Since {

    /** The greatest number that a client may ask for. */
    public static final int MAX = 1000;

    /**
     * Returns the sequence after which the publications begin, or {@link StreamState#FROM_OLDEST}.
     */
    public long after(StreamState state) {
      long after = state.head() - count;
      return after < state.first() ? StreamState.FROM_OLDEST : after;
    }
  }

  /**
   * After a position that no server of this protocol has given: everything kept, after {@code
   * lost}, since nobody knows what the subscriber has missed.
   */
  record Unknown() implements Since {

    /** Stands for the epoch in the reported position; no stream has it. */
    public static final String EPOCH = "unknown";
  }

  /**
   * After the positions last seen, by channel. A channel that is missing did not exist for the
   * client.
   */
  record After(Map<ChannelName, List<Position>> positions) implements Since {

    public After {
      positions = Map.copyOf(positions);
    }

    /** Returns the position last seen in a partition; null when there is none. */
    public @Nullable Position position(ChannelName channel, int partition) {
      for (Position position : positions.getOrDefault(channel, List.of())) {
        if (position.partition() == partition) {
          return position;
        }
      }
      return null;
    }

    /** Returns whether the channel has positions. */
    public boolean contains(ChannelName channel) {
      return positions.containsKey(channel);
    }

    /** Returns the channels, in order. */
    public Iterable<ChannelName> channels() {
      return new TreeMap<>(positions).keySet();
    }
  }
}
