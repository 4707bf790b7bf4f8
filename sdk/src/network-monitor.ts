/** Reports whether the page or process has a network. */
export interface NetworkMonitor {
  /** Returns false only when there is certainly no network. */
  isOnline(): boolean;
  /**
   * Calls back when the network may have changed or a hidden page becomes visible. Returns a
   * function that stops the calls.
   */
  onChange(changed: () => void): () => void;
}

export const SYSTEM_NETWORK_MONITOR: NetworkMonitor = {
  isOnline: () => (globalThis as { navigator?: { onLine?: boolean } }).navigator?.onLine !== false,
  onChange(changed) {
    const { addEventListener: listen, document: page } = globalThis as Partial<Pick<typeof globalThis, 'addEventListener' | 'document'>>;
    const stop = new AbortController();
    const { signal } = stop;
    listen?.('online', changed, { signal });
    listen?.('offline', changed, { signal });
    page?.addEventListener('visibilitychange', () => page.visibilityState !== 'hidden' && changed(), { signal });
    return () => stop.abort();
  },
};
