package io.broadcasty.delivery.subscribe;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.streams.broker.Position;
import io.broadcasty.streams.broker.StreamState;
import io.broadcasty.wire.Since;

/**
 * Where the replay of a partition starts, computed from the subscriber's request and the state of
 * the stream.
 *
 * @param epoch the epoch of the position to start after
 * @param after its sequence; {@link StreamState#FROM_OLDEST} for all publications kept
 * @param isHead whether there is nothing to replay
 * @param resume what the stream can serve from there
 */
record ReplayStart(String epoch, long after, boolean isHead, StreamState.Resume resume) {

  /**
   * Computes the start of a partition.
   *
   * @param ofPattern whether the channel belongs to a pattern; the client does not know yet a
   *     channel that it did not name
   */
  static ReplayStart of(StreamState state, ChannelName name, Since since, boolean ofPattern) {
    if (since instanceof Since.FromSequence from) {
      return at(
          state,
          state.epoch(),
          from.sequence() == 0 ? StreamState.FROM_OLDEST : from.sequence() - 1);
    }
    if (since instanceof Since.Last last) {
      return at(state, state.epoch(), last.after(state));
    }
    if (since instanceof Since.Unknown) {
      return at(state, Since.Unknown.EPOCH, 0);
    }
    if (since instanceof Since.After seen && (ofPattern || seen.contains(name))) {
      Position position = seen.position(name, state.partition());
      return position == null
          ? at(state, state.epoch(), 0)
          : at(state, position.epoch(), position.sequence());
    }
    return at(state, state.epoch(), state.head()); // live, or a channel the client adds now
  }

  private static ReplayStart at(StreamState state, String epoch, long after) {
    StreamState.Resume resume = state.resume(epoch, after);
    boolean isHead = resume.lost() == null && resume.after() == state.head();
    return new ReplayStart(epoch, isHead ? state.head() : after, isHead, resume);
  }

  /** Returns the position that the subscriber has, or asked for and cannot have. */
  Position startPosition(StreamState state) {
    return resume.lost() != null
        ? resume.lost().requested()
        : new Position(state.epoch(), state.partition(), resume.after());
  }
}
