import type { Clock } from './clock.js';

/**
 * What happens when a handler is slower than its stream.
 * - `queue`: publications wait, at most `maxQueue`; beyond them the subscription leaves the stream and comes back from its
 *   position once half of them are handled. Nothing is lost as long as the server keeps it.
 * - `drop`: publications wait, at most `maxQueue`; beyond them the oldest are dropped, which is told. The newest are seen
 *   soonest.
 * - `slow-start`: as `queue`, but handed over a few at a time with a pause between: 1 at first, twice as many each time that
 *   the handler kept up, half as many when it did not.
 */
export type Backpressure = 'drop' | 'queue' | 'slow-start';

export interface InboxSettings {
  mode: Backpressure;
  /** How many items may wait. */
  max: number;
  clock: Clock;
  /** Undefined: items wait until they are taken. */
  handler: ((item: never) => unknown) | undefined;
  failed: (error: unknown) => void;
  dropped: (count: number) => void;
  /** There is room again after there was none. */
  drained: () => void;
}

/** How long handlers may run at a stretch before the page gets its turn. */
const SLICE_MILLIS = 8;
/** The pause of `slow-start`: a frame of the screen. */
const FRAME_MILLIS = 16;
const MAX_WINDOW = 1024;

/**
 * What waits for one handler; runs it for one item at a time, in order, and never for long at a stretch. A handler that
 * returns a promise gets the next item when that is settled.
 */
export class Inbox<T> {
  private items: T[] = [];
  private head = 0;
  private busy = false;
  private scheduled = false;
  private full = false;
  private closed = false;
  private sliceEnd = 0;
  private spent = 0;
  private window = 1;
  private readonly takers: ((item: T | undefined) => void)[] = [];

  constructor(private readonly settings: InboxSettings) {}

  get size(): number {
    return this.items.length - this.head;
  }

  /** What waits, in order. */
  rest(): T[] {
    return this.items.slice(this.head);
  }

  hasRoom(): boolean {
    if (this.settings.mode !== 'drop' && this.size >= this.settings.max) {
      this.full = true;
    }
    return !this.full;
  }

  push(item: T): void {
    if (this.closed) {
      return;
    }
    const taker = this.takers.shift();
    if (taker) {
      taker(item);
      return;
    }
    if (this.size === 0 && !this.busy && !this.scheduled && this.settings.handler && this.mayRunNow()) {
      this.run(item);
      return;
    }
    this.items.push(item);
    if (this.size > this.settings.max) {
      this.shift();
      this.settings.dropped(1);
    }
    this.schedule();
  }

  /** The next item for one who asks; undefined when no more will come. */
  take(): Promise<T | undefined> {
    if (this.size > 0) {
      const item = this.shift();
      this.wake();
      return Promise.resolve(item);
    }
    return this.closed ? Promise.resolve(undefined) : new Promise((resolve) => this.takers.push(resolve));
  }

  /** Begins slowly again, after a reconnect. */
  restart(): void {
    this.window = 1;
  }

  /** Nothing is handed over any more. @param finish whether one who takes may still have what waits */
  close(finish = false): void {
    this.closed = true;
    if (!finish) {
      this.items = [];
      this.head = 0;
    }
    this.takers.splice(0).forEach((taker) => taker(undefined));
  }

  private mayRunNow(): boolean {
    if (this.settings.mode === 'slow-start' && this.window < MAX_WINDOW) {
      return false;
    }
    const now = this.settings.clock.now();
    if (now >= this.sliceEnd) {
      this.sliceEnd = now + 2 * SLICE_MILLIS;
      this.spent = 0;
    }
    return this.spent < SLICE_MILLIS;
  }

  private run(item: T): void {
    const { clock, handler, failed } = this.settings;
    const start = clock.now();
    try {
      const result = handler?.(item as never);
      if (result instanceof Promise) {
        this.busy = true;
        result.catch(failed).finally(() => {
          this.busy = false;
          this.schedule();
        });
      }
    } catch (error) {
      failed(error);
    }
    this.spent += clock.now() - start;
  }

  private shift(): T {
    const item = this.items[this.head] as T;
    this.items[this.head++] = undefined as T;
    if (this.head > 1024 && this.head * 2 > this.items.length) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
    return item;
  }

  private wake(): void {
    if (this.full && this.size <= this.settings.max / 2) {
      this.full = false;
      this.settings.drained();
    }
  }

  private schedule(): void {
    if (!this.scheduled && !this.busy && this.size > 0 && this.settings.handler && !this.closed) {
      this.scheduled = true;
      this.settings.clock.setTimeout(() => this.slice(), this.settings.mode === 'slow-start' ? FRAME_MILLIS : 0);
    }
  }

  private slice(): void {
    const { clock, mode } = this.settings;
    const start = clock.now();
    const limit = mode === 'slow-start' ? this.window : Infinity;
    let handed = 0;
    let late = false;
    while (this.size > 0 && !this.busy && handed < limit && !late) {
      this.run(this.shift());
      handed++;
      late = clock.now() - start >= SLICE_MILLIS;
    }
    if (late) {
      this.window = Math.max(1, this.window >> 1);
    } else if (handed === limit) {
      this.window = Math.min(MAX_WINDOW, this.window * 2);
    }
    this.scheduled = false;
    this.wake();
    this.schedule();
  }
}
