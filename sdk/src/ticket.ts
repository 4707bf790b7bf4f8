import { BroadcastyError, toError } from './errors.js';
import { httpSettings } from './settings.js';
import type { HttpSettings, ServerOptions } from './settings.js';
import { requestToken } from './token.js';
import { request } from './transport/http.js';

export { BroadcastyError } from './errors.js';
export type { ClientCode, ErrorCode } from './errors.js';
export type { Retry, ServerCode } from './codes.js';
export type { ServerOptions } from './settings.js';
export type { GetToken } from './token.js';

/** How long before its end a session is begun again with a new token. */
const RENEWAL_MARGIN_MILLIS = 30_000;

/** The delay before a renewal that has failed is tried again. */
const RETRY_MILLIS = 5_000;

/** The parameters of a stream, as the protocol names them; several values of one name in an array. */
export type StreamParameters = Record<string, string | number | boolean | readonly string[]>;

/**
 * Returns the URL of a stream for the browser’s own `EventSource` or `WebSocket`, with a ticket that
 * opens one stream within 30 s. The clients of this package need none, since they send the token in
 * a header or a message.
 *
 * @param path `sse` or `ws`
 * @throws BroadcastyError when there is no token, or the server refuses it
 */
export async function streamUrl(options: ServerOptions, path: 'sse' | 'ws', parameters: StreamParameters = {}): Promise<string> {
  const settings = httpSettings(options);
  const answer = await request(settings, await requestToken(options.getToken, settings), 'ticket', { body: '' });
  const { ticket } = (await answer.json()) as { ticket: string };
  const query = new URLSearchParams({ ticket });
  for (const [name, values] of Object.entries(parameters)) {
    for (const value of Array.isArray(values) ? (values as string[]) : [values]) {
      query.append(name, String(value));
    }
  }
  const base = path === 'ws' ? settings.baseUrl.replace(/^http/, 'ws') : settings.baseUrl;
  return `${base}/broadcasty/${path}?${query.toString()}`;
}

/** The options of a {@link CookieSession}. */
export interface CookieSessionOptions extends ServerOptions {
  /** Called when the session could not be renewed; it is tried again until it has ended. */
  onFailure?: (error: BroadcastyError) => void;
}

/**
 * Keeps the user’s token in a cookie that no script can read, for pages of the server’s own origin:
 * `EventSource` then needs no token, and a `WebSocket` only `credentials=cookie` in its URL. The
 * cookie is renewed before it ends.
 */
export class CookieSession {
  private timer: unknown;
  private expiresMillis = 0;
  private renewal = Promise.resolve();

  private constructor(
    private readonly options: CookieSessionOptions,
    private readonly settings: HttpSettings,
  ) {}

  /**
   * Begins a session.
   *
   * @throws BroadcastyError when there is no token, or the server refuses it
   */
  static async open(options: CookieSessionOptions): Promise<CookieSession> {
    const session = new CookieSession(options, httpSettings(options));
    await session.renew();
    return session;
  }

  /** When the cookie ends, in milliseconds since 1970, by the server’s clock. */
  get expires(): number {
    return this.expiresMillis;
  }

  /** Ends the session: removes the cookie, and renews it no more. */
  async close(): Promise<void> {
    const { clock } = this.settings;
    clock.clearTimeout(this.timer);
    await this.renewal; // whose cookie would outlive this
    clock.clearTimeout(this.timer);
    await request(this.settings, undefined, 'session', { method: 'DELETE' }).finally(() => clock.stop());
  }

  private async renew(): Promise<void> {
    const { clock } = this.settings;
    const token = await requestToken(this.options.getToken, this.settings);
    const answer = await request(this.settings, token, 'session', { body: '' });
    const { expires } = (await answer.json()) as { expires: number };
    this.expiresMillis = expires;
    const sent = Date.parse(answer.headers.get('Date') ?? '');
    const left = expires - (Number.isNaN(sent) ? clock.now() : sent);
    this.schedule(Math.max(left - RENEWAL_MARGIN_MILLIS, Math.min(left / 2, RETRY_MILLIS)));
  }

  private schedule(millis: number): void {
    const { clock } = this.settings;
    clock.clearTimeout(this.timer);
    this.timer = clock.setTimeout(() => {
      this.renewal = this.renew().catch((thrown: unknown) => {
        this.schedule(RETRY_MILLIS);
        this.options.onFailure?.(toError(thrown));
      });
    }, Math.min(millis, 2 ** 31 - 1));
  }
}
