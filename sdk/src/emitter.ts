/** Tells listeners of events; `E` names each event and what comes with it. */
export class Emitter<E> {
  private readonly listeners = new Map<keyof E, Set<(detail: never) => void>>();

  /** @returns what takes the listener away again */
  on<K extends keyof E>(event: K, listener: (detail: E[K]) => void): () => void {
    let all = this.listeners.get(event);
    if (!all) {
      this.listeners.set(event, (all = new Set()));
    }
    all.add(listener);
    return () => all.delete(listener);
  }

  /** A listener that throws keeps no other one from hearing; its error is reported as uncaught. */
  emit<K extends keyof E>(event: K, detail: E[K]): void {
    for (const listener of this.listeners.get(event) ?? []) {
      try {
        listener(detail as never);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
