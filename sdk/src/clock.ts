/** Time and chance, as the client sees them; tests give their own. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back after so long, once. @returns what `clearTimeout` takes */
  setTimeout(task: () => void, millis: number): unknown;
  /** A call that has not come yet does not come any more. */
  clearTimeout(timer: unknown): void;
  /** At least 0, less than 1. */
  random(): number;
}

export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  setTimeout: (task, millis) => setTimeout(task, millis),
  clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
  random: () => Math.random(),
};

/** Waits; ends early, without an error, when the signal says so. */
export function pause(clock: Clock, millis: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clock.clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = clock.setTimeout(done, millis);
    signal?.addEventListener('abort', done);
    if (signal?.aborted) {
      done();
    }
  });
}

/** Settles as the promise does, or fails with what `late` makes when that takes too long, or with the signal’s reason. */
export function within<T>(clock: Clock, promise: Promise<T>, millis: number, late: () => Error, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const fail = () => reject(signal?.reason as Error);
    const timer = millis === Infinity ? undefined : clock.setTimeout(() => reject(late()), millis);
    const settle = () => {
      clock.clearTimeout(timer);
      signal?.removeEventListener('abort', fail);
    };
    signal?.addEventListener('abort', fail);
    if (signal?.aborted) {
      fail();
    }
    promise.then(resolve, reject).finally(settle);
  });
}
