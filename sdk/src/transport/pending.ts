import { unreachable } from '../errors.js';
import type { BroadcastyError } from '../errors.js';

/** What a link asked for and waits to be answered, by number. Nothing is asked after its end. */
export class Pending {
  private readonly waiting = new Map<number, (error: BroadcastyError | undefined, result?: unknown) => void>();
  private lastId = 0;
  private over = false;

  /**
   * @param say sends the call under its number
   * @param first called before anything that comes after the answer
   */
  ask<T>(say: (id: number) => void, first?: (result: T) => void): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.over) {
        reject(unreachable('the connection ended'));
        return;
      }
      const id = ++this.lastId;
      this.waiting.set(id, (error, result) => {
        if (error) {
          reject(error);
        } else {
          first?.(result as T);
          resolve(result as T);
        }
      });
      say(id);
    });
  }

  /** An answer came: an error, or else a result. What nobody waits for is nothing. */
  settle(id: number, error: BroadcastyError | undefined, result?: unknown): void {
    const answered = this.waiting.get(id);
    this.waiting.delete(id);
    answered?.(error, result);
  }

  /** Whoever waits, waits in vain. */
  end(error = unreachable('the connection ended')): void {
    this.over = true;
    this.waiting.forEach((answered) => answered(error));
    this.waiting.clear();
  }
}
