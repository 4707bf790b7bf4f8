import type { Backoff } from './backoff.js';
import { pause, within } from './clock.js';
import type { Clock } from './clock.js';
import type { Connection } from './connection.js';
import { asError, BroadcastyError, timeout } from './errors.js';
import type { Link } from './transport/transport.js';
import type { Envelope, Published, Queued } from './wire.js';

interface Item {
  order: number;
  envelope: Envelope;
  /** Nobody waits for it any more. */
  gone: boolean;
  /** Why the last attempt failed. */
  why?: BroadcastyError;
  resolve: (published: Published | Queued) => void;
  reject: (error: BroadcastyError) => void;
}

const MAX_BATCH = 100;

/**
 * What is to be published, in the order in which it came: sent in batches, no more at a time than the server takes, and sent
 * again in the same order and with the same ids when the line broke before the answer.
 */
export class Outbox {
  private queue: Item[] = [];
  private readonly sending = new Set<Promise<void>>();
  private last = 0;
  private pumping = false;
  private attempt = 0;
  /** Nothing is sent before this. */
  private holdUntil = 0;

  constructor(
    private readonly connection: Connection,
    private readonly clock: Clock,
    private readonly backoff: Backoff,
  ) {}

  /** Settles when the server has answered for good, or time is up. */
  add(envelope: Envelope, timeoutMs: number, signal?: AbortSignal): Promise<Published | Queued> {
    const item: Partial<Item> = { order: ++this.last, envelope, gone: false };
    const answer = new Promise<Published | Queued>((resolve, reject) => Object.assign(item, { resolve, reject }));
    this.queue.push(item as Item);
    void this.pump();
    const late = () => this.connection.lastError ?? item.why ?? timeout('publishing', timeoutMs);
    return within(this.clock, answer, timeoutMs, late, signal).finally(() => (item.gone = true));
  }

  private async pump(): Promise<void> {
    if (this.pumping) {
      return;
    }
    this.pumping = true;
    try {
      while (this.queue.length > 0) {
        const link = await this.connection.linked();
        const wait = this.holdUntil - this.clock.now();
        if (wait > 0) {
          await pause(this.clock, wait);
        } else if (this.sending.size >= link.window) {
          await Promise.race(this.sending);
        } else {
          const batch = this.queue.splice(0, MAX_BATCH).filter(({ gone }) => !gone);
          const sent = this.send(link, batch).finally(() => this.sending.delete(sent));
          this.sending.add(sent);
        }
      }
    } catch (error) {
      this.queue.splice(0).forEach(({ reject }) => reject(asError(error)));
    }
    this.pumping = false;
  }

  private async send(link: Link, batch: Item[]): Promise<void> {
    const answer = await link.publish(batch.map(({ envelope }) => envelope)).catch(asError);
    const { attempt } = this;
    this.attempt = 0;
    batch.forEach((item, i) => {
      const outcome = answer instanceof BroadcastyError ? answer : (answer[i] ?? timeout('publishing', 0));
      if (!(outcome instanceof BroadcastyError)) {
        item.resolve(outcome);
      } else if (outcome.retry === 'no') {
        item.reject(outcome);
      } else {
        this.attempt = attempt + 1;
        this.holdUntil = Math.max(this.holdUntil, this.clock.now() + (outcome.retryAfterMillis ?? this.backoff(attempt, this.clock.random())));
        item.why = outcome;
        this.queue.push(item);
      }
    });
    this.queue.sort((a, b) => a.order - b.order);
    void this.pump();
  }
}
