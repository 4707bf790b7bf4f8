/** What the page or process around the client tells of the network. */
export interface Surroundings {
  /** False only when there is certainly no network. */
  isOnline(): boolean;
  /** Calls back when the network may have changed, or the page is seen again after it was hidden. @returns what ends that */
  onChange(changed: () => void): () => void;
}

export const SURROUNDINGS: Surroundings = {
  isOnline: () => typeof navigator === 'undefined' || (navigator as { onLine?: boolean }).onLine !== false,
  onChange(changed) {
    const page = typeof document === 'undefined' ? undefined : document;
    const seen = () => page?.visibilityState !== 'hidden' && changed();
    const world = globalThis as Partial<Pick<typeof globalThis, 'addEventListener' | 'removeEventListener'>>;
    for (const event of ['online', 'offline']) {
      world.addEventListener?.(event, changed);
    }
    page?.addEventListener('visibilitychange', seen);
    return () => {
      for (const event of ['online', 'offline']) {
        world.removeEventListener?.(event, changed);
      }
      page?.removeEventListener('visibilitychange', seen);
    };
  },
};
