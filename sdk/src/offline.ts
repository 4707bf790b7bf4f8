import { BroadcastyError } from './errors.js';
import type { Envelope } from './wire.js';

/**
 * A publication that waits for the network. Its envelope has an id, so that sending it twice
 * publishes it once.
 */
export interface OfflineEntry {
  /** The publication with its id. */
  envelope: Envelope & { id: string };
  /**
   * The tenant and subject of the token it was published with. It is never sent with another user’s
   * token.
   */
  owner: string;
}

/** Stores waiting publications in the order in which they were added. */
export interface OfflineStore {
  /** Returns all entries, oldest first. */
  all(): Promise<OfflineEntry[]>;
  /** Appends an entry. Resolves when it is stored durably. */
  add(entry: OfflineEntry): Promise<void>;
  /** Removes an entry, if it exists. */
  remove(id: string): Promise<void>;
}

export function memoryStore(): OfflineStore {
  const all = new Map<string, OfflineEntry>();
  return {
    all: () => Promise.resolve([...all.values()]),
    add: (waiting) => Promise.resolve(void all.set(waiting.envelope.id, waiting)),
    remove: (id) => Promise.resolve(void all.delete(id)),
  };
}

/**
 * Creates a store with one `localStorage` entry for each publication, so that tabs do not overwrite
 * each other’s.
 */
export function localStorageStore(name: string, storage: Storage): OfflineStore {
  const prefix = `${name}:`;
  const keys = () =>
    Array.from({ length: storage.length }, (_, i) => storage.key(i) ?? '')
      .filter((key) => key.startsWith(prefix))
      .sort();
  let last = 0;
  return {
    all: () => Promise.resolve(keys().map((key) => JSON.parse(storage.getItem(key) ?? '') as OfflineEntry)),
    add(waiting) {
      last = Math.max(last + 1, Date.now() * 1000);
      storage.setItem(`${prefix}${last}:${waiting.envelope.id}`, JSON.stringify(waiting));
      return Promise.resolve();
    },
    remove(id) {
      keys()
        .filter((key) => key.endsWith(`:${id}`))
        .forEach((key) => storage.removeItem(key));
      return Promise.resolve();
    },
  };
}

/**
 * Creates a store in IndexedDB.
 *
 * @throws DOMException when the database cannot be opened, as in some private windows
 */
export async function indexedDbStore(name: string, factory: IDBFactory): Promise<OfflineStore> {
  const opening = factory.open(name, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore('waiting', { autoIncrement: true }).createIndex('id', 'envelope.id');
  const database = await requestResult<IDBDatabase>(opening);
  const store = (mode: IDBTransactionMode) => database.transaction('waiting', mode).objectStore('waiting');
  return {
    all: async () => (await requestResult(store('readonly').getAll())) as OfflineEntry[],
    add: (waiting) => requestResult(store('readwrite').add(waiting)).then(() => undefined),
    async remove(id) {
      const all = store('readwrite');
      const key = await requestResult(all.index('id').getKey(id));
      if (key !== undefined) {
        await requestResult(all.delete(key));
      }
    },
  };
}

function requestResult<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new DOMException('the IndexedDB request failed'));
  });
}

/** Opens the best available store: IndexedDB, else localStorage, else memory. */
export async function openBestStore(name: string): Promise<OfflineStore> {
  try {
    return await indexedDbStore(name, indexedDB);
  } catch {
    try {
      const storage = localStorage;
      storage.setItem(`${name}?`, '');
      storage.removeItem(`${name}?`);
      return localStorageStore(name, storage);
    } catch {
      return memoryStore();
    }
  }
}

/** The result of sending the offline queue. */
export interface FlushResult {
  /** How many publications the server accepted. */
  sent: number;
  /** How many publications still wait. */
  waiting: number;
  /** The publications that the server rejected for good; they were removed from the queue. */
  refused: { id: string; channel: string; error: BroadcastyError }[];
}

/**
 * Queues publications while there is no network. Sends those of one channel one after the other, in
 * order.
 */
export class OfflineQueue {
  private flushing: Promise<FlushResult> | undefined;
  private readonly counts = new Map<string, number>();
  private readonly store: Promise<OfflineStore>;
  private lastAdd: Promise<unknown>;

  constructor(
    store: OfflineStore | Promise<OfflineStore>,
    private readonly max: number,
  ) {
    this.store = Promise.resolve(store);
    this.lastAdd = this.store.then(async (opened) => (await opened.all()).forEach((one) => this.updateCount(one, 1)));
    this.lastAdd.catch(() => undefined);
  }

  /**
   * Returns whether the channel, or any channel, has waiting publications. Later publications wait
   * behind them to keep their order.
   */
  async hasEntries(channel?: string): Promise<boolean> {
    await this.lastAdd.catch(() => undefined);
    return channel === undefined ? this.counts.size > 0 : this.counts.has(channel);
  }

  /**
   * Appends a publication.
   *
   * @throws BroadcastyError `queue_full`
   */
  async add(waiting: OfflineEntry): Promise<void> {
    const added = this.lastAdd
      .catch(() => undefined)
      .then(async () => {
        const size = [...this.counts.values()].reduce((sum, one) => sum + one, 0);
        if (size >= this.max) {
          throw new BroadcastyError('queue_full', `${this.max} publications already wait for the network; call flushOffline() or raise offline.max`, 'after');
        }
        await (await this.store).add(waiting);
        this.updateCount(waiting, 1);
      });
    this.lastAdd = added;
    await added;
  }

  /**
   * Sends the waiting publications of an owner, as far as possible; concurrent calls share one run.
   *
   * @param send rejects with a BroadcastyError, whose `retry` says whether the publication keeps
   *     waiting
   */
  flush(owner: string, send: (envelope: OfflineEntry['envelope']) => Promise<unknown>): Promise<FlushResult> {
    this.flushing ??= this.sendAll(owner, send).finally(() => (this.flushing = undefined));
    return this.flushing;
  }

  private async sendAll(owner: string, send: (envelope: OfflineEntry['envelope']) => Promise<unknown>): Promise<FlushResult> {
    await this.lastAdd.catch(() => undefined);
    const store = await this.store;
    const flushed: FlushResult = { sent: 0, waiting: 0, refused: [] };
    const blocked = new Set<string>();
    for (;;) {
      const channels = new Map<string, OfflineEntry[]>();
      for (const waiting of await store.all()) {
        const { channel } = waiting.envelope;
        if (waiting.owner === owner && !blocked.has(channel)) {
          channels.set(channel, [...(channels.get(channel) ?? []), waiting]);
        }
      }
      if (channels.size === 0) {
        break;
      }
      await Promise.all(
        [...channels].map(async ([channel, entries]) => {
          for (const waiting of entries) {
            const { id } = waiting.envelope;
            try {
              await send(waiting.envelope);
              flushed.sent++;
            } catch (thrown) {
              const error = thrown as BroadcastyError;
              if (error.retry !== 'no') {
                blocked.add(channel);
                return;
              }
              flushed.refused.push({ id, channel, error });
            }
            await store.remove(id);
            this.updateCount(waiting, -1);
          }
        }),
      );
    }
    flushed.waiting = (await store.all()).filter((one) => one.owner === owner).length;
    return flushed;
  }

  private updateCount({ envelope: { channel } }: OfflineEntry, by: number): void {
    const count = (this.counts.get(channel) ?? 0) + by;
    if (count > 0) {
      this.counts.set(channel, count);
    } else {
      this.counts.delete(channel);
    }
  }
}
