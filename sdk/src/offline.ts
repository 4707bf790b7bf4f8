import type { Clock } from './clock.js';
import { BroadcastyError } from './errors.js';
import type { ErrorCode } from './errors.js';
import type { EncodedEnvelope, Envelope, Published, Queued } from './wire.js';

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
  /** Of a request: the time after which nobody waits for its reply, so that it is not sent. */
  until?: number;
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

/** A queued publication that the server rejected for good; it was removed from the queue. */
export interface Refused {
  /** The id of the publication. */
  id: string;
  /** The channel it was meant for. */
  channel: string;
  /** The reason. */
  error: BroadcastyError;
}

/**
 * The result of sending the offline queue. It includes what the client sent by itself since the
 * last call.
 */
export interface FlushResult {
  /** How many publications the server accepted. */
  sent: number;
  /** How many publications still wait. */
  waiting: number;
  /** The publications that the server rejected for good; the newest, if more than `offline.max`. */
  refused: Refused[];
}

/** Learns the fate of each queued publication. */
export interface QueueListener {
  onSent: (outcome: Published | Queued) => void;
  onRefused: (refused: Refused) => void;
}

/**
 * The errors that say nothing about a publication, although repeating the request does not help:
 * it waits for another connection or token.
 */
const OF_THE_CONNECTION: readonly ErrorCode[] = ['unauthorized', 'token_expired', 'tenant_refused', 'origin_not_allowed', 'too_many_channels', 'disconnected', 'protocol_error', 'no_token', 'no_websocket', 'closed'];

/** Somebody who waits for a request in the queue to be sent. */
interface PendingRequest {
  resolve: (outcome: Promise<Published | Queued>) => void;
  /** Aborted when nobody waits any more; then the request is not sent. */
  signal: AbortSignal | undefined;
}

/** @param signal aborted when nobody waits for the outcome any more */
type Send = (envelope: OfflineEntry['envelope'], signal?: AbortSignal) => Promise<Published | Queued>;

/**
 * Queues publications while there is no network. Sends those of one channel one after the other, in
 * order.
 */
export class OfflineQueue {
  private flushing: Promise<number> | undefined;
  /** The ids of the waiting publications of each channel. */
  private readonly ids = new Map<string, Set<string>>();
  private readonly store: Promise<OfflineStore>;
  private readonly initial: Promise<unknown>;
  private lastAdd: Promise<unknown>;
  /** How many publications have left the queue. */
  settled = 0;
  private sent = 0;
  private refused: Refused[] = [];
  /** Those who wait for the requests in the queue to be sent, by id. */
  private readonly requests = new Map<string, PendingRequest>();

  constructor(
    store: OfflineStore | Promise<OfflineStore>,
    private readonly max: number,
    private readonly listener: QueueListener,
    private readonly clock: Clock,
  ) {
    this.store = Promise.resolve(store);
    this.lastAdd = this.store.then(async () => (await this.entries()).forEach(({ envelope }) => this.idsOf(envelope.channel).add(envelope.id)));
    this.lastAdd.catch(() => undefined);
    this.initial = this.lastAdd;
  }

  /** Resolves when the publications of earlier pages are known. */
  async loaded(): Promise<void> {
    await this.initial.catch(() => undefined);
  }

  /**
   * Returns whether the channel, or any channel, has waiting publications. Later publications wait
   * behind them to keep their order.
   */
  hasEntries(channel?: string): boolean {
    return channel === undefined ? this.ids.size > 0 : this.ids.has(channel);
  }

  /** Resolves when a request is sent or refused, which the listener is not told. */
  requestOutcome(id: string, signal?: AbortSignal): Promise<Published | Queued> {
    return new Promise((resolve) => this.requests.set(id, { resolve, signal }));
  }

  /** Removes a request whose signal is aborted. */
  async withdraw({ channel, id }: EncodedEnvelope): Promise<void> {
    await this.lastAdd.catch(() => undefined);
    await (await this.store).remove(id);
    this.forget(channel, id);
    await this.flushing?.catch(() => undefined); // it may have read the request before
    this.requests.delete(id);
  }

  /**
   * Appends a publication; its place is that of the call.
   *
   * @throws BroadcastyError `queue_full`, or why the owner is unknown
   */
  async add(envelope: OfflineEntry['envelope'], owner: Promise<string>, until?: number): Promise<void> {
    const { channel, id } = envelope;
    const size = [...this.ids.values()].reduce((sum, { size: one }) => sum + one, 0);
    if (size >= this.max) {
      throw new BroadcastyError('queue_full', `${this.max} publications already wait for the network; call flushOffline() or raise offline.max`, 'after');
    }
    this.idsOf(channel).add(id);
    const added = this.lastAdd.catch(() => undefined).then(async () => (await this.store).add({ envelope, owner: await owner, ...(until ? { until } : {}) }));
    this.lastAdd = added;
    try {
      await added;
    } catch (error) {
      this.forget(channel, id);
      throw error;
    }
  }

  /**
   * Sends the waiting publications of an owner, as far as possible; concurrent calls share one run.
   * Resolves with the number of those that still wait.
   *
   * @param send rejects with a BroadcastyError, whose `retry` says whether the publication keeps
   *     waiting
   */
  flush(owner: string, send: Send): Promise<number> {
    this.flushing ??= this.sendAll(owner, send).finally(() => (this.flushing = undefined));
    return this.flushing;
  }

  /** Returns what was sent and refused since the last call. */
  takeResult(waiting: number): FlushResult {
    const { sent, refused } = this;
    this.sent = 0;
    this.refused = [];
    return { sent, waiting, refused };
  }

  private async sendAll(owner: string, send: Send): Promise<number> {
    const store = await this.store;
    const blocked = new Set<string>();
    const settled = new Set<string>();
    for (;;) {
      await this.lastAdd.catch(() => undefined);
      const channels = new Map<string, OfflineEntry[]>();
      for (const waiting of await this.entries()) {
        const { channel, id } = waiting.envelope;
        if (waiting.owner === owner && !blocked.has(channel) && !settled.has(id)) {
          channels.set(channel, [...(channels.get(channel) ?? []), waiting]);
        }
      }
      if (channels.size === 0) {
        break;
      }
      await Promise.all(
        [...channels].map(async ([channel, entries]) => {
          for (const entry of entries) {
            const { id } = entry.envelope;
            if (!(await this.sendOne(entry, send))) {
              blocked.add(channel);
              return;
            }
            settled.add(id);
            this.settled++;
            await store.remove(id);
            this.forget(channel, id);
            this.requests.delete(id);
          }
        }),
      );
    }
    return (await this.entries()).filter((one) => one.owner === owner).length;
  }

  /** Returns whether the publication leaves the queue. */
  private async sendOne({ envelope, until }: OfflineEntry, send: Send): Promise<boolean> {
    const { id, channel } = envelope;
    const request = this.requests.get(id);
    const signal = request?.signal;
    if (signal?.aborted || (until && until <= this.clock.now())) {
      return true;
    }
    const outcome = send(envelope, signal);
    try {
      const published = await outcome;
      if (!until) {
        this.sent++;
        this.listener.onSent(published);
      }
    } catch (thrown) {
      if (signal?.aborted) {
        return true;
      }
      const error = thrown as BroadcastyError;
      if (error.retry !== 'no' || OF_THE_CONNECTION.includes(error.code)) {
        return false;
      }
      if (!until) {
        const refused = { id, channel, error };
        this.refused = [...this.refused, refused].slice(-this.max);
        this.listener.onRefused(refused);
      }
    }
    request?.resolve(outcome);
    return true;
  }

  /** Returns what can be sent of the store, which earlier versions and other tabs write too. */
  private async entries(): Promise<OfflineEntry[]> {
    const all = (await (await this.store).all()) as { envelope?: Partial<Envelope> }[];
    return all.filter((one): one is OfflineEntry => typeof one.envelope?.id === 'string' && typeof one.envelope.channel === 'string');
  }

  private idsOf(channel: string): Set<string> {
    const ids = this.ids.get(channel) ?? new Set<string>();
    this.ids.set(channel, ids);
    return ids;
  }

  private forget(channel: string, id: string): void {
    const ids = this.ids.get(channel);
    if (ids?.delete(id) && ids.size === 0) {
      this.ids.delete(channel);
    }
  }
}
