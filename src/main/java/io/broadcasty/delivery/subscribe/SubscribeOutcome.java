package io.broadcasty.delivery.subscribe;

import io.broadcasty.core.channel.ChannelName;
import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.ratelimit.RateLimiter;
import io.broadcasty.streams.broker.Position;
import java.util.List;
import java.util.SortedMap;

/** The outcome of a subscribe. */
public sealed interface SubscribeOutcome {

  /**
   * Subscribed; publications follow after {@link #start}.
   *
   * @param recovered whether every position asked for can be served
   * @param heads the newest positions, by channel
   * @param starts the subscriber's position, by channel. The next message comes after it: a
   *     publication, or a report that the position is lost. A subscriber that leaves before that
   *     message must come back with this position; otherwise it would never learn of the loss.
   * @param start to be run once the subscriber has been answered
   */
  record Subscribed(
      boolean recovered,
      SortedMap<ChannelName, List<Position>> heads,
      SortedMap<ChannelName, List<Position>> starts,
      Runnable start)
      implements SubscribeOutcome {}

  /** The policy denies the subscription. */
  record Denied() implements SubscribeOutcome {}

  /** The connection has ended, perhaps during the subscribe. */
  record Closed() implements SubscribeOutcome {}

  /** A rate limit is exceeded. */
  record Throttled(RateLimiter.Verdict verdict) implements SubscribeOutcome {}

  /**
   * There is no memory for the subscription.
   *
   * @param full whose memory is used up
   */
  record NoMemory(MemoryBudget.Grant full) implements SubscribeOutcome {}

  /** The connection has this subscription already. */
  record AlreadySubscribed() implements SubscribeOutcome {}

  /**
   * The connection would have more channels than allowed.
   *
   * @param limit the allowed number of channels
   */
  record TooManyChannels(int limit) implements SubscribeOutcome {}
}
