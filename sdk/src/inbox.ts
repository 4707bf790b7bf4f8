import type { Clock } from './clock.js';

/**
 * What happens when a handler is slower than its stream.
 *
 * - `queue`: at most `maxQueue` publications wait. When the queue is full, the client unsubscribes;
 *   when half of it is handled, it resumes from its position. Nothing is lost as long as the server
 *   retains it.
 * - `drop`: at most `maxQueue` publications wait. When the queue is full, the oldest are dropped,
 *   which the `dropped` event reports. The newest arrive soonest.
 * - `slow-start`: as `queue`, but publications are delivered in batches, one every 16 ms. A batch
 *   starts with 1, doubles while the handler keeps up, and halves when it does not.
 */
export type Backpressure = 'drop' | 'queue' | 'slow-start';

export interface InboxSettings {
  mode: Backpressure;
  /** The maximum number of waiting items. */
  max: number;
  clock: Clock;
  /** Undefined: items wait until `take` is called. */
  handler: ((item: never) => unknown) | undefined;
  onError: (error: unknown) => void;
  onDropped: (count: number) => void;
  /** Called when there is room again after the inbox was full. */
  onDrained: () => void;
}

/** The maximum time that handlers run before the page can continue. */
const SLICE_MILLIS = 8;
/** The interval of `slow-start`: one frame of the screen. */
const FRAME_MILLIS = 16;
const MAX_BATCH_SIZE = 1024;

/**
 * Queues items for one handler and calls it with one item at a time, in order, in short slices of
 * time. If the handler returns a promise, the next call follows when it is settled.
 */
export class Inbox<T> {
  private items: T[] = [];
  private offset = 0;
  private busy = false;
  private scheduled = false;
  private isFull = false;
  private closed = false;
  private sliceEnd = 0;
  private spent = 0;
  private batchSize = 1;
  private readonly receivers: ((item: T | undefined) => void)[] = [];

  constructor(private readonly settings: InboxSettings) {}

  get size(): number {
    return this.items.length - this.offset;
  }

  /** The waiting items, in order. */
  pending(): T[] {
    return this.items.slice(this.offset);
  }

  hasRoom(): boolean {
    if (this.settings.mode !== 'drop' && this.size >= this.settings.max) {
      this.isFull = true;
    }
    return !this.isFull;
  }

  push(item: T): void {
    if (this.closed) {
      return;
    }
    const receiver = this.receivers.shift();
    if (receiver) {
      receiver(item);
      return;
    }
    this.items.push(item);
    if (this.size > this.settings.max) {
      this.removeFirst();
      this.settings.onDropped(1);
    }
  }

  /** Calls the handler for what waits: at once if it is idle and has time left, otherwise soon. */
  run(): void {
    if (this.size === 1 && !this.busy && !this.scheduled && this.settings.handler && this.mayRun()) {
      this.handle(this.removeFirst());
    }
    this.schedule();
  }

  /** Resolves with the next item, or with undefined when the inbox is closed. */
  take(): Promise<T | undefined> {
    if (this.size > 0) {
      const item = this.removeFirst();
      this.drain();
      return Promise.resolve(item);
    }
    return this.closed ? Promise.resolve(undefined) : new Promise((resolve) => this.receivers.push(resolve));
  }

  /** Resets `slow-start` after a reconnect. */
  restart(): void {
    this.batchSize = 1;
  }

  /**
   * Stops delivery.
   *
   * @param finish whether `take` still returns the waiting items
   */
  close(finish = false): void {
    this.closed = true;
    if (!finish) {
      this.items = [];
      this.offset = 0;
    }
    this.receivers.splice(0).forEach((receiver) => receiver(undefined));
  }

  private mayRun(): boolean {
    if (this.settings.mode === 'slow-start' && this.batchSize < MAX_BATCH_SIZE) {
      return false;
    }
    const now = this.settings.clock.now();
    if (now >= this.sliceEnd) {
      this.sliceEnd = now + 2 * SLICE_MILLIS;
      this.spent = 0;
    }
    return this.spent < SLICE_MILLIS;
  }

  private handle(item: T): void {
    const { clock, handler, onError } = this.settings;
    const start = clock.now();
    try {
      const result = handler?.(item as never);
      if (result instanceof Promise) {
        this.busy = true;
        result.catch(onError).finally(() => {
          this.busy = false;
          this.schedule();
        });
      }
    } catch (error) {
      onError(error);
    }
    this.spent += clock.now() - start;
  }

  private removeFirst(): T {
    const item = this.items[this.offset] as T;
    this.items[this.offset++] = undefined as T;
    if (this.offset > 1024 && this.offset * 2 > this.items.length) {
      this.items = this.items.slice(this.offset);
      this.offset = 0;
    }
    return item;
  }

  private drain(): void {
    if (this.isFull && this.size <= this.settings.max / 2) {
      this.isFull = false;
      this.settings.onDrained();
    }
  }

  private schedule(): void {
    if (!this.scheduled && !this.busy && this.size > 0 && this.settings.handler && !this.closed) {
      this.scheduled = true;
      this.settings.clock.setTimeout(() => this.runBatch(), this.settings.mode === 'slow-start' ? FRAME_MILLIS : 0);
    }
  }

  private runBatch(): void {
    const { clock, mode } = this.settings;
    const start = clock.now();
    const limit = mode === 'slow-start' ? this.batchSize : Infinity;
    let handled = 0;
    let overran = false;
    while (this.size > 0 && !this.busy && handled < limit && !overran) {
      this.handle(this.removeFirst());
      handled++;
      overran = clock.now() - start >= SLICE_MILLIS;
    }
    if (overran) {
      this.batchSize = Math.max(1, this.batchSize >> 1);
    } else if (handled === limit) {
      this.batchSize = Math.min(MAX_BATCH_SIZE, this.batchSize * 2);
    }
    this.scheduled = false;
    this.drain();
    this.schedule();
  }
}
