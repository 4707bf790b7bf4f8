import type { Clock } from '../src/clock.js';

/** Time that stands still until a test moves it. */
export class FakeClock implements Clock {
  private time = 1_000_000;
  private tasks: { at: number; task: () => void }[] = [];

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

  /** Time goes by within whatever is running; nothing is called. */
  spend(millis: number): void {
    this.time += millis;
  }

  /** Time goes by, and what is due is called in order. */
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
