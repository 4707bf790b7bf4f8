import type { Clock } from '../src/clock.js';

/** A clock that only advances when a test says so. */
export class FakeClock implements Clock {
  private tasks: { at: number; task: () => void }[] = [];

  constructor(private time = 1_000_000) {}

  now = () => this.time;

  setTimeout = (task: () => void, millis: number): unknown => {
    const entry = { at: this.time + millis, task };
    this.tasks.push(entry);
    return entry;
  };

  clearTimeout = (timer: unknown): void => {
    this.tasks = this.tasks.filter((entry) => entry !== timer);
  };

  random = () => 0.5;

  /** The number of timers that have not fired. */
  get pending(): number {
    return this.tasks.length;
  }

  /** Advances the time while a task runs; fires no timers. */
  elapse(millis: number): void {
    this.time += millis;
  }

  /** Advances the time and fires the due timers in order. */
  advance(millis: number): void {
    const until = this.time + millis;
    for (;;) {
      const next = this.tasks.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (!next) {
        break;
      }
      this.clearTimeout(next);
      this.time = Math.max(this.time, next.at);
      next.task();
    }
    this.time = Math.max(this.time, until);
  }
}
