import { withTimeout } from '../clock.js';
import { BroadcastyError, fromServerError, timeout, unreachable } from '../errors.js';
import type { HttpSettings } from '../settings.js';
import type { WireError } from '../wire.js';

export interface HttpRequest {
  /** Default: POST with a body, GET without. */
  method?: 'DELETE';
  /** Sent as JSON; a string is sent as it is. */
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/**
 * Sends a request, with the token in its header if there is one.
 *
 * @throws BroadcastyError the server’s error, `unreachable`, or `timeout` when no answer starts in
 *     time
 */
export async function request(settings: HttpSettings, token: string | undefined, path: string, { method, body, headers, signal }: HttpRequest = {}): Promise<Response> {
  const controller = new AbortController();
  const abort = () => controller.abort(signal?.reason);
  signal?.addEventListener('abort', abort);
  if (signal?.aborted) {
    abort();
  }
  let response: Response;
  try {
    response = await withTimeout(
      settings.clock,
      settings.fetch(`${settings.baseUrl}/broadcasty/${path}`, {
        method: method ?? (body === undefined ? 'GET' : 'POST'),
        headers: { ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }), ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        cache: 'no-store',
        signal: controller.signal,
      }),
      settings.connectTimeoutMs,
      () => timeout('the request', settings.connectTimeoutMs),
    );
  } catch (error) {
    controller.abort();
    throw error instanceof BroadcastyError ? error : unreachable('the server did not answer', error);
  }
  if (!response.ok) {
    throw await readProblem(response);
  }
  return response;
}

/**
 * Reads an error answer in the form of RFC 9457. Any other answer comes from a proxy, or from a
 * server that has not deployed the WAR yet.
 */
async function readProblem(response: Response): Promise<BroadcastyError> {
  const { status } = response;
  const retryAfter = Number(response.headers.get('Retry-After')) || undefined;
  try {
    const body = (await response.json()) as Partial<WireError>;
    if (body.code) {
      return fromServerError({ ...(retryAfter ? { retryAfter } : {}), ...body, code: body.code, status });
    }
  } catch {
    // not a problem document
  }
  if (status === 413) {
    return new BroadcastyError('payload_too_large', 'a proxy before the server does not accept a message of this size', 'no', { status });
  }
  return new BroadcastyError('unreachable', `the answer ${status} does not come from Broadcasty; it may still be starting, or baseUrl is wrong`, 'after', {
    retryAfterMillis: retryAfter && retryAfter * 1000,
  });
}

/**
 * Asks whether the server answers over HTTP and accepts streams. Returns by how many milliseconds
 * the own clock is ahead of the server’s, as far as the answer tells.
 *
 * @throws BroadcastyError `unreachable`
 */
export async function ping({ fetch, baseUrl, clock, connectTimeoutMs }: HttpSettings): Promise<number> {
  let response: Response;
  try {
    response = await withTimeout(clock, fetch(`${baseUrl}/broadcasty/ping`, { cache: 'no-store' }), connectTimeoutMs, () => new Error('late'));
  } catch (error) {
    throw unreachable('the server did not answer', error);
  }
  if (response.status !== 204) {
    throw new BroadcastyError('unreachable', `the answer ${response.status} is not that of a server that accepts streams; check baseUrl`, 'after', { retryAfterMillis: retryAfterMillis(response) });
  }
  return clock.now() - Date.parse(response.headers.get('Date') ?? '') || 0;
}

/** Returns whether the server answers over HTTP and accepts streams. */
export function isReachable(settings: HttpSettings): Promise<boolean> {
  return ping(settings).then(
    () => true,
    () => false,
  );
}

function retryAfterMillis(response: Response): number | undefined {
  return Number(response.headers.get('Retry-After')) * 1000 || undefined;
}
