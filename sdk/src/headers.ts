import { BroadcastyError } from './errors.js';

const NAME = /^[a-z0-9-]{1,64}$/;

/** @throws BroadcastyError `invalid_request` when the server would not take them */
export function checkHeaders(headers: unknown): void {
  const all = Object.entries(headers ?? {});
  const bad = all.find(([name, value]) => !NAME.test(name) || typeof value !== 'string');
  if (bad || all.length > 16 || new TextEncoder().encode(all.join('')).length - all.length > 2048) {
    const what = bad ? `${JSON.stringify(bad[0])} is no header` : 'too many headers';
    throw new BroadcastyError('invalid_request', `${what}; use 1–64 characters of a–z 0–9 -, and texts, at most 16 and 2048 bytes`);
  }
}
