/**
 * Tests of the examples as a reader starts them, pages in Chromium and the worker in Node, against
 * the real WAR.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { after, afterEach, before, describe, it } from 'node:test';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { serve } from '../../examples/serve.js';
import type { Site } from '../../examples/serve.js';
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
let pageErrors: string[] = [];

before(async () => {
  pushService = await PushService.start();
  const { publicKey, privateKey } = vapidKeys();
  server = await RealServer.start({
    BROADCASTY_WEBPUSH: 'true',
    BROADCASTY_PUSH_WEBPUSH_ALLOWED_HOSTS: pushService.origin,
    WEBPUSH_VAPID_SUBJECT: 'mailto:ops@example.com',
    WEBPUSH_VAPID_PUBLIC_KEY: publicKey,
    WEBPUSH_VAPID_PRIVATE_KEY: privateKey,
  });
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
});
after(async () => {
  await browser.close();
  await server.stop();
  pushService.stop();
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

describe('the chat', { timeout: 120_000 }, () => {
  before(async () => {
    site = await serve('chat', server.url, 0);
  });
  after(() => site.close());

  async function join(name: string): Promise<{ page: Page; context: BrowserContext }> {
    const visitor = await openPage();
    await visitor.page.fill('#name', name);
    await visitor.page.click('#hello button');
    await visitor.page.waitForSelector(`#members li:has-text("${name}")`);
    return visitor;
  }

  async function sendMessage(page: Page, text: string): Promise<void> {
    await page.fill('#text', text);
    await page.press('#text', 'Enter');
  }

  it('shows the members, and earlier and new messages', async () => {
    const ann = await join('Ann');
    await sendMessage(ann.page, 'Is anybody here?');
    const bob = await join('Bob');
    await bob.page.waitForSelector('li:has-text("Is anybody here?")');
    await ann.page.waitForSelector('#members li:has-text("Bob")');
    await sendMessage(bob.page, 'Yes, I am. Shall we look at the order board together?');
    await ann.page.waitForSelector('li:has-text("Yes, I am")');
    assert.equal(await ann.page.textContent('#state'), 'Live over WebSocket');
    await screenshot(ann.page, 'chat');
    await bob.context.close();
    await ann.page.waitForSelector('#members li:has-text("Bob")', { state: 'detached' });
    await ann.page.reload();
    await ann.page.waitForSelector('li:has-text("Yes, I am")');
    assert.equal(await ann.page.locator('#messages li').count(), 2);
    await ann.context.close();
  });

  it('queues messages without a network and sends them once, in order', async () => {
    const ann = await join('Ann');
    const bob = await join('Bob');
    await ann.context.setOffline(true);
    await sendMessage(ann.page, 'one, from a tunnel');
    await sendMessage(ann.page, 'two, from a tunnel');
    await ann.page.waitForSelector('.state[data-state="offline"]');
    assert.equal(await ann.page.locator('li.waiting').count(), 2);
    await screenshot(ann.page, 'chat-offline');
    await ann.context.setOffline(false);
    await bob.page.waitForSelector('li:has-text("two, from a tunnel")');
    await ann.page.waitForSelector('li.waiting', { state: 'detached' });
    const tunnel = (page: Page) => page.locator('#messages li:has-text("tunnel")').evaluateAll((lines) => lines.map((line) => line.lastChild?.textContent));
    assert.deepEqual(await tunnel(bob.page), ['one, from a tunnel', 'two, from a tunnel']);
    assert.deepEqual(await tunnel(ann.page), ['one, from a tunnel', 'two, from a tunnel']);
    await ann.context.close();
    await bob.context.close();
  });
});

describe('the order board', { timeout: 120_000 }, () => {
  before(async () => {
    site = await serve('orders', server.url, 0);
  });
  after(() => site.close());

  const column = (page: Page, name: string) => page.locator(`#board section:has(h2:has-text("${name}")) li`);

  it('is the same on every screen, after a reload, and at any earlier time', async () => {
    const one = await openPage();
    const two = await openPage();
    for (let n = 1; n <= 4; n++) {
      await one.page.click('#place');
      await column(two.page, 'Placed').nth(n - 1).waitFor();
    }
    await column(two.page, 'Placed').first().getByRole('button').dblclick(); // twice, but it must happen once
    await column(one.page, 'Paid').first().waitFor();
    await column(one.page, 'Paid').first().getByRole('button').click();
    await column(two.page, 'Packed').first().waitFor();
    await two.page.reload();
    await column(two.page, 'Packed').first().waitFor();
    assert.match((await two.page.textContent('#status'))!, /^6 of 6: A\d+ was packed at/);
    assert.equal(await column(two.page, 'Placed').count(), 3);
    await screenshot(two.page, 'orders');
    await two.page.locator('#moment').fill('4');
    await waitUntil('the past', async () => (await column(two.page, 'Placed').count()) === 4);
    assert.equal(await two.page.locator('#board button').count(), 0, 'nobody changes the past');
    await screenshot(two.page, 'orders-past');
    await two.page.click('#live');
    await waitUntil('now', async () => (await column(two.page, 'Placed').count()) === 3);
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

  it('explains how to start a server when there is none', async () => {
    const { child, said } = run(`http://127.0.0.1:${await freePort()}`, 'ask');
    await waitUntil('its end', () => child.exitCode === 1);
    assert.match(said(), /start a server in development mode: \.\/mvnw -Prun/);
  });
});
