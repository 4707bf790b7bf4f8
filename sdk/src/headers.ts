import { BroadcastyError } from './errors.js';

const NAME = /^[a-z0-9-]{1,64}$/;

/**
 * Validates the headers of a publication.
 *
 * @throws BroadcastyError `invalid_request` when the server would reject them
 */
export function checkHeaders(headers: unknown): void {
  const all = Object.entries(headers ?? {});
  const invalid = all.find(([name, value]) => !NAME.test(name) || typeof value !== 'string');
  if (invalid || all.length > 16 || new TextEncoder().encode(all.join('')).length - all.length > 2048) {
    const what = invalid ? `invalid header ${JSON.stringify(invalid[0])}` : 'too many headers';
    throw new BroadcastyError('invalid_request', `${what}; use names of 1–64 a–z 0–9 - and string values, at most 16 in 2048 bytes`);
  }
}
