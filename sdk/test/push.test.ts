/** Notifications, with a browser that is made up: its worker, its push service, its permission, its storage. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { runInNewContext } from 'node:vm';
import { BroadcastyError, WebPush } from '../src/push.js';
import type { PushBrowser, PushDevice, WebPushOptions } from '../src/push.js';
import { FakeServer, token } from './fake-server.js';

class FakePush {
  subscription: { endpoint: string; key: string } | undefined;
  /** The push service cannot be reached. */
  broken = false;
  private made = 0;

  getSubscription = (): Promise<PushSubscription | null> => Promise.resolve(this.subscription ? this.shown(this.subscription) : null);

  subscribe = ({ applicationServerKey }: { applicationServerKey: Uint8Array }): Promise<PushSubscription> => {
    if (this.broken) {
      return Promise.reject(new DOMException('no push service', 'AbortError'));
    }
    this.subscription = { endpoint: `https://push/${++this.made}`, key: Buffer.from(applicationServerKey).toString('base64url') };
    return Promise.resolve(this.shown(this.subscription));
  };

  private shown({ endpoint, key }: { endpoint: string; key: string }): PushSubscription {
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

/** A browser; it keeps what a browser keeps between visits. */
class FakeBrowser implements PushBrowser {
  readonly push = new FakePush();
  readonly entries = new Map<string, string>();
  readonly events = new EventTarget();
  hasPush = true;
  answer: NotificationPermission = 'granted';
  asked = 0;
  /** The address of the worker that serves the scope. */
  running: string | undefined;
  refusesWorkers = false;
  private given: NotificationPermission = 'default';

  permission = () => this.given;

  requestPermission = () => {
    this.asked++;
    this.given = this.answer;
    return Promise.resolve(this.given);
  };

  storage = {
    getItem: (key: string) => this.entries.get(key) ?? null,
    setItem: (key: string, value: string) => void this.entries.set(key, value),
    removeItem: (key: string) => void this.entries.delete(key),
  };

  get registration(): ServiceWorkerRegistration {
    return { active: { scriptURL: this.running }, pushManager: this.push } as unknown as ServiceWorkerRegistration;
  }

  serviceWorker = {
    addEventListener: (type: string, listener: EventListener) => this.events.addEventListener(type, listener),
    removeEventListener: (type: string, listener: EventListener) => this.events.removeEventListener(type, listener),
    getRegistration: () => Promise.resolve(this.running === undefined ? undefined : this.registration),
    register: (script: string) => {
      if (this.refusesWorkers) {
        return Promise.reject(new DOMException('another origin', 'SecurityError'));
      }
      const worker = Object.assign(new EventTarget(), { state: 'installing', scriptURL: script });
      setImmediate(() => {
        worker.state = 'activated';
        this.running = script;
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

  it('registers the browser, and a second time the same device', async () => {
    const push = open();
    assert.equal(await push.isAvailable(), true);
    const device = await push.subscribe({ device: 'laptop', topics: ['orders.eu'] });
    assert.deepEqual([device.user, device.device, device.topics], ['ann', 'laptop', ['orders.eu']]);
    assert.equal(browser.running, `${server.url}/broadcasty/push/sw.js`);
    const again = await push.subscribe();
    assert.deepEqual([again.id, again.topics], [device.id, ['orders.eu']]);
    assert.deepEqual((await push.devices()).map(({ id }) => id), [device.id]);
    assert.equal(server.heard.filter((path) => path === 'push/key').length, 1);
  });

  it('ends with unsubscribe, at the server and in the browser', async () => {
    const push = open();
    await push.subscribe();
    await open().unsubscribe(); // on another visit: nobody remembers the id
    assert.equal(server.devices.size, 0);
    assert.equal(browser.push.subscription, undefined);
    assert.equal(await open().resume(), undefined);
    await push.unsubscribe(); // nothing there any more
  });

  it('ends in the browser even when the server cannot be told', async () => {
    await open().subscribe();
    server.refusing = true;
    server.cutAll();
    await assert.rejects(open().unsubscribe(), { code: 'unreachable' });
    assert.equal(browser.push.subscription, undefined);
  });

  it('is confirmed at the next start without a question', async () => {
    const { id } = await open().subscribe();
    server.devices.clear(); // the server lost it
    const renewed: PushDevice[] = [];
    const push = open();
    push.on('renewed', (device) => renewed.push(device));
    const device = await push.resume();
    assert.notEqual(device?.id, id);
    assert.deepEqual(renewed, [device]);
    assert.equal(browser.asked, 1);
  });

  it('is made anew when the key of the server changed, and when the browser lost it', async () => {
    await open().subscribe();
    server.pushKey = 'BAUG';
    await open().resume();
    assert.deepEqual([browser.push.subscription?.key, browser.push.subscription?.endpoint], ['BAUG', 'https://push/2']);
    browser.push.subscription = undefined;
    await open().resume();
    assert.ok(endpoints().includes('https://push/3'));
  });

  it('is told of by the worker when the browser replaced it', async () => {
    const push = open();
    await push.subscribe();
    const renewed = new Promise<PushDevice>((resolve) => push.on('renewed', resolve));
    await changedByTheBrowser(browser);
    await renewed;
    assert.ok(endpoints().includes('https://push/2'));
    push.close();
    const heard = server.heard.length;
    await changedByTheBrowser(browser);
    assert.equal(server.heard.length, heard);
  });

  it('that cannot be renewed says so', async () => {
    const push = open();
    await push.subscribe();
    const failed = new Promise<BroadcastyError>((resolve) => push.on('error', resolve));
    server.refusing = true;
    server.cutAll();
    await changedByTheBrowser(browser);
    assert.equal((await failed).code, 'unreachable');
  });

  it('of one user is not taken over by the next, and shows nothing to him', async () => {
    await open().subscribe();
    assert.equal(await open({ getToken: () => token({ subject: 'bob' }) }).resume(), undefined);
    assert.equal(browser.push.subscription, undefined);
    assert.deepEqual([...server.devices.values()].map(({ user }) => user), ['ann']);
    assert.equal(await open().resume(), undefined);
  });

  it('with a worker of the application’s own', async () => {
    const register = () => assert.fail('it is registered already');
    browser.running = 'https://page/app.js';
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
      assert.equal(browser.asked, 0);
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

    it('when the worker is on another origin, or another worker is there', async () => {
      browser.refusesWorkers = true;
      await assert.rejects(open().subscribe(), { code: 'push_failed', message: /importScripts/ });
      browser.running = 'https://page/app.js';
      await assert.rejects(open().subscribe(), { code: 'push_failed', message: /app\.js already serves this scope/ });
    });

    it('when the push service is away', async () => {
      browser.push.broken = true;
      await assert.rejects(open().subscribe(), { code: 'push_failed', retry: 'after' });
    });

    it('without a server, and without a token', async () => {
      await assert.rejects(open({ getToken: () => '' }).subscribe(), { code: 'no_token' });
      server.refusing = true;
      server.cutAll();
      await assert.rejects(open().isAvailable(), (error) => error instanceof BroadcastyError && error.code === 'unreachable');
    });
  });
});

/** Runs the server’s own worker through a change, and lets the pages have what it says. */
async function changedByTheBrowser(browser: FakeBrowser): Promise<void> {
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
