package io.broadcasty.transport.body;

import java.time.Duration;

/**
 * The limits of request bodies.
 *
 * @param maxBytes the longest body
 * @param timeout how long a body may take to arrive
 * @param slowPerUser how many bodies of one user may be slow at the same time
 * @param slowPerAddress how many bodies from one client address may be slow at the same time
 */
public record BodySettings(int maxBytes, Duration timeout, int slowPerUser, int slowPerAddress) {

  /** A body that has not arrived after this time is slow. */
  static final Duration SLOW = Duration.ofSeconds(2);

  /** The time after which a body must have kept the least rate. */
  static final Duration RATE_AFTER = Duration.ofSeconds(5);

  /** The least rate of a body, on average. */
  static final long LEAST_BYTES_PER_SECOND = 1024;

  /** How long the rest of a refused body is read, so that the client reads the answer. */
  static final Duration DISCARD = Duration.ofSeconds(5);
}
