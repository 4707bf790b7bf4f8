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

export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  setTimeout: (task, millis) => setTimeout(task, millis),
  clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
  random: () => Math.random(),
};

/**
 * Settles like the promise. Rejects with the error of `timeoutError` after `millis` milliseconds,
 * and with the signal’s reason when the signal is aborted.
 */
export function withTimeout<T>(clock: Clock, promise: Promise<T>, millis: number, timeoutError: () => Error, signal?: AbortSignal): Promise<T> {
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
    const timer = millis === Infinity ? undefined : clock.setTimeout(() => fail(timeoutError()), millis);
    signal?.addEventListener('abort', abort);
    if (signal?.aborted) {
      abort();
    }
    promise.then(resolve, reject).finally(settle);
  });
}

/** Resolves after `millis` milliseconds, or as soon as the signal is aborted. */
export function delay(clock: Clock, millis: number, signal?: AbortSignal): Promise<void> {
  return withTimeout(clock, new Promise<void>(() => undefined), millis, closed, signal).catch(() => undefined);
}
