/** Tests of Chromium tabs that share a connection to the fake server. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, it } from 'node:test';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import type { SharedClient } from '../../src/tabs/client.js';
import { FakeServer, token } from '../fake-server.js';
import { waitUntil } from '../support.js';

declare const window: { SharedClient: typeof SharedClient; client: SharedClient; record: number[]; states: string[] };

let server: FakeServer;
let site: Server;
let browser: Browser;

before(async () => {
  server = await FakeServer.start();
  const bundle = await build({ entryPoints: ['src/tabs/client.ts'], bundle: true, format: 'esm', target: 'es2022', write: false });
  site = createServer((request, response) => {
    const script = request.url === '/client.js';
    response.setHeader('Content-Type', script ? 'text/javascript' : 'text/html');
    response.end(script ? bundle.outputFiles[0]!.text : '<!doctype html><script type="module">Object.assign(window, await import("/client.js"))</script>');
  });
  await once(site.listen(0, '127.0.0.1'), 'listening');
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
});
after(async () => {
  await browser.close();
  site.close();
  await server.close();
});

it('tabs that close, crash and reload change the leader without gaps or duplicates', { timeout: 120_000 }, async () => {
  const context = await browser.newContext();
  const open = async (subject = 'ann'): Promise<Page> => {
    const page = await context.newPage();
    await page.addInitScript('globalThis.__name = (named) => named'); // tsx adds calls of __name to functions
    await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
    await page.waitForFunction(() => (window as Partial<typeof window>).SharedClient !== undefined);
    await page.evaluate(
      async ({ baseUrl, jwt }) => {
        window.client = new window.SharedClient({ baseUrl, getToken: () => jwt, transport: 'ws' });
        window.record = [];
        await window.client.subscribe<number>({ channel: 'a', fromSequence: 0, onMessage: ({ payload }) => window.record.push(payload) });
      },
      { baseUrl: server.url, jwt: token({ subject, expires: 4_102_444_800_000 }) },
    );
    return page;
  };
  let n = 0;
  const timer = setInterval(() => server.publish({ channel: 'a', payload: n++ }), 5);
  const has = (page: Page, count: number) => page.waitForFunction((least) => window.record.length >= least, count);
  try {
    const pages = [await open(), await open(), await open(), await open()];
    await waitUntil('one connection', () => server.connections.size === 1);
    const other = await open('bob');
    await waitUntil('two connections', () => server.connections.size === 2);
    await other.close();
    await pages[0]!.close();
    await has(pages[1]!, n + 20);
    await pages[1]!.goto('chrome://crash').catch(() => undefined);
    await has(pages[2]!, n + 20);
    await pages[2]!.reload();
    await has(pages[3]!, n + 20);
    clearInterval(timer);
    await has(pages[3]!, n);
    const record = await pages[3]!.evaluate(() => window.record);
    assert.deepEqual(record, Array.from({ length: n }, (_, i) => i));
    await waitUntil('one connection', () => server.connections.size === 1);
    console.log(`${n} publications, each tab that held the connection gone in turn: none missing, none twice`);
  } finally {
    clearInterval(timer);
    await context.close();
  }
});
