import { closed } from './errors.js';

/** Time and randomness, which tests can replace. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `task` once after `millis` milliseconds. Returns a timer for `clearTimeout`. */
  setTimeout(task: () => void, millis: number): unknown;
  /** Cancels a timer that has not fired. */
  clearTimeout(timer: unknown): void;
  /** Returns a random number, at least 0 and less than 1. */
  random(): number;
}

const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  setTimeout: (task, millis) => setTimeout(task, millis),
  clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
  random: () => Math.random(),
};

/** The clock of one client. When the client is closed, no timer remains and nobody waits. */
export interface ClientClock extends Clock {
  /** Whether the client is closed. */
  stopped: boolean;
  /** @param onStop called instead of the task when the client is closed */
  setTimeout(task: () => void, millis: number, onStop?: () => void): unknown;
  /** Cancels every timer, now and later. */
  stop(): void;
}

export function clientClock(clock = SYSTEM_CLOCK): ClientClock {
  const timers = new Map<unknown, (() => void) | undefined>();
  const own: ClientClock = {
    stopped: false,
    now: () => clock.now(),
    random: () => clock.random(),
    setTimeout(task, millis, onStop) {
      if (own.stopped) {
        onStop?.();
        return undefined;
      }
      const timer = clock.setTimeout(() => {
        timers.delete(timer);
        task();
      }, millis);
      timers.set(timer, onStop);
      return timer;
    },
    clearTimeout(timer) {
      timers.delete(timer);
      clock.clearTimeout(timer);
    },
    stop() {
      own.stopped = true;
      timers.forEach((onStop, timer) => {
        own.clearTimeout(timer);
        onStop?.();
      });
    },
  };
  return own;
}

/**
 * Settles like the promise. Rejects with the error of `timeoutError` after `millis` milliseconds,
 * with the signal’s reason when the signal is aborted, and with `closed` when the client is closed.
 */
export function withTimeout<T>(clock: ClientClock, promise: Promise<T>, millis: number, timeoutError: () => Error, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const settle = () => {
      clock.clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    const fail = (error: Error) => {
      settle();
      reject(error);
    };
    const abort = () => fail(signal?.reason as Error);
    let timer: unknown;
    if (millis !== Infinity) {
      timer = clock.setTimeout(() => fail(timeoutError()), millis, () => fail(closed()));
    }
    signal?.addEventListener('abort', abort);
    if (signal?.aborted) {
      abort();
    }
    promise.then(resolve, reject).finally(settle);
  });
}

/**
 * Resolves after `millis` milliseconds, or as soon as the signal is aborted or the client is closed.
 */
export function delay(clock: ClientClock, millis: number, signal?: AbortSignal): Promise<void> {
  return withTimeout(clock, new Promise<void>(() => undefined), millis, closed, signal).catch(() => undefined);
}
