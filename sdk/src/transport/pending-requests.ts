import { unreachable } from '../errors.js';
import type { BroadcastyError } from '../errors.js';

/** The requests of a session that wait for their answers, by id. */
export class PendingRequests {
  private readonly callbacks = new Map<number | undefined, (error: BroadcastyError | undefined, result?: unknown) => void>();
  private lastId = 0;
  private over = false;

  /**
   * Sends a request. Rejects when the session has ended.
   *
   * @param transmit sends the request with its id
   * @param onResult called before any message that follows the answer is handled
   */
  send<T>(transmit: (id: number) => void, onResult?: (result: T) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.over) {
        reject(unreachable('the connection ended'));
        return;
      }
      const id = ++this.lastId;
      this.callbacks.set(id, (error, result) => {
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
    return this.callbacks.has(id);
  }

  /** Settles a request with an error or a result. Ignores unknown ids. */
  settle(id: number | undefined, error: BroadcastyError | undefined, result?: unknown): void {
    const callback = this.callbacks.get(id);
    this.callbacks.delete(id);
    callback?.(error, result);
  }

  /** Rejects all pending requests, and later ones. */
  fail(error = unreachable('the connection ended')): void {
    this.over = true;
    this.callbacks.forEach((callback) => callback(error));
    this.callbacks.clear();
  }
}
