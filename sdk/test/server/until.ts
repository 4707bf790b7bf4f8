import { waitUntil as waitAtMost } from '../support.js';

/** Waits until a condition holds, for at most a minute. */
export function waitUntil(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  return waitAtMost(what, condition, 60_000);
}
