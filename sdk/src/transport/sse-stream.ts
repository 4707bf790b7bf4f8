import { matches } from '../channels.js';
import { ChannelTable } from '../channel-table.js';
import { reportUncaught } from '../emitter.js';
import { BroadcastyError, fromServerError, unreachable } from '../errors.js';
import type { End } from '../wire.js';
import { SseParser } from './sse-parser.js';
import type { SseEvent } from './sse-parser.js';
import { request } from './http.js';
import type { SessionSettings } from './transport.js';

/** How long a stream may be silent; the server sends a comment every 20 s. */
const SILENCE_MILLIS = 45_000;

/** One HTTP response with Server-Sent Events. */
export class SseStream {
  readonly table = new ChannelTable();
  /** The server’s id of the stream. */
  session: string | undefined;
  private readonly abort = new AbortController();
  private subscribedCount = 0;
  private receivedAt = 0;
  private watchdog: unknown;
  private closed = false;
  private endError: BroadcastyError | undefined;

  /** @param targets the subscribed channels and patterns; removed ones are no longer delivered */
  constructor(
    readonly targets: Set<string>,
    private readonly settings: SessionSettings,
    private readonly listener: { onEvent(event: SseEvent): void; onEnd(end: BroadcastyError): void },
  ) {}

  /** Opens the stream. Resolves when the server has confirmed every target. */
  async open(token: string, path: string, headers: Record<string, string>): Promise<void> {
    const targets = this.targets.size;
    const response = await request(this.settings, token, path, { headers, signal: this.abort.signal });
    await new Promise<void>((resolve, reject) => {
      const parser = new SseParser((event) => {
        if (this.closed) {
          return;
        }
        try {
          if (event.event === 'end') {
            this.endError = fromServerError(JSON.parse(event.data) as End);
          } else {
            this.listener.onEvent(event);
          }
        } catch (error) {
          reportUncaught(error); // it is the client’s, and says nothing about the connection
        }
        if (event.event === 'subscribed' && ++this.subscribedCount === targets) {
          resolve();
        }
      });
      this.startWatch();
      void this.read(response, parser).then((end) => {
        this.close();
        this.listener.onEnd(end);
        reject(unreachable('the stream ended'));
      });
    });
  }

  /** Returns whether the stream still delivers a channel. */
  delivers(channel: string): boolean {
    return this.targets.has(channel) || [...this.targets].some((target) => matches(target, channel));
  }

  checkAlive(): void {
    if (this.settings.clock.now() - this.receivedAt > SILENCE_MILLIS) {
      this.abort.abort();
    }
  }

  close(): void {
    this.closed = true;
    this.settings.clock.clearTimeout(this.watchdog);
    this.abort.abort();
  }

  private async read(response: Response, parser: SseParser): Promise<BroadcastyError> {
    const reader = response.body?.getReader();
    const decoder = new TextDecoder();
    const next = () => reader?.read().catch(() => undefined); // undefined: the connection broke
    for (let chunk = await next(); chunk?.value; chunk = await next()) {
      this.receivedAt = this.settings.clock.now();
      parser.push(decoder.decode(chunk.value, { stream: true }));
    }
    return this.endError ?? new BroadcastyError('unreachable', 'the stream ended', 'yes');
  }

  private startWatch(): void {
    this.receivedAt = this.settings.clock.now();
    const watch = () => {
      this.checkAlive();
      this.watchdog = this.settings.clock.setTimeout(watch, SILENCE_MILLIS / 3);
    };
    this.watchdog = this.settings.clock.setTimeout(watch, SILENCE_MILLIS / 3);
  }
}
