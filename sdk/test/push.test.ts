/** Tests of Web Push with a fake browser: its worker, push service, permission and storage. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { runInNewContext } from 'node:vm';
import { BroadcastyError, WebPush } from '../src/push.js';
import type { PushBrowser, PushDevice, WebPushOptions } from '../src/push.js';
import { FakeServer, token } from './fake-server.js';

class FakePushManager {
  subscription: { endpoint: string; key: string } | undefined;
  /** Whether the push service is unreachable. */
  unreachable = false;
  private subscribeCount = 0;

  getSubscription = (): Promise<PushSubscription | null> => Promise.resolve(this.subscription ? this.toSubscription(this.subscription) : null);

  subscribe = ({ applicationServerKey }: { applicationServerKey: Uint8Array }): Promise<PushSubscription> => {
    if (this.unreachable) {
      return Promise.reject(new DOMException('no push service', 'AbortError'));
    }
    this.subscription = { endpoint: `https://push/${++this.subscribeCount}`, key: Buffer.from(applicationServerKey).toString('base64url') };
    return Promise.resolve(this.toSubscription(this.subscription));
  };

  private toSubscription({ endpoint, key }: { endpoint: string; key: string }): PushSubscription {
    return {
      endpoint,
      options: { userVisibleOnly: true, applicationServerKey: Uint8Array.from(Buffer.from(key, 'base64url')).buffer },
      toJSON: () => ({ endpoint, expirationTime: null, keys: { p256dh: 'p', auth: 'a' } }),
      unsubscribe: () => {
        this.subscription = undefined;
        return Promise.resolve(true);
      },
    } as unknown as PushSubscription;
  }
}

/** A browser with the state that it keeps between visits. */
class FakeBrowser implements PushBrowser {
  readonly push = new FakePushManager();
  readonly entries = new Map<string, string>();
  readonly events = new EventTarget();
  hasPush = true;
  answer: NotificationPermission = 'granted';
  prompts = 0;
  /** The address of the worker that serves the scope. */
  activeWorker: string | undefined;
  rejectsWorkers = false;
  private given: NotificationPermission = 'default';

  permission = () => this.given;

  requestPermission = () => {
    this.prompts++;
    this.given = this.answer;
    return Promise.resolve(this.given);
  };

  storage = {
    getItem: (key: string) => this.entries.get(key) ?? null,
    setItem: (key: string, value: string) => void this.entries.set(key, value),
    removeItem: (key: string) => void this.entries.delete(key),
  };

  get registration(): ServiceWorkerRegistration {
    return { active: { scriptURL: this.activeWorker }, pushManager: this.push } as unknown as ServiceWorkerRegistration;
  }

  serviceWorker = {
    addEventListener: (type: string, listener: EventListener) => this.events.addEventListener(type, listener),
    removeEventListener: (type: string, listener: EventListener) => this.events.removeEventListener(type, listener),
    getRegistration: () => Promise.resolve(this.activeWorker === undefined ? undefined : this.registration),
    register: (script: string) => {
      if (this.rejectsWorkers) {
        return Promise.reject(new DOMException('another origin', 'SecurityError'));
      }
      const worker = Object.assign(new EventTarget(), { state: 'installing', scriptURL: script });
      setImmediate(() => {
        worker.state = 'activated';
        this.activeWorker = script;
        worker.dispatchEvent(new Event('statechange'));
      });
      return Promise.resolve({ active: null, installing: worker, waiting: null, pushManager: this.push });
    },
  } as unknown as ServiceWorkerContainer;
}

describe('push', { timeout: 20_000 }, () => {
  let server: FakeServer;
  let browser: FakeBrowser;
  let all: WebPush[];

  const open = (options: Partial<WebPushOptions> = {}) => {
    const push = new WebPush({ baseUrl: server.url, getToken: () => token(), browser, ...options });
    all.push(push);
    return push;
  };
  const endpoints = () => [...server.devices.values()].map(({ endpoint }) => endpoint);

  beforeEach(async () => {
    server = await FakeServer.start();
    browser = new FakeBrowser();
    all = [];
  });
  afterEach(async () => {
    all.forEach((push) => push.close());
    await server.close();
  });

  it('registers the browser, and the same device on a second call', async () => {
    const push = open();
    assert.equal(await push.isAvailable(), true);
    const device = await push.subscribe({ device: 'laptop', topics: ['orders.eu'] });
    assert.deepEqual([device.user, device.device, device.topics], ['ann', 'laptop', ['orders.eu']]);
    assert.equal(browser.activeWorker, `${server.url}/broadcasty/push/sw.js`);
    const again = await push.subscribe();
    assert.deepEqual([again.id, again.topics], [device.id, ['orders.eu']]);
    assert.deepEqual((await push.devices()).map(({ id }) => id), [device.id]);
    assert.equal(server.requests.filter((path) => path === 'push/key').length, 1);
  });

  it('is removed from the server and the browser by unsubscribe()', async () => {
    const push = open();
    await push.subscribe();
    await open().unsubscribe(); // on another visit, which does not know the id
    assert.equal(server.devices.size, 0);
    assert.equal(browser.push.subscription, undefined);
    assert.equal(await open().resume(), undefined);
    await push.unsubscribe(); // nothing is left to remove
  });

  it('is removed from the browser even when the server is unreachable', async () => {
    await open().subscribe();
    server.refusing = true;
    server.breakAll();
    await assert.rejects(open().unsubscribe(), { code: 'unreachable' });
    assert.equal(browser.push.subscription, undefined);
  });

  it('is confirmed at the next start without a prompt', async () => {
    const { id } = await open().subscribe();
    server.devices.clear(); // the server lost it
    const renewed: PushDevice[] = [];
    const push = open();
    push.on('renewed', (device) => renewed.push(device));
    const device = await push.resume();
    assert.notEqual(device?.id, id);
    assert.deepEqual(renewed, [device]);
    assert.equal(browser.prompts, 1);
  });

  it("is replaced when the server's key changes and when the browser loses it", async () => {
    await open().subscribe();
    server.pushKey = 'BAUG';
    await open().resume();
    assert.deepEqual([browser.push.subscription?.key, browser.push.subscription?.endpoint], ['BAUG', 'https://push/2']);
    browser.push.subscription = undefined;
    await open().resume();
    assert.ok(endpoints().includes('https://push/3'));
  });

  it('is registered again when the worker reports that the browser replaced it', async () => {
    const push = open();
    await push.subscribe();
    const renewed = new Promise<PushDevice>((resolve) => push.on('renewed', resolve));
    await replaceSubscription(browser);
    await renewed;
    assert.ok(endpoints().includes('https://push/2'));
    push.close();
    const before = server.requests.length;
    await replaceSubscription(browser);
    assert.equal(server.requests.length, before);
  });

  it('emits an error when it cannot be renewed', async () => {
    const push = open();
    await push.subscribe();
    const failed = new Promise<BroadcastyError>((resolve) => push.on('error', resolve));
    server.refusing = true;
    server.breakAll();
    await replaceSubscription(browser);
    assert.equal((await failed).code, 'unreachable');
  });

  it('is not passed on to the next user of the browser', async () => {
    await open().subscribe();
    assert.equal(await open({ getToken: () => token({ subject: 'bob' }) }).resume(), undefined);
    assert.equal(browser.push.subscription, undefined);
    assert.deepEqual([...server.devices.values()].map(({ user }) => user), ['ann']);
    assert.equal(await open().resume(), undefined);
  });

  it('works with the application’s own worker', async () => {
    const register = () => assert.fail('it is registered already');
    browser.activeWorker = 'https://page/app.js';
    const registration = Promise.resolve(browser.registration);
    Object.assign(browser.serviceWorker, { register });
    await open({ serviceWorker: registration }).subscribe();
    assert.equal(server.devices.size, 1);
  });

  describe('fails with a typed error', () => {
    it('without Web Push in the browser', async () => {
      browser.hasPush = false;
      const push = open();
      assert.equal(await push.isAvailable(), false);
      await assert.rejects(push.subscribe(), { code: 'push_unsupported', message: /HTTPS/ });
      assert.equal(await push.resume(), undefined);
    });

    it('without Web Push at the server', async () => {
      server.pushKey = undefined;
      const push = open();
      assert.equal(await push.isAvailable(), false);
      await assert.rejects(push.subscribe(), { code: 'push_off' });
      assert.equal(browser.prompts, 0);
      server.pushKey = 'AQID';
      assert.equal(await push.isAvailable(), true);
    });

    it('without permission', async () => {
      browser.answer = 'denied';
      const push = open();
      await assert.rejects(push.subscribe(), { code: 'permission_denied', message: /site settings/ });
      assert.equal(await push.isAvailable(), false);
      assert.equal(server.devices.size, 0);
    });

    it('for a topic that the token does not allow', async () => {
      await assert.rejects(open().subscribe({ topics: ['private-nobody'] }), { code: 'forbidden' });
    });

    it('when the worker has another origin, or another worker serves the scope', async () => {
      browser.rejectsWorkers = true;
      await assert.rejects(open().subscribe(), { code: 'push_failed', message: /importScripts/ });
      browser.activeWorker = 'https://page/app.js';
      await assert.rejects(open().subscribe(), { code: 'push_failed', message: /app\.js already serves this scope/ });
    });

    it('when the push service is unreachable', async () => {
      browser.push.unreachable = true;
      await assert.rejects(open().subscribe(), { code: 'push_failed', retry: 'after' });
    });

    it('without a server, and without a token', async () => {
      await assert.rejects(open({ getToken: () => '' }).subscribe(), { code: 'no_token' });
      server.refusing = true;
      server.breakAll();
      await assert.rejects(open().isAvailable(), (error) => error instanceof BroadcastyError && error.code === 'unreachable');
    });
  });
});

/**
 * Runs the server’s own worker through a subscription change and delivers its messages to the
 * pages.
 */
async function replaceSubscription(browser: FakeBrowser): Promise<void> {
  const script = readFileSync(new URL('../../src/main/resources/io/broadcasty/transport/http/sw.js', import.meta.url), 'utf8');
  const worker = new EventTarget();
  const page = { postMessage: (data: unknown) => browser.events.dispatchEvent(Object.assign(new Event('message'), { data })) };
  const self = Object.assign(worker, { registration: browser.registration, clients: { matchAll: () => Promise.resolve([page]) } });
  runInNewContext(script, { self });
  const before = await browser.push.getSubscription();
  browser.push.subscription = undefined;
  const event = new Event('pushsubscriptionchange') as Event & { waited?: Promise<void> };
  Object.assign(event, { oldSubscription: before, newSubscription: null, waitUntil: (work: Promise<void>) => (event.waited = work) });
  worker.dispatchEvent(event);
  await event.waited;
}
