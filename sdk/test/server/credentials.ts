/**
 * Tests of a page of the server’s own origin, with the packed client: where its tokens are found,
 * and what pages of other origins can do with its cookie.
 */
import assert from 'node:assert/strict';
import { afterEach, before, beforeEach, it } from 'node:test';
import { build } from 'esbuild';
import type { BrowserContext, Page } from 'playwright-core';
import type * as Sdk from '../../src/index.js';
import type * as Ticket from '../../src/ticket.js';
import { packedProject } from '../packed.js';
import type { Chromium } from './chromium.js';
import type { RealServer } from './server.js';
import { waitUntil } from './until.js';

interface Globals {
  sdk: typeof Sdk;
  ticket: typeof Ticket;
  session: Ticket.CookieSession;
  /** What each stream has received, by its name. */
  record: Record<string, number[]>;
  /** How often each stream was opened. */
  opened: Record<string, number>;
  newToken: (seconds: number) => Promise<string>;
}

declare const window: Globals;

/** A token ends within the test several times; over HTTP the session is renewed after half of it. */
const TOKEN_SECONDS = 6;
const STREAMS = ['ticket-sse', 'ticket-ws', 'cookie-sse', 'cookie-ws'];
const ENTRY = "export * as sdk from '@broadcasty/client'; export * as ticket from '@broadcasty/client/ticket';";
/** A page of the server that sends nothing by itself. */
const PAGE = '/broadcasty/problems/forbidden';

/** @param given the server, whose list of origins has only `*`, and the browser */
export function credentialTests(given: () => { server: RealServer; chromium: Chromium }): void {
  let script: string;
  let server: RealServer;
  let context: BrowserContext;
  let tokens: string[];
  /** What the pages have sent: URLs, and headers but those that carry a token rightly. */
  let sent: string[];

  before(async () => {
    const project = await packedProject();
    const bundle = await build({ stdin: { contents: ENTRY, resolveDir: project.directory }, bundle: true, format: 'iife', globalName: 'own', target: 'es2022', write: false });
    script = `(() => { ${bundle.outputFiles[0]!.text}; Object.assign(window, own); })()`;
    project.close();
  });
  beforeEach(async () => {
    server = given().server;
    tokens = [];
    sent = [];
    context = await given().chromium.browser.newContext({ bypassCSP: true });
    context.on('request', (request) => {
      const headers = Object.fromEntries(Object.entries(request.headers()).filter(([name]) => name !== 'authorization' && name !== 'cookie'));
      sent.push(`${request.method()} ${request.url()} ${JSON.stringify(headers)}`);
    });
    await context.exposeFunction('newToken', (seconds: number) => {
      const token = server.token({ seconds });
      tokens.push(token);
      return token;
    });
    await context.addInitScript('globalThis.__name = (named) => named'); // tsx adds calls of __name to functions
  });
  afterEach(() => context.close());

  /** Opens a page of the server, and puts the client into it. */
  async function openOwn(): Promise<Page> {
    const page = await context.newPage();
    page.on('websocket', (socket) => sent.push(`WebSocket ${socket.url()}`));
    await page.goto(server.url + PAGE);
    await page.evaluate(script);
    return page;
  }

  /** Begins a session in a cookie, which lives as long as its page. */
  async function openSession(page: Page, seconds: number): Promise<void> {
    await page.evaluate(async (seconds) => {
      window.session = await window.ticket.CookieSession.open({ baseUrl: location.origin, getToken: () => window.newToken(seconds) });
    }, seconds);
  }

  it('streams by ticket and by cookie outlive their tokens, which are in no URL, log or referrer', { timeout: 120_000 }, async () => {
    const channel = 'credentials';
    const page = await openOwn();
    await openSession(page, TOKEN_SECONDS);
    await page.evaluate(
      ({ channel, seconds, streams }) => {
        const options = { baseUrl: location.origin, getToken: () => window.newToken(seconds) };
        const record = (window.record = Object.fromEntries(streams.map((name) => [name, [] as number[]])));
        const opened = (window.opened = Object.fromEntries(streams.map((name) => [name, 0])));
        const later = (open: () => Promise<void>) => setTimeout(() => void open().catch(() => later(open)), 300);

        const events = (name: string, url: (cursor?: string) => string | Promise<string>) => {
          let cursor: string | undefined;
          const open = async () => {
            const source = new EventSource(await url(cursor));
            source.onopen = () => opened[name]!++;
            source.onmessage = ({ data, lastEventId }: MessageEvent<string>) => {
              cursor = lastEventId;
              record[name]!.push((JSON.parse(data) as { payload: number }).payload);
            };
            source.onerror = () => {
              source.close(); // by itself it would come again with a ticket that is used
              later(open);
            };
          };
          return open();
        };
        const messages = (name: string, url: () => string | Promise<string>) => {
          let next = 0;
          const open = async () => {
            const socket = new WebSocket(await url(), 'broadcasty.v1');
            socket.onopen = () => {
              opened[name]!++;
              socket.send(JSON.stringify({ id: 1, command: 'subscribe', channel, fromSequence: next }));
            };
            socket.onmessage = ({ data }: MessageEvent<string>) => {
              const frame = JSON.parse(data) as object | object[];
              for (const message of (Array.isArray(frame) ? frame : [frame]) as { payload?: number; sequence?: number }[]) {
                if (message.payload !== undefined) {
                  record[name]!.push(message.payload);
                  next = message.sequence! + 1;
                }
              }
            };
            socket.onclose = () => later(open);
          };
          return open();
        };
        const query = new URLSearchParams({ channel, fromSequence: '0' });
        return Promise.all([
          events('ticket-sse', (cursor) => window.ticket.streamUrl(options, 'sse', { channel, ...(cursor ? { lastEventId: cursor } : { fromSequence: 0 }) })),
          messages('ticket-ws', () => window.ticket.streamUrl(options, 'ws')),
          events('cookie-sse', (cursor) => `/broadcasty/sse?${cursor ? `channel=${channel}&lastEventId=${encodeURIComponent(cursor)}` : query.toString()}`),
          messages('cookie-ws', () => `${location.origin.replace('http', 'ws')}/broadcasty/ws?credentials=cookie`),
        ]);
      },
      { channel, seconds: TOKEN_SECONDS, streams: STREAMS },
    );
    let n = 0;
    await waitUntil('three tokens for each stream', async () => {
      await page.evaluate(
        async ({ channel, payload }) => {
          const answer = await fetch('/broadcasty/publish', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ channel, payload }) });
          if (!answer.ok) {
            throw new Error(`${answer.status} ${await answer.text()}`);
          }
        },
        { channel, payload: n++ },
      );
      return page.evaluate(() => Object.values(window.opened).every((times) => times >= 3));
    });
    await page.waitForFunction((count) => Object.values(window.record).every(({ length }) => length >= count), n);
    const record = await page.evaluate(() => window.record);
    for (const name of STREAMS) {
      assert.deepEqual(record[name], Array.from({ length: n }, (_, i) => i), name);
    }
    const readable = await page.evaluate(() => [document.cookie, document.referrer, location.href, ...performance.getEntriesByType('resource').map(({ name }) => name)].join('\n'));
    await page.evaluate(() => window.session.close());
    assert.ok(tokens.length > 10, `${tokens.length} tokens`);
    assert.ok(sent.some((line) => /WebSocket .*ticket=/.test(line)) && sent.some((line) => line.includes('credentials=cookie')), 'the sockets are recorded');
    assert.ok(sent.some((line) => line.includes('"referer"')), 'referrers are recorded');
    const tickets = new Set(sent.join('\n').match(/(?<=[?&]ticket=)[^&\s]+/g));
    await waitUntil('the access log', () => [...tickets].every((ticket) => server.accessLog().includes(ticket)));
    for (const place of [sent.join('\n'), readable, server.accessLog(), server.log()]) {
      assert.equal(tokens.find((token) => place.includes(token) || place.includes(token.split('.')[2]!)), undefined);
    }
    for (const ticket of tickets) { // which the log has, and nobody can use any more
      assert.equal((await fetch(`${server.url}/broadcasty/sse?channel=${channel}&ticket=${ticket}`)).status, 401);
    }
  });

  for (const { site, host } of [
    { site: 'of the same site, which sends the cookie', host: 'localhost' },
    { site: 'of another site', host: 'evil.localhost' },
  ]) {
    it(`a page of another origin, ${site}, cannot use the session`, { timeout: 60_000 }, async () => {
      const own = await openOwn();
      await openSession(own, 600);
      const channel = `forged-${host}`;
      const attack = (page: Page) =>
        page.evaluate(
          async ({ url, channel }) => {
            const body = JSON.stringify({ channel, payload: 1 });
            const attempt = (path: string, init: RequestInit) => fetch(`${url}/broadcasty/${path}`, { credentials: 'include', ...init }).then(({ ok }) => ok, () => false);
            const form = document.createElement('form');
            Object.assign(form, { method: 'POST', action: `${url}/broadcasty/publish`, enctype: 'text/plain', target: 'answer' });
            const field = document.createElement('input');
            Object.assign(field, { type: 'hidden', name: `${body.slice(0, -1)},"meta":{"x":"`, value: '"}}' }); // = stands between them
            form.append(field);
            const frame = document.createElement('iframe');
            frame.name = 'answer';
            document.body.append(form, frame);
            const submitted = new Promise((resolve) => (frame.onload = resolve));
            form.submit();
            await submitted;
            const socket = new WebSocket(`${url.replace('http', 'ws')}/broadcasty/ws?credentials=cookie`, 'broadcasty.v1');
            const subscribed = new Promise<boolean>((resolve) => {
              socket.onopen = () => socket.send(JSON.stringify({ id: 1, command: 'subscribe', channel })); // it opens without the cookie too, for `connect`
              socket.onmessage = ({ data }) => resolve(!String(data).includes('"error"'));
              socket.onclose = () => resolve(false);
            });
            const events = new EventSource(`${url}/broadcasty/sse?channel=${channel}`, { withCredentials: true });
            const opened = new Promise<boolean>((resolve) => {
              events.onopen = () => resolve(true);
              events.onerror = () => resolve(false);
            });
            return [
              await attempt('publish', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body }),
              await attempt('publish', { method: 'POST', mode: 'no-cors', headers: { 'Content-Type': 'text/plain' }, body }),
              await attempt(`replay?channel=${channel}`, {}),
              await attempt('session', { method: 'POST', body: '' }),
              await attempt('session', { method: 'DELETE' }),
              await opened,
              await subscribed,
            ];
          },
          { url: server.url, channel },
        );
      const foreign = await context.newPage();
      await foreign.goto(`http://${host}:${new URL(given().chromium.url).port}/`);
      const statuses: number[] = [];
      foreign.on('response', (response) => {
        if (response.url().startsWith(server.url) && response.request().method() !== 'OPTIONS') {
          statuses.push(response.status());
        }
      });
      const outcomes = await attack(foreign);
      assert.deepEqual(outcomes, outcomes.map(() => false));
      assert.ok(statuses.length >= 2 && statuses.every((status) => status === 401 || status === 403), statuses.join());
      const answers = await own.evaluate(async (channel) => {
        const replay = await fetch(`/broadcasty/replay?channel=${channel}`);
        const body = JSON.stringify({ channel, payload: 1 });
        const published = await fetch('/broadcasty/publish', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
        await window.session.close();
        return { status: replay.status, publications: ((await replay.json()) as { publications: unknown[] }).publications, published: published.status };
      }, channel);
      assert.deepEqual(answers, { status: 200, publications: [], published: 200 }, 'the session has not ended, and nothing was published');
    });
  }
}
