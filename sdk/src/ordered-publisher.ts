import type { Clock } from './clock.js';
import { BroadcastyError, toError } from './errors.js';
import type { OfflineEntry, OfflineQueue } from './offline.js';
import type { OutboxHandle } from './outbox.js';
import type { EncodedEnvelope, Published, Queued } from './wire.js';

/** A publication that the outbox sends, until its outcome is known. */
interface Sending {
  envelope: EncodedEnvelope;
  handle: OutboxHandle;
  timer: unknown;
  signal: AbortSignal | undefined;
  resolve: (outcome: Promise<Published | Queued>) => void;
}

/** How deep the server lets JSON be nested, including the array of a batch. */
const MAX_DEPTH = 64;

interface PublisherSettings {
  clock: Clock;
  isOnline: () => boolean;
  /** Returns the owner of publications that are queued now. */
  owner: () => Promise<string>;
  /** Passes a publication to the outbox. */
  send: (envelope: EncodedEnvelope, timeoutMs: number, signal: AbortSignal | undefined, handle: OutboxHandle) => Promise<Published | Queued>;
  /** Called when a publication was queued. */
  onQueued: () => void;
}

/**
 * Passes publications to the outbox, or to the offline queue when they cannot be sent. A channel is
 * in one of the two at a time, which keeps its order: with a publication that is queued, everything
 * that the outbox still sends to its channel moves to the queue first, and what is published while
 * the queue has the channel waits behind it.
 */
export class OrderedPublisher {
  private readonly sending = new Map<string, Set<Sending>>();
  private owner: Promise<string> | undefined;

  constructor(
    private readonly queue: OfflineQueue,
    private readonly settings: PublisherSettings,
  ) {}

  /**
   * Resolves when the publication is published or queued. A request, which has an `until`, is only
   * queued until its signal is aborted, and resolves when it is published.
   */
  async add(envelope: EncodedEnvelope, timeoutMs: number, signal?: AbortSignal): Promise<Published | Queued> {
    await this.queue.loaded();
    signal?.throwIfAborted();
    if (!this.settings.isOnline() || this.queue.hasEntries(envelope.channel)) {
      this.moveToQueue(envelope.channel);
      return this.enqueue(envelope, signal);
    }
    return this.send(envelope, timeoutMs, signal);
  }

  private send(envelope: EncodedEnvelope, timeoutMs: number, signal: AbortSignal | undefined): Promise<Published | Queued> {
    const { clock, send } = this.settings;
    const { channel } = envelope;
    return new Promise((resolve) => {
      const timer = timeoutMs === Infinity ? undefined : clock.setTimeout(() => this.moveToQueue(channel), timeoutMs);
      const one: Sending = { envelope, handle: { gone: false }, timer, signal, resolve };
      const all = this.sending.get(channel) ?? new Set<Sending>();
      this.sending.set(channel, all.add(one));
      const outcome = send(envelope, Infinity, signal, one.handle);
      const settle = () => {
        clock.clearTimeout(timer);
        if (all.delete(one) && all.size === 0) {
          this.sending.delete(channel);
        }
        resolve(outcome);
      };
      outcome.then(settle, (error: unknown) => {
        if (!signal?.aborted && toError(error).retry !== 'no') {
          this.moveToQueue(channel);
        }
        settle();
      });
    });
  }

  /** Takes everything that is not answered yet from the outbox, in order. */
  private moveToQueue(channel: string): void {
    const all = this.sending.get(channel);
    this.sending.delete(channel);
    all?.forEach((one) => {
      all.delete(one);
      one.handle.gone = true; // if it is in flight, the server recognizes its id
      this.settings.clock.clearTimeout(one.timer);
      one.resolve(this.enqueue(one.envelope, one.signal));
    });
  }

  /** Takes its place in the queue at once. A request resolves when it has left the queue. */
  private async enqueue(envelope: EncodedEnvelope, signal: AbortSignal | undefined): Promise<Published | Queued> {
    const { id, channel, json, until } = envelope;
    signal?.throwIfAborted();
    checkDepth(json);
    this.owner ??= this.settings.owner().finally(() => (this.owner = undefined));
    this.owner.catch(() => undefined);
    const outcome = until && this.queue.requestOutcome(id, signal);
    if (until) {
      signal?.addEventListener('abort', () => void this.queue.withdraw(envelope).catch(() => undefined));
    }
    await this.queue.add(JSON.parse(json) as OfflineEntry['envelope'], this.owner, until);
    this.settings.onQueued();
    return outcome || { id, channel, queued: true };
  }
}

/**
 * Refuses what the server would refuse later.
 *
 * @throws BroadcastyError `invalid_request`
 */
function checkDepth(json: string): void {
  let depth = 1;
  for (const [token] of json.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{}]/g)) {
    depth += '[{'.includes(token) ? 1 : ']}'.includes(token) ? -1 : 0;
    if (depth > MAX_DEPTH) {
      throw new BroadcastyError('invalid_request', `the publication is nested deeper than ${MAX_DEPTH} levels`);
    }
  }
}
