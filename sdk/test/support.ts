import assert from 'node:assert/strict';
import WebSocket from 'ws';
import { BroadcastyClient } from '../src/index.js';
import type { ClientOptions, Clock, Publication, NetworkMonitor } from '../src/index.js';
import { memoryStore } from '../src/offline.js';
import { token } from './fake-server.js';

/** A network that tests switch. */
export class Network implements NetworkMonitor {
  private readonly listeners = new Set<() => void>();
  private up = true;

  isOnline = () => this.up;

  onChange(changed: () => void): () => void {
    this.listeners.add(changed);
    return () => this.listeners.delete(changed);
  }

  set(up: boolean): void {
    this.up = up;
    this.listeners.forEach((changed) => changed());
  }
}

export function client(baseUrl: string, options: Partial<ClientOptions> = {}): BroadcastyClient {
  return new BroadcastyClient({
    baseUrl,
    getToken: () => token(),
    WebSocket,
    backoff: (attempt) => Math.min(10 * 2 ** attempt, 100),
    offline: { store: memoryStore() },
    connectTimeoutMs: 2000,
    ...options,
  });
}

/** Lets everything that is due happen, so that what does not happen by then was not going to. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Waits for something to be so, for at most five seconds. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const end = Date.now() + 5000;
  while (!holds()) {
    assert.ok(Date.now() < end, `it did not happen: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** What a subscriber got, and whether each partition came without a gap and without a double. */
export class Ledger {
  readonly all: Publication[] = [];

  readonly add = (publication: Publication): void => void this.all.push(publication);

  get payloads(): unknown[] {
    return this.all.map(({ payload }) => payload);
  }

  /** @param epochs how many lives of a stream it may span */
  assertGapless(): void {
    const last = new Map<string, number>();
    for (const { channel, partition, epoch, sequence } of this.all) {
      const key = `${channel} ${partition} ${epoch}`;
      const before = last.get(key);
      if (before !== undefined) {
        assert.equal(sequence, before + 1, `after ${before} of ${key}`);
      }
      last.set(key, sequence);
    }
  }
}

/** A clock whose timers run so many times as fast, so that nobody waits for the patience of seconds. */
export function quick(times: number): Clock {
  const start = Date.now();
  return {
    now: () => start + (Date.now() - start) * times,
    setTimeout: (task: () => void, millis: number) => setTimeout(task, millis / times),
    clearTimeout: (timer: unknown) => clearTimeout(timer as NodeJS.Timeout),
    random: Math.random,
  };
}
