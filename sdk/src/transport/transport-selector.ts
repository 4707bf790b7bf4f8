import { isReachable } from './http.js';
import type { SessionSettings, Transport } from './transport.js';

/** The number of consecutive failures after which WebSocket is avoided. */
const MAX_FAILURES = 2;
/** How long WebSocket is avoided. */
const AVOID_MILLIS = 600_000;

/** Selects the transport of the next session. */
export interface TransportSelector {
  next(): Transport;
  /** Reports a session that lasted, or that the server ended. */
  succeeded?(transport: Transport): void;
  /** Reports a session that could not be opened or broke at once. */
  failed?(transport: Transport): Promise<void>;
}

/** Creates a selector with one transport. */
export function fixedTransport(transport: Transport): TransportSelector {
  return { next: () => transport };
}

/**
 * Selects the preferred transport, and the fallback when the preferred one is blocked or keeps
 * failing. The decision lasts for ten minutes, also across reloads where there is a `localStorage`.
 */
export class FallbackSelector implements TransportSelector {
  private failures = 0;
  private readonly key: string;
  private avoidUntil = 0;

  constructor(
    private readonly preferred: Transport,
    private readonly fallback: Transport,
    private readonly settings: SessionSettings,
  ) {
    this.key = `broadcasty.${fallback.name}:${settings.baseUrl}`;
    try {
      this.avoidUntil = Number(localStorage.getItem(this.key));
    } catch {
      // storage is missing or forbidden
    }
  }

  next(): Transport {
    const { clock, WebSocket } = this.settings;
    return !WebSocket || clock.now() < this.avoidUntil ? this.fallback : this.preferred;
  }

  succeeded(transport: Transport): void {
    if (transport === this.preferred) {
      this.failures = 0;
    }
  }

  /**
   * Counts a failure of the preferred transport only if the server is reachable over HTTP, so that
   * a server that is down does not change the selection.
   */
  async failed(transport: Transport): Promise<void> {
    const { clock } = this.settings;
    if (transport === this.fallback) {
      this.failures = MAX_FAILURES - 1; // neither works: try the preferred one once more
      this.avoidPreferred(0);
    } else if ((await isReachable(this.settings)) && ++this.failures >= MAX_FAILURES) {
      this.avoidPreferred(clock.now() + AVOID_MILLIS);
    }
  }

  private avoidPreferred(until: number): void {
    this.avoidUntil = until;
    try {
      localStorage.setItem(this.key, String(until));
    } catch {
      // remember it in this object only
    }
  }
}
