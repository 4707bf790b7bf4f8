/** What the page or process around the client tells of the network. */
export interface Surroundings {
  /** False only when there is certainly no network. */
  isOnline(): boolean;
  /** Calls back when the network may have changed, or the page is seen again after it was hidden. @returns what ends that */
  onChange(changed: () => void): () => void;
}

export const SURROUNDINGS: Surroundings = {
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
