import type { Backoff } from './backoff.js';
import { delay, withTimeout } from './clock.js';
import type { ClientClock } from './clock.js';
import type { Connection } from './connection.js';
import { toError, BroadcastyError, timeout } from './errors.js';
import type { PublishOutcome, Session } from './transport/transport.js';
import type { EncodedEnvelope, Published, Queued } from './wire.js';

/** What the caller keeps of a publication. */
export interface OutboxHandle {
  /** Whether nobody waits for the outcome any more; then it is not sent, or not sent again. */
  gone: boolean;
}

interface OutboxItem extends OutboxHandle {
  order: number;
  envelope: EncodedEnvelope;
  /** The error of the last attempt. */
  lastError?: BroadcastyError;
  resolve: (published: Published | Queued) => void;
  reject: (error: BroadcastyError) => void;
}

const MAX_BATCH = 100;

/**
 * Sends publications in the order of the calls, in batches and with no more batches in flight than
 * the server accepts. If the connection breaks before the answer, it sends them again in the same
 * order with the same ids.
 */
export class Outbox {
  private items: OutboxItem[] = [];
  private readonly sending = new Set<Promise<void>>();
  private lastOrder = 0;
  private pumping = false;
  private attempt = 0;
  /** The time before which nothing is sent. */
  private holdUntil = 0;

  constructor(
    private readonly connection: Connection,
    private readonly clock: ClientClock,
    private readonly backoff: Backoff,
  ) {}

  /** Queues an envelope. Resolves with the server’s final answer, and rejects when time is up. */
  add(envelope: EncodedEnvelope, timeoutMs: number, signal?: AbortSignal, handle: OutboxHandle = { gone: false }): Promise<Published | Queued> {
    const item = handle as OutboxItem;
    const answer = new Promise<Published | Queued>((resolve, reject) => Object.assign(item, { order: ++this.lastOrder, envelope, resolve, reject }));
    this.items.push(item);
    void this.pump();
    const timeoutError = () => this.connection.lastError ?? item.lastError ?? timeout('publishing', timeoutMs);
    return withTimeout(this.clock, answer, timeoutMs, timeoutError, signal).finally(() => (item.gone = true));
  }

  private async pump(): Promise<void> {
    if (this.pumping) {
      return;
    }
    this.pumping = true;
    try {
      while (this.items.length > 0) {
        const session = await this.connection.ready();
        const wait = this.holdUntil - this.clock.now();
        if (wait > 0) {
          await delay(this.clock, wait);
        } else if (this.sending.size >= session.window) {
          await Promise.race(this.sending);
        } else {
          const batch = this.items.splice(0, MAX_BATCH).filter(({ gone }) => !gone);
          const sent = this.send(session, batch).finally(() => this.sending.delete(sent));
          this.sending.add(sent);
        }
      }
    } catch (error) {
      this.items.splice(0).forEach(({ reject }) => reject(toError(error)));
    }
    this.pumping = false;
  }

  private async send(session: Session, batch: OutboxItem[]): Promise<void> {
    const answer = await session.publish(batch.map(({ envelope }) => envelope)).catch(toError);
    const { attempt } = this;
    this.attempt = 0;
    batch.forEach((item, i) => {
      const outcome = answer instanceof BroadcastyError ? answer : (answer[i] as PublishOutcome);
      if (!(outcome instanceof BroadcastyError)) {
        item.resolve(outcome);
      } else if (outcome.retry === 'no') {
        item.reject(outcome);
      } else {
        this.attempt = attempt + 1;
        this.holdUntil = Math.max(this.holdUntil, this.clock.now() + (outcome.retryAfterMillis ?? this.backoff(attempt, this.clock.random())));
        item.lastError = outcome;
        this.items.push(item);
      }
    });
    this.items.sort((a, b) => a.order - b.order);
    void this.pump();
  }
}
