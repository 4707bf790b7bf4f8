/** The client in Chromium against the real WAR. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import WebSocket from 'ws';
import { BroadcastyClient } from '../../src/index.js';
import type * as Sdk from '../../src/index.js';
import { RealServer } from './server.js';

declare const window: { sdk: typeof Sdk; client: BroadcastyClient; record: Record<string, number[]>; told: number };

const CHANNELS = Array.from({ length: 20 }, (_, i) => `page-${i}`);

describe('in Chromium', { timeout: 600_000 }, () => {
  let server: RealServer;
  let site: Server;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let writer: BroadcastyClient;

  before(async () => {
    server = await RealServer.start({ BROADCASTY_REPLAY_STORE: 'database', BROADCASTY_ALLOWED_ORIGINS: '*' });
    const bundle = await build({ entryPoints: ['src/index.ts'], bundle: true, format: 'esm', target: 'es2022', write: false });
    site = createServer((request, response) => {
      const script = request.url === '/client.js';
      response.setHeader('Content-Type', script ? 'text/javascript' : 'text/html');
      response.end(script ? bundle.outputFiles[0]!.text : '<!doctype html><script type="module">window.sdk = await import("/client.js")</script>');
    });
    await once(site.listen(0, '127.0.0.1'), 'listening');
    browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--js-flags=--expose-gc'] });
  });
  after(async () => {
    await browser.close();
    site.close();
    await server.stop();
  });
  beforeEach(async () => {
    context = await browser.newContext();
    page = await context.newPage();
    await page.addInitScript('globalThis.__name = (named) => named'); // what tsx puts into functions
    await load();
    writer = new BroadcastyClient({ baseUrl: server.url, getToken: () => server.token(), WebSocket });
  });
  afterEach(async () => {
    writer.close();
    await context.close();
  });

  async function load(): Promise<void> {
    await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
    await page.waitForFunction(() => (window as Partial<typeof window>).sdk !== undefined);
  }

  /** Makes the page's client and subscribes it to channels; what comes is in `window.record`. */
  async function subscribe(channels: string[], options: Partial<Sdk.ClientOptions> = {}): Promise<void> {
    await page.evaluate(
      async ({ baseUrl, token, channels, options }) => {
        window.client = new window.sdk.BroadcastyClient({ baseUrl, getToken: () => token, ...options });
        window.record = {};
        await Promise.all(
          channels.map((channel) => {
            const record: number[] = (window.record[channel] = []);
            return window.client.subscribe<number>({ channel, onMessage: ({ payload }) => record.push(payload) });
          }),
        );
      },
      { baseUrl: server.url, token: server.token(), channels, options },
    );
  }

  /** Publishes all the while, in turn to each channel. @returns what ends it and waits until all is published */
  function publishing(channels: string[], millis: number): () => Promise<number[][]> {
    const sent: number[][] = channels.map(() => []);
    const pending: Promise<unknown>[] = [];
    let n = 0;
    const timer = setInterval(() => {
      const i = n % channels.length;
      sent[i]!.push(n);
      pending.push(writer.publish({ channel: channels[i]!, payload: n++, timeoutMs: 120_000 }));
    }, millis);
    return async () => {
      clearInterval(timer);
      await Promise.all(pending);
      return sent;
    };
  }

  async function assertRecord(channels: string[], sent: number[][]): Promise<void> {
    const all = sent.flat().length;
    await page.waitForFunction((count) => Object.values(window.record).reduce((sum, one) => sum + one.length, 0) >= count, all, { timeout: 60_000 });
    const record = await page.evaluate(() => window.record);
    channels.forEach((channel, i) => assert.deepEqual(record[channel], sent[i], channel));
  }

  it('20 subscriptions go through a cut network', async () => {
    await subscribe(CHANNELS);
    const stop = publishing(CHANNELS, 5);
    await pause(500);
    await context.setOffline(true);
    await pause(8000);
    await context.setOffline(false);
    await pause(500);
    await assertRecord(CHANNELS, await stop());
  });

  it('20 subscriptions go through kill -9 and a restart of the server', async () => {
    await subscribe(CHANNELS);
    const stop = publishing(CHANNELS, 20);
    await pause(500);
    await server.kill();
    await server.restart();
    await pause(500);
    await assertRecord(CHANNELS, await stop());
  });

  it('goes on over Server-Sent Events where WebSocket is blocked', async () => {
    await page.evaluate(() => {
      Object.assign(window, {
        WebSocket: class extends EventTarget {
          onclose?: (event: object) => void;
          readyState = 3;
          constructor() {
            super();
            setTimeout(() => this.onclose?.({ code: 1006 }), 10);
          }
          close() {
            // never open
          }
        },
      });
    });
    await subscribe(CHANNELS);
    const stop = publishing(CHANNELS, 5);
    await pause(1000);
    await assertRecord(CHANNELS, await stop());
  });

  it('what is published offline arrives once and in order, after a reload', async () => {
    await subscribe([]);
    await context.setOffline(true);
    const outcomes = await page.evaluate(async () => {
      const all: boolean[] = [];
      for (let n = 0; n < 20; n++) {
        all.push('queued' in (await window.client.publish({ channel: 'offline', payload: n })));
      }
      return all;
    });
    assert.ok(outcomes.every((queued) => queued));
    await context.setOffline(false);
    await load();
    await subscribe([]);
    await page.evaluate(() => window.client.flushOffline());
    const { publications } = await writer.replay<number>({ channel: 'offline' });
    assert.deepEqual(publications.map(({ payload }) => payload), Array.from({ length: 20 }, (_, n) => n));
  });

  for (const mode of ['queue', 'drop', 'slow-start'] as const) {
    it(`backpressure ${mode}: a handler of 5 ms under 1000 messages a second neither freezes the page nor fills it`, async () => {
      const channel = `slow-${mode}`;
      await page.evaluate(
        async ({ baseUrl, token, channel, mode }) => {
          window.client = new window.sdk.BroadcastyClient({ baseUrl, getToken: () => token, backpressure: mode, maxQueue: 200 });
          window.record = { got: [], waiting: [], stalls: [] };
          window.told = 0;
          const sub = await window.client.subscribe<number>({
            channel,
            onMessage: ({ payload }) => {
              const end = performance.now() + 5;
              while (performance.now() < end);
              window.record.got!.push(payload);
              window.record.waiting!.push(sub.waiting);
            },
          });
          sub.on('dropped', ({ count }) => (window.told += count));
          let last = performance.now();
          setInterval(() => {
            const now = performance.now();
            window.record.stalls!.push(now - last);
            last = now;
          }, 0);
        },
        { baseUrl: server.url, token: server.token(), channel, mode },
      );
      const count = 3000;
      const began = Date.now();
      for (let n = 0; n < count; n += 50) {
        await writer.publishAll(Array.from({ length: 50 }, (_, i) => ({ channel, payload: n + i })));
        await pause(Math.max(0, began + n + 50 - Date.now()));
      }
      await page.waitForFunction((last) => window.record.got!.at(-1) === last, count - 1, { timeout: 90_000 });
      const { got, waiting, stalls, told } = await page.evaluate(() => ({ ...(window.record as { got: number[]; waiting: number[]; stalls: number[] }), told: window.told }));
      const most = Math.max(...waiting);
      const stall = [...stalls].sort((a, b) => a - b)[Math.floor(stalls.length * 0.99)]!;
      console.log(`${mode}: ${got.length} handled, ${told} dropped, at most ${most} waited, 99% of turns within ${Math.round(stall)} ms, the longest ${Math.round(Math.max(...stalls))} ms`);
      assert.ok(most <= 200, `${most} waited`);
      assert.ok(stall < 250, `the page stood still for ${stall} ms`);
      if (mode === 'drop') {
        assert.equal(got.length + told, count);
        assert.ok(told > 0);
        assert.deepEqual(got, [...got].sort((a, b) => a - b));
      } else {
        assert.deepEqual(got, Array.from({ length: count }, (_, n) => n));
      }
    });
  }
});

function pause(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis));
}
