import { matches } from '../channels.js';
import { ChannelTable } from '../channel-table.js';
import { BroadcastyError, ending, unreachable } from '../errors.js';
import type { End } from '../wire.js';
import { EventParser } from './events.js';
import type { ServerEvent } from './events.js';
import { request } from './http.js';
import type { LinkSettings } from './transport.js';

/** The server comments every 20 s. */
const SILENCE_MILLIS = 45_000;

/** One response that never ends by itself. */
export class Stream {
  readonly table = new ChannelTable();
  private readonly cut = new AbortController();
  private subscribed = 0;
  private heardAt = 0;
  private watchdog: unknown;
  private closed = false;
  private announced: BroadcastyError | undefined;

  /** @param targets what it is to deliver; what is taken out is not wanted of it any more */
  constructor(
    readonly targets: Set<string>,
    private readonly settings: LinkSettings,
    private readonly owner: { heard(event: ServerEvent): void; ended(end: BroadcastyError): void },
  ) {}

  /** Opens the stream; done when the server has told of every target that it is subscribed to. */
  async open(token: string, path: string, headers: Record<string, string>): Promise<void> {
    const targets = this.targets.size;
    const response = await request(this.settings, token, path, { headers, signal: this.cut.signal });
    await new Promise<void>((resolve, reject) => {
      const parser = new EventParser((event) => {
        if (this.closed) {
          return;
        }
        if (event.event === 'end') {
          this.announced = ending(JSON.parse(event.data) as End);
          return;
        }
        this.owner.heard(event);
        if (event.event === 'subscribed' && ++this.subscribed === targets) {
          resolve();
        }
      });
      this.guard();
      void this.read(response, parser).then((end) => {
        this.close();
        this.owner.ended(end);
        reject(unreachable('the stream ended'));
      });
    });
  }

  /** Whether a channel is still wanted of it. */
  delivers(channel: string): boolean {
    return this.targets.has(channel) || [...this.targets].some((target) => matches(target, channel));
  }

  check(): void {
    if (this.settings.clock.now() - this.heardAt > SILENCE_MILLIS) {
      this.cut.abort();
    }
  }

  close(): void {
    this.closed = true;
    this.settings.clock.clearTimeout(this.watchdog);
    this.cut.abort();
  }

  private async read(response: Response, parser: EventParser): Promise<BroadcastyError> {
    try {
      const reader = response.body?.getReader();
      const decoder = new TextDecoder();
      for (let chunk = await reader?.read(); chunk?.value; chunk = await reader?.read()) {
        this.heardAt = this.settings.clock.now();
        parser.push(decoder.decode(chunk.value, { stream: true }));
      }
    } catch {
      // a broken line
    }
    return this.announced ?? new BroadcastyError('unreachable', 'the stream ended', 'yes');
  }

  private guard(): void {
    this.heardAt = this.settings.clock.now();
    const look = () => {
      this.check();
      this.watchdog = this.settings.clock.setTimeout(look, SILENCE_MILLIS / 3);
    };
    this.watchdog = this.settings.clock.setTimeout(look, SILENCE_MILLIS / 3);
  }
}
