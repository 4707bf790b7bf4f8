import { within } from '../clock.js';
import { BroadcastyError, refusal, timeout, unreachable } from '../errors.js';
import type { HttpSettings } from '../settings.js';
import type { WireError } from '../wire.js';

export interface HttpRequest {
  /** Unless said: POST with a body, GET without. */
  method?: 'DELETE';
  /** Sent as JSON, a string as it is. */
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/**
 * A request with the token in its header, if there is one.
 *
 * @throws BroadcastyError what the server said, `unreachable`, or `timeout` when no answer began in time
 */
export async function request(settings: HttpSettings, token: string | undefined, path: string, { method, body, headers, signal }: HttpRequest = {}): Promise<Response> {
  const cut = new AbortController();
  const abort = () => cut.abort(signal?.reason);
  signal?.addEventListener('abort', abort);
  if (signal?.aborted) {
    abort();
  }
  let response: Response;
  try {
    response = await within(
      settings.clock,
      settings.fetch(`${settings.baseUrl}/broadcasty/${path}`, {
        method: method ?? (body === undefined ? 'GET' : 'POST'),
        headers: { ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }), ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        cache: 'no-store',
        signal: cut.signal,
      }),
      settings.connectTimeoutMs,
      () => timeout('the request', settings.connectTimeoutMs),
    );
  } catch (error) {
    cut.abort();
    throw error instanceof BroadcastyError ? error : unreachable('the server did not answer', error);
  }
  if (!response.ok) {
    throw await problem(response);
  }
  return response;
}

/** What the answer says in the form of RFC 9457; any other answer is a proxy’s, or a server’s that has not deployed the WAR yet. */
async function problem(response: Response): Promise<BroadcastyError> {
  const { status } = response;
  const retryAfter = Number(response.headers.get('Retry-After')) || undefined;
  try {
    const said = (await response.json()) as Partial<WireError>;
    if (said.code) {
      return refusal({ ...(retryAfter ? { retryAfter } : {}), ...said, code: said.code, status });
    }
  } catch {
    // not the server’s words
  }
  return new BroadcastyError('unreachable', `the answer was ${status}, and not Broadcasty’s: it is still starting, or baseUrl is not where it is`, 'after', {
    retryAfterMillis: retryAfter && retryAfter * 1000,
  });
}

/** Whether the server itself answers by HTTP, and takes streams. */
export async function isReachable({ fetch, baseUrl, clock, connectTimeoutMs }: HttpSettings): Promise<boolean> {
  try {
    const answer = await within(clock, fetch(`${baseUrl}/broadcasty/ping`, { cache: 'no-store' }), connectTimeoutMs, () => new Error('late'));
    return answer.status === 204;
  } catch {
    return false;
  }
}
