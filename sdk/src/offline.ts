import { BroadcastyError } from './errors.js';
import type { Envelope } from './wire.js';

/** A publication that waits for the network; its envelope has an id, so that sending it twice publishes it once. */
export interface Waiting {
  envelope: Envelope & { id: string };
  /** Whose token it was published with: tenant and subject. Nobody else’s token sends it. */
  owner: string;
}

/** Where publications wait, in the order in which they were added. */
export interface OfflineStore {
  /** What waits, the oldest first. */
  all(): Promise<Waiting[]>;
  /** Puts one behind the others; settled when it is kept safely. */
  add(waiting: Waiting): Promise<void>;
  /** Takes one away, if it is there. */
  remove(id: string): Promise<void>;
}

export function memoryStore(): OfflineStore {
  const all = new Map<string, Waiting>();
  return {
    all: () => Promise.resolve([...all.values()]),
    add: (waiting) => Promise.resolve(void all.set(waiting.envelope.id, waiting)),
    remove: (id) => Promise.resolve(void all.delete(id)),
  };
}

/** One entry of `localStorage` for each publication, so that tabs do not overwrite each other’s. */
export function localStore(name: string, storage: Storage): OfflineStore {
  const prefix = `${name}:`;
  const keys = () =>
    Array.from({ length: storage.length }, (_, i) => storage.key(i) ?? '')
      .filter((key) => key.startsWith(prefix))
      .sort();
  let last = 0;
  return {
    all: () => Promise.resolve(keys().map((key) => JSON.parse(storage.getItem(key) ?? '') as Waiting)),
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

/** @throws when the database cannot be opened, as in some private windows */
export async function indexedStore(name: string, factory: IDBFactory): Promise<OfflineStore> {
  const opening = factory.open(name, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore('waiting', { autoIncrement: true }).createIndex('id', 'envelope.id');
  const database = await done<IDBDatabase>(opening);
  const store = (mode: IDBTransactionMode) => database.transaction('waiting', mode).objectStore('waiting');
  return {
    all: async () => (await done(store('readonly').getAll())) as Waiting[],
    add: (waiting) => done(store('readwrite').add(waiting)).then(() => undefined),
    async remove(id) {
      const all = store('readwrite');
      const key = await done(all.index('id').getKey(id));
      if (key !== undefined) {
        await done(all.delete(key));
      }
    },
  };
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new DOMException('the database failed'));
  });
}

/** The best store there is: IndexedDB, else localStorage, else memory. */
export async function bestStore(name: string): Promise<OfflineStore> {
  try {
    return await indexedStore(name, indexedDB);
  } catch {
    try {
      const storage = localStorage;
      storage.setItem(`${name}?`, '');
      storage.removeItem(`${name}?`);
      return localStore(name, storage);
    } catch {
      return memoryStore();
    }
  }
}

/** What became of publications that waited for the network. */
export interface Flushed {
  /** How many publications were taken by the server. */
  sent: number;
  /** How many still wait. */
  waiting: number;
  /** What the server refused for good; these do not wait any more. */
  refused: { id: string; channel: string; error: BroadcastyError }[];
}

/** Publications that wait for the network. Those of one channel are sent one after the other, in order. */
export class OfflineQueue {
  private flushing: Promise<Flushed> | undefined;
  private readonly count = new Map<string, number>();
  private readonly store: Promise<OfflineStore>;
  private adding: Promise<unknown>;

  constructor(
    store: OfflineStore | Promise<OfflineStore>,
    private readonly max: number,
  ) {
    this.store = Promise.resolve(store);
    this.adding = this.store.then(async (opened) => (await opened.all()).forEach((one) => this.counted(one, 1)));
    this.adding.catch(() => undefined);
  }

  /** Whether anything waits, on this channel or on any: what comes later has to wait behind it, so that it keeps its order. */
  async holds(channel?: string): Promise<boolean> {
    await this.adding.catch(() => undefined);
    return channel === undefined ? this.count.size > 0 : this.count.has(channel);
  }

  /** @throws BroadcastyError `queue_full` */
  async add(waiting: Waiting): Promise<void> {
    const added = this.adding
      .catch(() => undefined)
      .then(async () => {
        const size = [...this.count.values()].reduce((sum, one) => sum + one, 0);
        if (size >= this.max) {
          throw new BroadcastyError('queue_full', `${this.max} publications wait for the network already; wait for flushOffline(), or set offline.max`, 'after');
        }
        await (await this.store).add(waiting);
        this.counted(waiting, 1);
      });
    this.adding = added;
    await added;
  }

  /**
   * Sends what waits, as far as it goes; one call at a time.
   *
   * @param send rejects with a BroadcastyError; `retry` tells whether the publication goes on waiting
   */
  flush(owner: string, send: (envelope: Waiting['envelope']) => Promise<unknown>): Promise<Flushed> {
    this.flushing ??= this.run(owner, send).finally(() => (this.flushing = undefined));
    return this.flushing;
  }

  private async run(owner: string, send: (envelope: Waiting['envelope']) => Promise<unknown>): Promise<Flushed> {
    await this.adding.catch(() => undefined);
    const store = await this.store;
    const flushed: Flushed = { sent: 0, waiting: 0, refused: [] };
    const stuck = new Set<string>();
    for (;;) {
      const channels = new Map<string, Waiting[]>();
      for (const waiting of await store.all()) {
        const { channel } = waiting.envelope;
        if (waiting.owner === owner && !stuck.has(channel)) {
          channels.set(channel, [...(channels.get(channel) ?? []), waiting]);
        }
      }
      if (channels.size === 0) {
        break;
      }
      await Promise.all(
        [...channels].map(async ([channel, all]) => {
          for (const waiting of all) {
            const { id } = waiting.envelope;
            try {
              await send(waiting.envelope);
              flushed.sent++;
            } catch (thrown) {
              const error = thrown as BroadcastyError;
              if (error.retry !== 'no') {
                stuck.add(channel);
                return;
              }
              flushed.refused.push({ id, channel, error });
            }
            await store.remove(id);
            this.counted(waiting, -1);
          }
        }),
      );
    }
    flushed.waiting = (await store.all()).filter((one) => one.owner === owner).length;
    return flushed;
  }

  private counted({ envelope: { channel } }: Waiting, by: number): void {
    const count = (this.count.get(channel) ?? 0) + by;
    if (count > 0) {
      this.count.set(channel, count);
    } else {
      this.count.delete(channel);
    }
  }
}
