/** Calls listeners of events. `E` maps event names to their details. */
export class Emitter<E> {
  private readonly listeners = new Map<keyof E, Set<(detail: never) => void>>();

  /** Adds a listener. Returns a function that removes it. */
  on<K extends keyof E>(event: K, listener: (detail: E[K]) => void): () => void {
    const all = this.listeners.get(event) ?? new Set<(detail: never) => void>();
    this.listeners.set(event, all.add(listener));
    return () => all.delete(listener);
  }

  /**
   * Calls every listener, and returns whether there is one. An error of a listener is reported as
   * uncaught and does not stop the others.
   */
  emit<K extends keyof E>(event: K, detail: E[K]): boolean {
    const all = [...(this.listeners.get(event) ?? [])];
    for (const listener of all) {
      try {
        listener(detail as never);
      } catch (error) {
        reportUncaught(error);
      }
    }
    return all.length > 0;
  }
}

/** Reports an error of the application’s code as the runtime does with uncaught ones. */
export function reportUncaught(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
