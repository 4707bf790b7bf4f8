/**
 * Tests of the client in Chromium against the real WAR, over connections that fail in every way.
 */
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import WebSocket from 'ws';
import { BroadcastyClient } from '../../src/index.js';
import { Chromium, BrowserTab } from './chromium.js';
import type { TestGlobals } from './chromium.js';
import { credentialTests } from './credentials.js';
import { Proxy } from './proxy.js';
import { RealServer } from './server.js';
import { waitUntil } from './until.js';

declare const window: TestGlobals & { slow: Slow };

/** The measurements of a page with a slow handler. */
interface Slow {
  received: number[];
  mostWaiting: number;
  dropped: number;
  /** Milliseconds between two frames of the screen. */
  frames: number[];
  /** Milliseconds of each task that took longer than 50. */
  longTasks: number[];
}

const CHANNELS = Array.from({ length: 20 }, (_, i) => `page-${i}`);

let server: RealServer;
let proxy: Proxy;
let chromium: Chromium;
let tab: BrowserTab;
let writer: BroadcastyClient;

before(async () => {
  server = await RealServer.start({
    BROADCASTY_REPLAY_STORE: 'database',
    BROADCASTY_ALLOWED_ORIGINS: '*',
    BROADCASTY_JWT_SKEW: '0s',
    BROADCASTY_STREAM_HEARTBEAT: '2s',
  });
  proxy = await Proxy.start(server.port);
  chromium = await Chromium.start();
});
after(async () => {
  await chromium.stop();
  await proxy.stop();
  await server.stop();
});
beforeEach(async () => {
  tab = await BrowserTab.open(chromium, proxy.url, (seconds) => server.token({ seconds }));
  writer = new BroadcastyClient({ baseUrl: server.url, getToken: () => server.token(), WebSocket });
});
afterEach(async () => {
  writer.close();
  await tab.close();
});

/**
 * Publishes continuously to the channels in turn, while not too many publications are unanswered.
 *
 * @returns a function that stops, and resolves with what was published when all of it is answered
 */
function publishContinuously(channels: readonly string[], everyMillis: number): () => Promise<number[][]> {
  const sent: number[][] = channels.map(() => []);
  const pending: Promise<unknown>[] = [];
  let unanswered = 0;
  let n = 0;
  const timer = setInterval(() => {
    if (unanswered < 500) {
      const i = n % channels.length;
      sent[i]!.push(n);
      unanswered++;
      pending.push(writer.publish({ channel: channels[i]!, payload: n++, timeoutMs: 200_000 }).finally(() => unanswered--));
    }
  }, everyMillis);
  return async () => {
    clearInterval(timer);
    await Promise.all(pending);
    return sent;
  };
}

/** Asserts that the page received everything, in order and without duplicates. */
async function assertRecord(sent: number[][], channels: readonly string[] = CHANNELS): Promise<void> {
  await tab.waitForCount(sent.flat().length);
  const record = await tab.record();
  channels.forEach((channel, i) => assert.deepEqual(record[channel], sent[i], channel));
}

/** Returns the number of the server's connections. */
async function connections(): Promise<number> {
  const answer = await fetch(`${server.url}/broadcasty/admin/nodes`, { headers: { Authorization: `Bearer ${server.token({ roles: ['admin'] })}` } });
  return ((await answer.json()) as { nodes: { connections: number }[] }).nodes[0]!.connections;
}

describe('a page with 20 subscriptions recovers from', { timeout: 900_000 }, () => {
  it('kill -9 and a restart of the server', async () => {
    await tab.start(CHANNELS);
    const stop = publishContinuously(CHANNELS, 20);
    await tab.waitForMore();
    await server.kill();
    await server.restart();
    await tab.waitForMore();
    await assertRecord(await stop());
  });

  it('30 s without a network', async () => {
    await tab.start(CHANNELS);
    const stop = publishContinuously(CHANNELS, 10);
    await tab.waitForMore();
    await tab.setOnline(false);
    proxy.setSilent(true);
    await waitUntil('the page knows', async () => (await tab.states()).at(-1) === 'offline');
    const before = await tab.count();
    await pause(30_000);
    assert.equal(await tab.count(), before, 'nothing came');
    proxy.setSilent(false);
    await tab.setOnline(true);
    await tab.waitForMore();
    await assertRecord(await stop());
  });

  it('a connection that goes silent without being closed', async () => {
    await tab.start(CHANNELS);
    const stop = publishContinuously(CHANNELS, 10);
    await tab.waitForMore();
    proxy.setSilent(true);
    await waitUntil('the page knows', async () => (await tab.states()).at(-1) !== 'ws');
    proxy.setSilent(false);
    await tab.waitForMore();
    await assertRecord(await stop());
  });

  it('tokens that expire again and again', async () => {
    await tab.start(CHANNELS, { tokenSeconds: 2, reuseToken: true });
    const stop = publishContinuously(CHANNELS, 10);
    await waitUntil('four tokens', () => tab.page.evaluate(() => window.tokens >= 4));
    await assertRecord(await stop());
    const states = await tab.states();
    assert.ok(states.filter((state) => state === 'ws').length >= 4, `the line ended with each token: ${states.join()}`);
  });

  it('tokens that are refreshed before they expire, on one connection', async () => {
    await tab.start(CHANNELS, { tokenSeconds: 31 });
    const stop = publishContinuously(CHANNELS, 10);
    await waitUntil('three tokens', () => tab.page.evaluate(() => window.tokens >= 3));
    await assertRecord(await stop());
    assert.deepEqual(await tab.states(), ['connecting', 'ws']);
  });

  it('a proxy that blocks WebSocket', async () => {
    await tab.start(CHANNELS);
    const stop = publishContinuously(CHANNELS, 10);
    await tab.waitForMore();
    proxy.webSockets = false;
    try {
      proxy.breakAll();
      await waitUntil('Server-Sent Events', async () => (await tab.states()).at(-1) === 'sse');
      await tab.waitForMore();
      proxy.breakAll();
      await tab.waitForMore();
      await assertRecord(await stop());
    } finally {
      proxy.webSockets = true;
    }
  });

  it('a laptop that sleeps', async () => {
    await tab.start(CHANNELS);
    const stop = publishContinuously(CHANNELS, 10);
    await tab.waitForMore();
    const before = await tab.count();
    chromium.sleep();
    try {
      await waitUntil('the server has given it up', async () => (await connections()) === 1);
    } finally {
      chromium.wake();
    }
    await tab.waitForMore();
    const sent = await stop();
    assert.ok(sent.flat().length > before + 100, 'much was published meanwhile');
    await assertRecord(sent);
  });

  it('a suspended page that falls behind the limit of a slow consumer', async () => {
    await tab.start(CHANNELS);
    const text = 'x'.repeat(20_000);
    const sent: number[][] = CHANNELS.map(() => []);
    chromium.freeze();
    try {
      for (let n = 0; n < 1000; n += 100) {
        const batch = Array.from({ length: 100 }, (_, i) => ({ channel: CHANNELS[i % 20]!, payload: n + i, meta: { text } }));
        batch.forEach(({ payload }, i) => sent[i % 20]!.push(payload));
        await writer.publishAll(batch, { timeoutMs: 60_000 });
      }
    } finally {
      chromium.wake();
    }
    await assertRecord(sent);
    assert.ok((await tab.states()).filter((state) => state === 'ws').length > 1, 'the server had given it up as too slow');
  });

  it('50 000 publications', async () => {
    await tab.start(CHANNELS);
    const sent: number[][] = CHANNELS.map(() => []);
    for (let n = 0; n < 50_000; n += 1000) {
      const batch = Array.from({ length: 1000 }, (_, i) => ({ channel: CHANNELS[i % 20]!, payload: n + i }));
      batch.forEach(({ payload }, i) => sent[i % 20]!.push(payload));
      await writer.publishAll(batch, { timeoutMs: 60_000 });
    }
    await assertRecord(sent);
  });
});

describe('publications of a page without a network', { timeout: 300_000 }, () => {
  const rooms = ['offline-a', 'offline-b', 'offline-c'];

  /** Publishes from the page to the rooms in turn, and asserts that everything is queued. */
  async function publishOffline(from: number, count: number): Promise<void> {
    const queued = await tab.page.evaluate(
      async ({ rooms, from, count }) => {
        const all = await Promise.all(Array.from({ length: count }, (_, i) => window.client.publish({ channel: rooms[i % rooms.length]!, payload: from + i })));
        return all.every((outcome) => 'queued' in outcome);
      },
      { rooms, from, count },
    );
    assert.ok(queued);
  }

  /** Asserts that the server has everything from `from` on, in order and without duplicates. */
  async function assertStored(from: number, count: number): Promise<void> {
    for (const [i, channel] of rooms.entries()) {
      const { publications } = await writer.replay<number>({ channel, limit: 1000 });
      const stored = publications.map(({ payload }) => payload).filter((payload) => payload >= from);
      assert.deepEqual(stored, Array.from({ length: count / rooms.length }, (_, n) => from + n * rooms.length + i), channel);
    }
  }

  it('arrive once and in order after flushOffline()', async () => {
    await tab.start([]);
    await tab.setOnline(false);
    await publishOffline(0, 30);
    await tab.setOnline(true);
    const flushed = await tab.page.evaluate(() => window.client.flushOffline());
    assert.equal(flushed.waiting, 0);
    await assertStored(0, 30);
  });

  it('arrive once and in order when the network returns', async () => {
    await tab.start([]);
    await tab.setOnline(false);
    await publishOffline(1000, 30);
    await tab.setOnline(true);
    await waitUntil('all', async () => (await writer.replay({ channel: rooms[2]!, limit: 1000 })).publications.at(-1)?.payload === 1029);
    await assertStored(1000, 30);
  });

  it('arrive once and in order across reloads, also while they are sent', async () => {
    await tab.start([]);
    await tab.setOnline(false);
    await publishOffline(2000, 300);
    await tab.setOnline(true);
    await tab.load();
    await tab.start([]);
    await tab.page.evaluate(() => void window.client.flushOffline());
    await waitUntil('the first', async () => ((await writer.replay({ channel: rooms[0]!, limit: 1000 })).publications.at(-1)?.payload as number) >= 2000);
    await tab.load();
    await tab.start([]);
    await tab.page.evaluate(() => window.client.flushOffline());
    await assertStored(2000, 300);
  });
});

describe('a handler of 5 ms under 1000 publications a second', { timeout: 600_000 }, () => {
  const COUNT = 1500;
  const MAX_QUEUE = 200;
  const text = 'x'.repeat(8000);

  async function listen(channel: string, mode: 'queue' | 'drop' | 'slow-start'): Promise<void> {
    await tab.start([], { client: { backpressure: mode, maxQueue: MAX_QUEUE } });
    await tab.page.evaluate(async (channel) => {
      const slow: Slow = (window.slow = { received: [], mostWaiting: 0, dropped: 0, frames: [], longTasks: [] });
      const subscription = await window.client.subscribe<{ n: number }>({
        channel,
        onMessage: ({ payload }) => {
          const end = performance.now() + 5;
          while (performance.now() < end);
          slow.received.push(payload.n);
          slow.mostWaiting = Math.max(slow.mostWaiting, subscription.waiting);
        },
      });
      subscription.on('dropped', ({ count }) => (slow.dropped += count));
      let last = performance.now();
      const frame = (now: number) => {
        slow.frames.push(now - last);
        last = now;
        requestAnimationFrame(frame);
      };
      requestAnimationFrame(frame);
      new PerformanceObserver((list) => slow.longTasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: 'longtask' });
    }, channel);
  }

  async function flood(channel: string): Promise<void> {
    const began = Date.now();
    for (let n = 0; n < COUNT; n += 50) {
      await writer.publishAll(Array.from({ length: 50 }, (_, i) => ({ channel, payload: { n: n + i, text } })));
      await pause(Math.max(0, began + n + 50 - Date.now()));
    }
  }

  for (const mode of ['queue', 'drop', 'slow-start'] as const) {
    it(`${mode}: the page stays responsive and its memory bounded`, async () => {
      const channel = `slow-${mode}`;
      await listen(channel, mode);
      const heapBefore = await tab.heapBytes();
      await flood(channel);
      const heap = (await tab.heapBytes()) - heapBefore;
      await tab.page.waitForFunction((last) => window.slow.received.at(-1) === last, COUNT - 1, { timeout: 90_000 });
      const { received, mostWaiting, dropped, frames, longTasks } = await tab.page.evaluate(() => window.slow);
      const slowFrame = [...frames].sort((a, b) => a - b)[Math.floor(frames.length * 0.99)]!;
      const longest = Math.max(0, ...longTasks);
      console.log(
        `${mode}: ${received.length} handled, ${dropped} dropped, at most ${mostWaiting} waited; heap ${(heap / 1024).toFixed(0)} KB more at the end of the flood; ` +
          `99% of frames within ${slowFrame.toFixed(0)} ms, the longest task ${longest < 50 ? 'under 50' : longest.toFixed(0)} ms`,
      );
      assert.ok(mostWaiting <= MAX_QUEUE, `${mostWaiting} waited`);
      assert.ok(heap < 3 * MAX_QUEUE * text.length, `${heap} bytes more`);
      assert.ok(slowFrame < 250, `the page stood still for ${slowFrame} ms`);
      if (mode === 'drop') {
        assert.equal(received.length + dropped, COUNT);
        assert.ok(dropped > 0);
        assert.deepEqual(received, [...received].sort((a, b) => a - b));
      } else {
        assert.deepEqual(received, Array.from({ length: COUNT }, (_, n) => n));
      }
    });
  }
});

describe('a page that keeps its tokens to itself', { timeout: 300_000 }, () => credentialTests(() => ({ server, chromium })));

/** Waits; only for tests whose subject is the time itself. */
function pause(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis));
}
