/**
 * Tests of the examples as a reader starts them, pages in Chromium and the worker in Node, against
 * the real WAR.
 */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { build, preview } from 'vite';
import { serve, viteConfig } from '../../examples/serve.js';
import type { Site } from '../../examples/serve.js';
import { packedProject } from '../packed.js';
import type { PackedProject } from '../packed.js';
import { CHROMIUM } from './chromium.js';
import { PushService, vapidKeys } from './push-service.js';
import { freePort, RealServer } from './server.js';
import { waitUntil } from './until.js';

/** The directory for screenshots; none are taken without it. */
const SCREENSHOTS = process.env.SCREENSHOTS;

let server: RealServer;
let pushService: PushService;
let browser: Browser;
let site: Site;
let project: PackedProject;
let pageErrors: string[] = [];

before(async () => {
  pushService = await PushService.start();
  const { publicKey, privateKey } = vapidKeys();
  const examples = prepareExamples();
  examples.catch(() => undefined);
  server = await RealServer.start({
    BROADCASTY_PUBLISH_SENDER: 'true',
    BROADCASTY_WEBPUSH: 'true',
    BROADCASTY_PUSH_WEBPUSH_ALLOWED_HOSTS: pushService.origin,
    WEBPUSH_VAPID_SUBJECT: 'mailto:ops@example.com',
    WEBPUSH_VAPID_PUBLIC_KEY: publicKey,
    WEBPUSH_VAPID_PRIVATE_KEY: privateKey,
  });
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  await examples;
});
after(async () => {
  await browser.close();
  await server.stop();
  pushService.stop();
  project.close();
});
afterEach(() => {
  assert.deepEqual(pageErrors, []);
  pageErrors = [];
});

/** Opens the example in a new profile. */
async function openPage(): Promise<{ page: Page; context: BrowserContext }> {
  const context = await browser.newContext({ viewport: { width: 1100, height: 700 } });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  page.on('pageerror', (error) => pageErrors.push(error.message));
  await page.goto(site.url);
  return { page, context };
}

async function screenshot(page: Page, name: string): Promise<void> {
  for (const colorScheme of SCREENSHOTS ? (['light', 'dark'] as const) : []) {
    for (const width of [390, 1100]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 700 });
      await page.screenshot({ path: `${SCREENSHOTS}/${name}-${colorScheme}-${width}.png` });
    }
  }
}

/** Compiles an example strictly, and builds it, with the packed client. */
async function built(name: string): Promise<Site> {
  const root = join(project.directory, name);
  const config = viteConfig(server.url);
  // StrictMode mounts components twice only with the development build of React
  await build({ ...config, root, build: { minify: false }, define: { 'process.env.NODE_ENV': '"development"' } });
  const running = await preview({ ...config, root, preview: { ...config.preview, port: await freePort(), strictPort: true } });
  return { url: running.resolvedUrls?.local[0] ?? '', close: () => running.close() };
}

async function prepareExamples(): Promise<void> {
  project = await packedProject();
  for (const name of ['chat', 'orders', 'connection.tsx', 'connection-text.ts', 'css.d.ts', 'dev-token.ts', 'example.css']) {
    cpSync(join('examples', name), join(project.directory, name), { recursive: true });
  }
  const compilerOptions = { strict: true, skipLibCheck: false, noUncheckedIndexedAccess: true, noEmit: true, target: 'ES2022', lib: ['ES2022', 'DOM', 'DOM.Iterable'], module: 'ESNext', moduleResolution: 'Bundler', jsx: 'react-jsx', types: [] };
  writeFileSync(join(project.directory, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['**/*.ts', '**/*.tsx'] }));
  await promisify(execFile)(process.execPath, ['node_modules/typescript/bin/tsc', '-p', project.directory]).catch((error: unknown) => assert.fail((error as { stdout: string }).stdout));
}

/** Publishes over HTTP as a user. */
async function publishAs(subject: string, publications: object[]): Promise<void> {
  const answer = await fetch(`${server.url}/broadcasty/publish`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${server.token({ subject, roles: ['participant'] })}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(publications),
  });
  assert.equal(answer.status, 200, await answer.text());
}

describe('the chat', { timeout: 180_000 }, () => {
  before(async () => {
    site = await built('chat');
  });
  after(() => site.close());

  const line = (text: string) => `#messages li:has(p:text-is("${text}"))`;
  const texts = (page: Page) => page.locator('#messages li p').allTextContents();

  /** Joins by the keyboard alone. */
  async function join(name: string): Promise<{ page: Page; context: BrowserContext }> {
    const visitor = await openPage();
    await visitor.page.waitForSelector('#name:focus');
    await visitor.page.keyboard.type(name);
    await visitor.page.keyboard.press('Enter');
    await visitor.page.waitForSelector(`#members li:text-is("${name}")`);
    return visitor;
  }

  async function sendMessage(page: Page, text: string): Promise<void> {
    await page.fill('#text', text);
    await page.press('#text', 'Enter');
  }

  it('shows who is here, who is typing and who wrote what, and the last 50 messages', async () => {
    const ann = await join('Ann');
    await ann.page.waitForSelector('#text:focus');
    await ann.page.keyboard.type('Is anybody here?');
    await ann.page.keyboard.press('Enter');
    const bob = await join('Bob');
    await bob.page.waitForSelector(line('Is anybody here?'));
    await ann.page.waitForSelector('#members li:text-is("Bob")');
    await bob.page.locator('#text').pressSequentially('Yes');
    await ann.page.waitForSelector('#typing:text-is("Bob is typing")');
    assert.equal(await bob.page.textContent('#typing'), '');
    await screenshot(ann.page, 'chat-typing');
    await sendMessage(bob.page, 'Yes, I am. Shall we look at the order board together?');
    await ann.page.waitForSelector(line('Yes, I am. Shall we look at the order board together?'));
    await ann.page.waitForSelector('#typing:text-is("")', { state: 'attached' });
    assert.equal(await ann.page.textContent('#state'), 'Live over WebSocket');
    await screenshot(ann.page, 'chat');

    await publishAs('Mallory', [{ channel: 'presence-chat', payload: { text: 'I am Ann', sender: 'Ann', from: 'Ann' } }]);
    await bob.page.waitForSelector(line('I am Ann'));
    assert.equal(await bob.page.textContent(`${line('I am Ann')} .from`), 'Mallory');
    assert.equal(await ann.page.locator(`${line('I am Ann')}.own`).count(), 0);

    await publishAs('Mallory', Array.from({ length: 60 }, (_, n) => ({ channel: 'presence-chat', payload: { text: `${n}` } })));
    await bob.page.waitForSelector(line('59'));
    await ann.page.reload();
    await ann.page.waitForSelector(line('59'));
    const last = Array.from({ length: 50 }, (_, n) => `${n + 10}`);
    assert.deepEqual(await texts(ann.page), last);
    assert.deepEqual(await texts(bob.page), last);
    await bob.context.close();
    await ann.page.waitForSelector('#members li:text-is("Bob")', { state: 'detached' });
    await ann.context.close();
  });

  it('continues after a network cut and while the page is hidden, once and in order', async () => {
    const ann = await join('Ann');
    const bob = await join('Bob');
    const session = await bob.context.newCDPSession(bob.page);
    await session.send('Page.setWebLifecycleState', { state: 'frozen' });
    await ann.context.setOffline(true);
    await sendMessage(ann.page, 'one, from a tunnel');
    await sendMessage(ann.page, 'two, from a tunnel');
    await ann.page.waitForSelector('.state[data-state="offline"]');
    assert.equal(await ann.page.locator('li.waiting').count(), 2);
    await screenshot(ann.page, 'chat-offline');
    await ann.context.setOffline(false);
    await ann.page.waitForSelector('li.waiting', { state: 'detached' });
    await session.send('Page.setWebLifecycleState', { state: 'active' });
    await bob.page.waitForSelector(line('two, from a tunnel'));
    for (const { page } of [ann, bob]) {
      assert.deepEqual((await texts(page)).filter((text) => text.includes('tunnel')), ['one, from a tunnel', 'two, from a tunnel']);
    }
    await ann.context.close();
    await bob.context.close();
  });

  it('shows why a message that waited for the network was refused', async () => {
    const ann = await join('Ann');
    await ann.context.setOffline(true);
    await ann.page.waitForSelector('.state[data-state="offline"]');
    await sendMessage(ann.page, 'from a reader');
    await ann.page.waitForSelector('li.waiting');
    await ann.page.route('**/dev/tokens*', (route) => route.fulfill({ json: { participant: server.token({ subject: 'Ann', roles: ['member'] }) } }));
    await ann.context.setOffline(false);
    await ann.page.waitForSelector('li.failed:has(p:text-is("from a reader"))');
    assert.notEqual(await ann.page.textContent('li.failed .when'), 'waits');
    await ann.context.close();
  });

  it('continues with new tokens, and after a restart of the server', async () => {
    const bob = await openPage();
    let tokens = 0;
    await bob.page.route('**/dev/tokens*', (route) => {
      tokens++;
      return route.fulfill({ json: { participant: server.token({ subject: 'Bob', roles: ['participant'], seconds: 32 }) } });
    });
    await bob.page.fill('#name', 'Bob');
    await bob.page.press('#name', 'Enter');
    await bob.page.waitForSelector('#members li:text-is("Bob")');
    await waitUntil('a second token', () => tokens >= 2);
    await bob.page.unroute('**/dev/tokens*');
    await sendMessage(bob.page, 'with a new token');
    await bob.page.waitForSelector(`${line('with a new token')}:not(.waiting)`);
    await server.kill();
    await bob.page.waitForSelector('.state[data-state="waiting"]');
    await sendMessage(bob.page, 'while the server is down');
    assert.equal(await bob.page.locator('li.waiting').count(), 1);
    await server.restart();
    await bob.page.waitForSelector(`${line('while the server is down')}:not(.waiting)`);
    await bob.page.waitForSelector('#members li:text-is("Bob")');
    assert.deepEqual((await texts(bob.page)).slice(-2), ['with a new token', 'while the server is down']);
    await bob.context.close();
  });
});

describe('the order board', { timeout: 120_000 }, () => {
  before(async () => {
    site = await built('orders');
  });
  after(() => site.close());

  /** Reads retained events of the board. */
  async function replay<T>(query: string): Promise<T[]> {
    const answer = await fetch(`${server.url}/broadcasty/replay?channel=orders.board&${query}`, { headers: { Authorization: `Bearer ${server.token()}` } });
    return ((await answer.json()) as { publications: T[] }).publications;
  }

  const column = (page: Page, name: string) => page.locator(`#board section[aria-label="${name}"] li`);

  it('is the same on every screen, after a reload, and at any earlier time', async () => {
    const one = await openPage();
    const two = await openPage();
    await one.page.focus('#place');
    for (let n = 1; n <= 4; n++) {
      await one.page.keyboard.press('Enter');
      await column(two.page, 'placed').nth(n - 1).waitFor();
    }
    // by two people, but it must happen once; a button that has been removed does nothing
    const buttons = await Promise.all([one, two].map(({ page }) => column(page, 'placed').first().getByRole('button').elementHandle()));
    await Promise.all(buttons.map((button) => button.evaluate((it) => (it as HTMLElement).click())));
    await column(one.page, 'paid').first().waitFor();
    await column(one.page, 'paid').first().getByRole('button').press('Enter');
    await column(two.page, 'packed').first().waitFor();
    await two.page.reload();
    await column(two.page, 'packed').first().waitFor();
    assert.match((await two.page.textContent('#status'))!, /^6 of 6: A\d+ was packed at/);
    assert.match((await two.page.textContent('#latest'))!, /^A\d+ was packed last/);
    assert.equal(await column(two.page, 'placed').count(), 3);
    await screenshot(two.page, 'orders');
    await two.page.locator('#moment').focus();
    await two.page.keyboard.press('ArrowLeft');
    await two.page.keyboard.press('ArrowLeft');
    await waitUntil('the past', async () => (await column(two.page, 'placed').count()) === 4);
    assert.equal(await two.page.locator('#board button').count(), 0, 'nobody changes the past');
    await screenshot(two.page, 'orders-past');
    await two.page.press('#live', 'Enter');
    await waitUntil('now', async () => (await column(two.page, 'placed').count()) === 3);
    await one.context.close();
    await two.context.close();
  });

  it('publishes in order what was changed without a network', async () => {
    await publishAs('Shop', [{ channel: 'orders.board', event: 'placed', id: 'A1-placed', payload: { order: 'A1', item: 'Tea kettle', total: 12 } }]);
    const [{ sequence: before } = { sequence: 0 }] = await replay<{ sequence: number }>('last=1');
    const one = await openPage();
    const two = await openPage();
    await Promise.all([one, two].map(({ page }) => page.waitForSelector(`#status:has-text("of ${before}:")`)));
    await one.context.setOffline(true);
    await one.page.waitForSelector('.state[data-state="offline"]');
    await one.page.click('#place');
    await column(one.page, 'placed').first().getByRole('button').click();
    await column(one.page, 'paid').first().getByRole('button').click();
    await one.page.click('#place');
    await one.page.waitForSelector('#waiting:text-is("4 changes wait")');
    await screenshot(one.page, 'orders-offline');
    await one.context.setOffline(false);
    await one.page.waitForSelector('#waiting:text-is("")', { state: 'attached' });
    await two.page.waitForSelector(`#status:has-text("of ${before + 4}:")`);
    const publications = await replay<{ event: string; payload: { order: string } }>(`from=${before + 1}`);
    assert.deepEqual(publications.map(({ event }) => event), ['placed', 'paid', 'packed', 'placed']);
    assert.equal(new Set(publications.slice(0, 3).map(({ payload }) => payload.order)).size, 1);
    await one.context.close();
    await two.context.close();
  });
});

describe('the push page', { timeout: 120_000 }, () => {
  before(async () => {
    site = await serve('push', server.url, 0);
  });
  after(() => site.close());

  it('enables notifications, receives one, stays enabled after a reload, and disables them', async () => {
    const context = await browser.newContext({ viewport: { width: 1100, height: 700 } });
    await context.grantPermissions(['notifications'], { origin: site.url });
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    page.on('pageerror', (error) => pageErrors.push(error.message));
    // Chromium's push service is on the internet, so it is replaced; everything else is the
    // browser's own
    await page.addInitScript('globalThis.__name = (named) => named'); // tsx adds calls of __name to functions
    await page.addInitScript((said) => {
      let present: PushSubscription | null = null;
      PushManager.prototype.getSubscription = () => Promise.resolve(present);
      PushManager.prototype.subscribe = (options) => {
        const unsubscribe = () => {
          present = null;
          return Promise.resolve(true);
        };
        return Promise.resolve((present = { ...said, options, toJSON: () => said, unsubscribe } as unknown as PushSubscription));
      };
    }, pushService.subscription());
    await page.goto(site.url);

    await page.click('#toggle:has-text("Notify me here")');
    await page.waitForSelector('#here:has-text("follows the news")');
    await page.waitForSelector('#devices li:has-text("A computer")');
    await screenshot(page, 'push');
    await page.click('#news button');
    await page.waitForSelector('#status:has-text("On its way to 1 device.")');
    await waitUntil('it has come', () => pushService.received.length === 1);

    const devtools = await context.newCDPSession(page);
    const registered = new Promise<string>((resolve) =>
      devtools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => registrations[0] && resolve(registrations[0].registrationId)),
    );
    await devtools.send('ServiceWorker.enable');
    // Asking the page earlier would not work: Chromium then drops those recorded but not displayed yet.
    let displayed = 0;
    devtools.on('BackgroundService.backgroundServiceEventReceived', ({ backgroundServiceEvent }) => {
      displayed += backgroundServiceEvent.eventName === 'Notification displayed' ? 1 : 0;
    });
    await devtools.send('BackgroundService.startObserving', { service: 'notifications' });
    await devtools.send('BackgroundService.setRecording', { service: 'notifications', shouldRecord: true });
    await devtools.send('ServiceWorker.deliverPushMessage', { origin: site.url, registrationId: await registered, data: JSON.stringify(pushService.received[0]) });
    await waitUntil('it is displayed', () => displayed === 1);
    const shown = await page.evaluate(async () => (await (await navigator.serviceWorker.ready).getNotifications()).map(({ title, body }) => `${title}: ${body}`));
    assert.deepEqual(shown, ['News: The board is open']);

    await page.reload();
    await page.waitForSelector('#here:has-text("follows the news")');
    await page.click('#toggle:has-text("Stop notifications")');
    await page.waitForSelector('#here:has-text("Receives no notifications")');
    await page.waitForSelector('#devices li', { state: 'detached' });
    await context.close();
  });
});

describe('the push page of a server without Web Push', { timeout: 60_000 }, () => {
  before(async () => {
    site = await serve('push', server.url, 0);
  });
  after(() => site.close());

  it('explains how to configure it', async () => {
    const context = await browser.newContext({ viewport: { width: 1100, height: 700 } });
    const page = await context.newPage();
    const off = { code: 'push_off', status: 404, detail: 'there is no push service' };
    await page.route('**/broadcasty/push/key', (route) => route.fulfill({ status: 404, contentType: 'application/problem+json', body: JSON.stringify(off) }));
    await page.goto(site.url);
    await page.waitForSelector('#off:has-text("VapidKeys")', { timeout: 30_000 });
    await screenshot(page, 'push-off');
    await context.close();
  });
});

describe('the worker example', { timeout: 60_000 }, () => {
  function run(url: string, ...args: string[]): { child: ChildProcess; said: () => string } {
    const child = spawn(process.execPath, ['--import', 'tsx', 'examples/run.ts', ...args], { env: { ...process.env, BROADCASTY_URL: url }, stdio: ['ignore', 'pipe', 'pipe'] });
    process.once('exit', () => child.kill('SIGKILL')); // never outlives the tests
    let said = '';
    child.stdout.on('data', (text: Buffer) => (said += text.toString()));
    child.stderr.on('data', (text: Buffer) => (said += text.toString()));
    return { child, said: () => said };
  }

  it('answers requests', async () => {
    const worker = run(server.url, 'worker');
    await waitUntil('it answers', () => worker.said().includes('answers requests'));
    const asked = [run(server.url, 'ask', 'SKU-1'), run(server.url, 'ask', 'SKU-9')];
    await waitUntil('both have their answer', () => asked.every(({ child }) => child.exitCode === 0));
    assert.match(asked[0]!.said(), /sku: 'SKU-1', count: 12/);
    assert.match(asked[1]!.said(), /SKU-9 is not known/);
    assert.match(worker.said(), /asked for SKU-1: 12/);
    worker.child.kill();
    await once(worker.child, 'exit');
  });

  it('explains at once how to start a server when there is none', async () => {
    const { child, said } = run(`http://127.0.0.1:${await freePort()}`, 'ask');
    await waitUntil('its end', () => child.exitCode === 1);
    assert.match(said(), /^http:\S+ issues no tokens; start a server in development mode: \.\/mvnw -Prun\n$/); // and not what the client says when its time is over
  });
});
