import assert from 'node:assert/strict';
import { afterEach, beforeEach } from 'node:test';
import WebSocket from 'ws';
import { BroadcastyClient } from '../src/index.js';
import type { ClientOptions, Clock, Publication, NetworkMonitor } from '../src/index.js';
import { memoryStore } from '../src/offline.js';
import { FakeServer, token } from './fake-server.js';

/** A network monitor that tests control. */
export class FakeNetwork implements NetworkMonitor {
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

/**
 * Gives each test of a suite a server of its own, and closes it and the clients afterwards.
 *
 * @param started called with the server before each test
 * @returns a function that makes a client of that server
 */
export function clientsOf(started: (server: FakeServer) => void, defaults: Partial<ClientOptions> = {}): (options?: Partial<ClientOptions>) => BroadcastyClient {
  let server: FakeServer;
  let clients: BroadcastyClient[] = [];
  beforeEach(async () => {
    server = await FakeServer.start();
    started(server);
  });
  afterEach(async () => {
    clients.forEach((one) => one.close());
    clients = [];
    await server.close();
  });
  return (options = {}) => {
    const made = client(server.url, { ...defaults, ...options });
    clients.push(made);
    return made;
  };
}

/** Runs the event loop until everything that is due has happened. */
export async function runEventLoop(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Waits until a condition holds, for at most `millis` milliseconds. */
export async function waitUntil(what: string, condition: () => boolean | Promise<boolean>, millis = 5000): Promise<void> {
  const end = Date.now() + millis;
  while (!(await condition())) {
    assert.ok(Date.now() < end, `timed out waiting: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Records the publications of a subscriber, and checks each partition for gaps and duplicates. */
export class Recorder {
  readonly all: Publication[] = [];

  readonly add = (publication: Publication): void => void this.all.push(publication);

  get payloads(): unknown[] {
    return this.all.map(({ payload }) => payload);
  }

  /** Asserts that the sequences of each epoch have neither gaps nor duplicates. */
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

/** Creates a clock that is `factor` times as fast, so that tests do not wait for timeouts. */
export function fastClock(factor: number): Clock {
  const start = Date.now();
  return {
    now: () => start + (Date.now() - start) * factor,
    setTimeout: (task: () => void, millis: number) => setTimeout(task, millis / factor),
    clearTimeout: (timer: unknown) => clearTimeout(timer as NodeJS.Timeout),
    random: Math.random,
  };
}
