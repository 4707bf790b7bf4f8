package io.broadcasty.attend;

import io.broadcasty.presence.Member;
import io.broadcasty.presence.PresencePage;
import io.broadcasty.ratelimit.RateLimiter;
import java.time.Duration;

/** What asking for something about members leads to. */
public sealed interface AttendOutcome {

  /**
   * The member is present.
   *
   * @param life how long, unless renewed; zero for as long as the connection lasts
   */
  record Joined(Member member, Duration life) implements AttendOutcome {}

  /**
   * The member stays.
   *
   * @param life how long from now, unless renewed
   */
  record Renewed(String memberId, Duration life) implements AttendOutcome {}

  /** The member is not held any more by who asked. */
  record Left(String memberId) implements AttendOutcome {}

  /** Members. */
  record Members(PresencePage page) implements AttendOutcome {}

  /** There is nothing to leave or to renew. */
  record NotPresent(String memberId) implements AttendOutcome {}

  /** The policy says no. */
  record Denied() implements AttendOutcome {}

  /** The caller may be nobody but itself. */
  record NotYourself(String subject) implements AttendOutcome {}

  /** The channel's name does not begin as those with members do. */
  record NoPresenceChannel() implements AttendOutcome {}

  /** What the member says of itself is longer than allowed. */
  record TooLarge(int bytes, int limit) implements AttendOutcome {}

  /** The channel has as many members as it may. */
  record Full(int limit) implements AttendOutcome {}

  /** The connection is present in as many channels as it may. */
  record TooManyChannels(int limit) implements AttendOutcome {}

  /** A rate limit is used up. */
  record Throttled(RateLimiter.Verdict verdict) implements AttendOutcome {}

  /** The store did not take it. */
  record Unavailable(String reason, Duration retryAfter) implements AttendOutcome {}
}
