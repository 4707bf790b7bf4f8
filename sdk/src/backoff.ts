/**
 * Computes the delay before an attempt to connect.
 *
 * @param attempt 0 for the first attempt after a stable connection
 * @param random a random number, at least 0 and less than 1
 * @returns milliseconds
 */
export type Backoff = (attempt: number, random: number) => number;

/**
 * Creates an exponential backoff with full jitter: a random delay between 0 and `baseMillis *
 * 2^attempt`, at most `capMillis`. The jitter keeps the clients of a restarted server from
 * reconnecting all at once. With the defaults the 4th attempt waits 0 to 4 s.
 */
export function fullJitter(baseMillis = 500, capMillis = 30_000): Backoff {
  return (attempt, random) => random * Math.min(capMillis, baseMillis * 2 ** Math.min(attempt, 30));
}
