package io.broadcasty.presence.service;

import io.broadcasty.core.memory.MemoryBudget;
import io.broadcasty.core.ratelimit.RateLimiter;
import io.broadcasty.presence.Member;
import io.broadcasty.presence.PresencePage;
import java.time.Duration;

/** The result of a presence request. */
public sealed interface PresenceOutcome {

  /**
   * The member is present.
   *
   * @param duration for how long, unless renewed; zero for as long as the connection lasts
   */
  record Joined(Member member, Duration duration) implements PresenceOutcome {}

  /**
   * The lease was renewed.
   *
   * @param duration for how long from now, unless renewed
   */
  record Renewed(String memberId, Duration duration) implements PresenceOutcome {}

  /** The caller no longer holds the member. */
  record Left(String memberId) implements PresenceOutcome {}

  /** A page of members. */
  record Members(PresencePage page) implements PresenceOutcome {}

  /** The member is not present, so there is nothing to leave or to renew. */
  record NotPresent(String memberId) implements PresenceOutcome {}

  /** The policy denies the request. */
  record Denied() implements PresenceOutcome {}

  /** The caller may act only as itself. */
  record NotYourself(String subject) implements PresenceOutcome {}

  /** The channel is not a presence channel. */
  record NoPresenceChannel() implements PresenceOutcome {}

  /** The member's JSON is longer than allowed. */
  record TooLarge(int bytes, int limit) implements PresenceOutcome {}

  /** The channel has reached its limit of members. */
  record Full(int limit) implements PresenceOutcome {}

  /** There is no memory for the member. */
  record NoMemory(MemoryBudget.Grant full) implements PresenceOutcome {}

  /** The connection has reached its limit of channels. */
  record TooManyChannels(int limit) implements PresenceOutcome {}

  /** A rate limit is exceeded. */
  record Throttled(RateLimiter.Verdict verdict) implements PresenceOutcome {}

  /** The store did not accept the request; trying again after a delay is right. */
  record Unavailable(String reason, Duration retryAfter) implements PresenceOutcome {}
}
