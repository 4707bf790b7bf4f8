import { unreachable } from '../errors.js';
import type { BroadcastyError } from '../errors.js';

/** The requests of a session that wait for their answers, by id. */
export class PendingRequests {
  private readonly waiting = new Map<number | undefined, (error: BroadcastyError | undefined, result?: unknown) => void>();
  private lastId = 0;
  private ended = false;

  /**
   * Sends a request. Rejects when the session has ended.
   *
   * @param transmit sends the request with its id
   * @param onResult called before any message that follows the answer is handled
   */
  send<T>(transmit: (id: number) => void, onResult?: (result: T) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.ended) {
        reject(unreachable('the connection ended'));
        return;
      }
      const id = ++this.lastId;
      this.waiting.set(id, (error, result) => {
        if (error) {
          reject(error);
        } else {
          onResult?.(result as T);
          resolve(result as T);
        }
      });
      transmit(id);
    });
  }

  /** Returns whether a request waits for its answer. */
  has(id: number): boolean {
    return this.waiting.has(id);
  }

  /** Settles a request with an error or a result. Ignores unknown ids. */
  settle(id: number | undefined, error: BroadcastyError | undefined, result?: unknown): void {
    const callback = this.waiting.get(id);
    this.waiting.delete(id);
    callback?.(error, result);
  }

  /** Rejects all pending requests, and later ones. */
  fail(error = unreachable('the connection ended')): void {
    this.ended = true;
    this.waiting.forEach((callback) => callback(error));
    this.waiting.clear();
  }
}
