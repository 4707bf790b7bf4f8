/**
 * How long to wait before an attempt to connect.
 *
 * @param attempt 0 for the first one after a connection that held
 * @param random at least 0, less than 1
 * @returns milliseconds
 */
export type Backoff = (attempt: number, random: number) => number;

/**
 * Exponential backoff with full jitter: anywhere between 0 and `baseMillis * 2^attempt`, at most `capMillis`, so that the
 * clients of a server that comes back do not come all at once. With the defaults the 4th attempt waits 0 to 4 s.
 */
export function fullJitter(baseMillis = 500, capMillis = 30_000): Backoff {
  return (attempt, random) => random * Math.min(capMillis, baseMillis * 2 ** Math.min(attempt, 30));
}
