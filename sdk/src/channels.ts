import { BroadcastyError } from './errors.js';

const NAME = /^[A-Za-z0-9_\-=@,.;:]{1,200}$/;
const PATTERN = /^[A-Za-z0-9_\-=@,.;:]{0,200}\*$/;
const KINDS = ['private-encrypted-', 'private-', 'presence-'] as const;

/** The prefix that decides what a channel is; empty for a public one. */
export function kind(name: string): string {
  return KINDS.find((prefix) => name.startsWith(prefix)) ?? '';
}

export function isPattern(target: string): boolean {
  return target.endsWith('*');
}

/** Whether what is subscribed to, a name or a pattern, delivers a channel. */
export function matches(target: string, channel: string): boolean {
  return isPattern(target)
    ? channel.startsWith(target.slice(0, -1)) && kind(channel) === kind(target)
    : channel === target;
}

/** @throws BroadcastyError `invalid_channel` when it is no channel’s name, nor, where that is allowed, a pattern */
export function checkChannel(channel: unknown, patternToo = false): asserts channel is string {
  if (typeof channel !== 'string' || !(NAME.test(channel) || (patternToo && PATTERN.test(channel)))) {
    const rest = patternToo ? ', with a * at the end for all channels that begin so' : ' (patterns can only be subscribed to)';
    throw new BroadcastyError('invalid_channel', `${JSON.stringify(channel)} is no channel; use 1–200 characters of A–Z a–z 0–9 _ - = @ , . ; :${rest}`);
  }
}
