package io.broadcasty.subscribe;

import io.broadcasty.broker.Position;
import io.broadcasty.channel.ChannelName;
import io.broadcasty.ratelimit.RateLimiter;
import java.util.List;
import java.util.SortedMap;

/** What a subscribe leads to. */
public sealed interface SubscribeOutcome {

  /**
   * Subscribed; publications come after {@link #start}.
   *
   * @param recovered whether every position asked for can be served
   * @param heads the newest positions, by channel
   * @param starts where the subscriber stands, by channel: what it is told next comes after it,
   *     either a publication or, when the position cannot be served, that it is lost. A subscriber
   *     that leaves before it is told must come back with this position, or it would never be.
   * @param start to be run once the subscriber has been answered
   */
  record Subscribed(
      boolean recovered,
      SortedMap<ChannelName, List<Position>> heads,
      SortedMap<ChannelName, List<Position>> starts,
      Runnable start)
      implements SubscribeOutcome {}

  /** The policy says no. */
  record Denied() implements SubscribeOutcome {}

  /** The connection has ended, perhaps meanwhile. */
  record Closed() implements SubscribeOutcome {}

  /** A rate limit says not now. */
  record Throttled(RateLimiter.Verdict verdict) implements SubscribeOutcome {}

  /** The connection is subscribed to this already. */
  record AlreadySubscribed() implements SubscribeOutcome {}

  /**
   * It would be more channels than a connection may have.
   *
   * @param limit how many it may have
   */
  record TooManyChannels(int limit) implements SubscribeOutcome {}
}
