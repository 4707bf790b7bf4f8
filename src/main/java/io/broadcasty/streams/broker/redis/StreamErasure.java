package io.broadcasty.streams.broker.redis;

import static io.broadcasty.streams.broker.redis.ChannelKeys.bytes;

import com.google.errorprone.annotations.ThreadSafe;
import io.broadcasty.infra.redis.Redis;
import io.broadcasty.infra.redis.Script;
import io.broadcasty.streams.broker.Broker;
import io.broadcasty.streams.broker.BrokerException;
import io.broadcasty.streams.broker.Epochs;
import io.broadcasty.streams.broker.Publication;
import io.broadcasty.streams.broker.ReplayPage;
import io.broadcasty.streams.broker.ReplayRequest;
import io.broadcasty.streams.broker.StreamKey;
import io.broadcasty.streams.broker.StreamState;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Erases messages from a stream on Redis. An entry of a Redis stream cannot be changed, and a
 * deleted one stays in Redis' memory and files until all entries near it are deleted. Therefore the
 * stream is copied in parts without the messages, while publications are appended to it; the call
 * that copies the last part puts the copy in its place, so that readers see either.
 *
 * <p>One caller at a time copies a stream; one that has not gone on for a minute is replaced. Until
 * then the copy takes as much memory as the stream.
 */
@ThreadSafe
final class StreamErasure {

  private static final Script ERASE = Script.load(RedisBroker.class, "stream.lua", "erase.lua");

  /** The size of a part, which a call copies while Redis does nothing else. */
  private static final int PART_COUNT = 200;

  private static final long PART_BYTES = 256 * 1024;

  private static final long MORE = 0;
  private static final long REPLACED = 1;
  private static final long GONE = 2;

  private final Redis redis;
  private final KeyCommands commands;
  private final ScriptArguments scriptArguments;
  private final Broker streams;

  /**
   * @param streams reads the streams
   */
  StreamErasure(
      Redis redis, KeyCommands commands, ScriptArguments scriptArguments, Broker streams) {
    this.redis = redis;
    this.commands = commands;
    this.scriptArguments = scriptArguments;
    this.streams = streams;
  }

  /** Erases messages as {@link Broker#erase} says. */
  int erase(StreamKey stream, Set<Long> sequences) {
    Set<Long> erased = new HashSet<>();
    String me = Epochs.next() + Epochs.next();
    ReplayPage page = read(stream, StreamState.FROM_OLDEST);
    if (!isCurrent(stream, page) || isNothingKept(page.state(), sequences)) {
      return 0;
    }
    boolean first = true;
    long from = page.state().first();
    while (true) {
      long to = from + Math.max(1, page.publications().size()) - 1;
      long state = copy(stream, sequences, page.publications(), me, from, to, first, erased);
      if (state == REPLACED) {
        return erased.size();
      }
      if (state == GONE) {
        return 0;
      }
      if (state != MORE) {
        throw new BrokerException("messages of the stream are being erased already", null);
      }
      first = false;
      from = to + 1;
      page = read(stream, to);
      if (!isCurrent(stream, page)) {
        return 0;
      }
      if (page.lost() != null) { // what was to be copied next has left the retention
        from = page.state().first();
      }
    }
  }

  private long copy(
      StreamKey stream,
      Set<Long> sequences,
      List<Publication> part,
      String me,
      long from,
      long to,
      boolean first,
      Set<Long> erased) {
    ChannelKeys channel = ChannelKeys.of(redis, stream.channel());
    List<Integer> partition = List.of(stream.partition());
    List<byte[]> keys = channel.scripts(partition);
    keys.add(channel.copy(stream.partition()));
    keys.add(channel.copier(stream.partition()));
    List<byte[]> arguments = scriptArguments.arguments(stream.channel(), partition);
    arguments.add(bytes(stream.epoch()));
    arguments.add(bytes(me));
    arguments.add(bytes(from));
    arguments.add(bytes(to));
    arguments.add(bytes(first ? 1 : 0));
    for (Publication publication : part) {
      long sequence = publication.position().sequence();
      if (sequences.contains(sequence)) {
        arguments.add(bytes(sequence));
        arguments.add(EnvelopeFormat.write(publication.envelope().erased()));
        erased.add(sequence);
      }
    }
    return (Long) commands.run(channel.hash(), () -> ERASE.run(redis.commands(), keys, arguments));
  }

  private ReplayPage read(StreamKey stream, long after) {
    return streams.replay(
        new ReplayRequest(
            stream.channel(), stream.partition(), null, after, PART_COUNT, PART_BYTES));
  }

  private static boolean isCurrent(StreamKey stream, ReplayPage page) {
    return page.state().epoch().equals(stream.epoch());
  }

  private static boolean isNothingKept(StreamState state, Set<Long> sequences) {
    return sequences.stream()
        .noneMatch(sequence -> sequence >= state.first() && sequence <= state.head());
  }
}
