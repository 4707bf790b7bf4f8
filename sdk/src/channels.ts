import { BroadcastyError } from './errors.js';

const NAME = /^[\w\-=@,.;:]{1,200}$/;
const PATTERN = /^[\w\-=@,.;:]{0,200}\*$/;
const KINDS = ['private-encrypted-', 'private-', 'presence-'] as const;

/** Returns the prefix that determines the kind of a channel; empty for a public channel. */
export function kind(name: string): string {
  return KINDS.find((prefix) => name.startsWith(prefix)) ?? '';
}

export function isPattern(target: string): boolean {
  return target.endsWith('*');
}

/** Returns whether a subscription target (a channel name or a pattern) includes a channel. */
export function matches(target: string, channel: string): boolean {
  return isPattern(target)
    ? channel.startsWith(target.slice(0, -1)) && kind(channel) === kind(target)
    : channel === target;
}

/**
 * Validates a channel name.
 *
 * @throws BroadcastyError `invalid_channel` when it is neither a channel name nor an allowed
 *     pattern
 */
export function checkChannel(channel: unknown, allowPattern = false): asserts channel is string {
  if (typeof channel !== 'string' || !(NAME.test(channel) || (allowPattern && PATTERN.test(channel)))) {
    throw new BroadcastyError('invalid_channel', `${String(channel)} is not a channel name; use 1–200 of A–Z a–z 0–9 _ - = @ , . ; : and, for patterns of subscriptions, a final *`);
  }
}
