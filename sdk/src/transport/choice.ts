import { isReachable } from './http.js';
import type { LinkSettings, Transport } from './transport.js';

/** So many failures of WebSocket in a row make way for the other one. */
const FAILURES = 2;
/** For so long WebSocket is not tried again. */
const REMEMBERED_MILLIS = 600_000;

/** Which transport to try next, and what became of it. */
export interface Choice {
  next(): Transport;
  /** A link held for a while, or ended by the server’s word. */
  worked(transport: Transport): void;
  /** A link could not be opened, or broke at once. */
  failed(transport: Transport): Promise<void>;
}

/** There is one transport to choose from. */
export function only(transport: Transport): Choice {
  return { next: () => transport, worked: () => undefined, failed: () => Promise.resolve() };
}

/**
 * The first of two transports, and the second one when the first is blocked or keeps failing. What was found out is
 * remembered for ten minutes, over a reload too where there is a `localStorage`.
 */
export class FirstChoice implements Choice {
  private failures = 0;
  private readonly key: string;
  private avoidUntil = 0;

  constructor(
    private readonly first: Transport,
    private readonly second: Transport,
    private readonly settings: LinkSettings,
  ) {
    this.key = `broadcasty.${second.name}:${settings.baseUrl}`;
    try {
      this.avoidUntil = Number(localStorage.getItem(this.key));
    } catch {
      // no storage here, or none allowed
    }
  }

  next(): Transport {
    const { clock, WebSocket } = this.settings;
    return !WebSocket || clock.now() < this.avoidUntil ? this.second : this.first;
  }

  worked(transport: Transport): void {
    if (transport === this.first) {
      this.failures = 0;
    }
  }

  /**
   * That counts against the first one only when the server can be
   * reached by HTTP, so that a server which is away is waited for.
   */
  async failed(transport: Transport): Promise<void> {
    const { clock } = this.settings;
    if (transport === this.second) {
      this.failures = FAILURES - 1; // neither works: the first has one more try
      this.avoid(0);
    } else if ((await isReachable(this.settings)) && ++this.failures >= FAILURES) {
      this.avoid(clock.now() + REMEMBERED_MILLIS);
    }
  }

  private avoid(until: number): void {
    this.avoidUntil = until;
    try {
      localStorage.setItem(this.key, String(until));
    } catch {
      // remembered in this object alone
    }
  }
}
