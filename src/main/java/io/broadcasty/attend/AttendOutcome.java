package io.broadcasty.attend;

import io.broadcasty.presence.Member;
import io.broadcasty.presence.PresencePage;
import io.broadcasty.ratelimit.RateLimiter;
import java.time.Duration;

/** The result of a presence request. */
public sealed interface AttendOutcome {

  /**
   * The member is present.
   *
   * @param life for how long, unless renewed; zero for as long as the connection lasts
   */
  record Joined(Member member, Duration life) implements AttendOutcome {}

  /**
   * The lease was renewed.
   *
   * @param life for how long from now, unless renewed
   */
  record Renewed(String memberId, Duration life) implements AttendOutcome {}

  /** The caller no longer holds the member. */
  record Left(String memberId) implements AttendOutcome {}

  /** A page of members. */
  record Members(PresencePage page) implements AttendOutcome {}

  /** The member is not present, so there is nothing to leave or to renew. */
  record NotPresent(String memberId) implements AttendOutcome {}

  /** The policy denies the request. */
  record Denied() implements AttendOutcome {}

  /** The caller may act only as itself. */
  record NotYourself(String subject) implements AttendOutcome {}

  /** The channel is not a presence channel. */
  record NoPresenceChannel() implements AttendOutcome {}

  /** The member's JSON is longer than allowed. */
  record TooLarge(int bytes, int limit) implements AttendOutcome {}

  /** The channel has reached its limit of members. */
  record Full(int limit) implements AttendOutcome {}

  /** The connection has reached its limit of channels. */
  record TooManyChannels(int limit) implements AttendOutcome {}

  /** A rate limit is exceeded. */
  record Throttled(RateLimiter.Verdict verdict) implements AttendOutcome {}

  /** The store did not accept the request; trying again after a delay is right. */
  record Unavailable(String reason, Duration retryAfter) implements AttendOutcome {}
}
