import { Emitter } from './emitter.js';
import { asError, BroadcastyError } from './errors.js';
import { httpSettings } from './settings.js';
import type { HttpSettings, ServerOptions } from './settings.js';
import { askForToken, fromBase64Url, ownerOf } from './token.js';
import { request } from './transport/http.js';
import type { HttpRequest } from './transport/http.js';

export { BroadcastyError } from './errors.js';
export type { ClientCode, ErrorCode } from './errors.js';
export type { Retry, ServerCode } from './codes.js';
export type { ServerOptions } from './settings.js';
export type { GetToken } from './token.js';

/** What `sw.js` tells the pages when the browser replaced its subscription. */
const CHANGED = 'broadcasty.push.changed';

/** How a {@link WebPush} is made. */
export interface WebPushOptions extends ServerOptions {
  /**
   * The service worker that shows what is pushed: its address, or the registration if the application registers it. A worker of
   * the application’s own writes `importScripts('/broadcasty/push/sw.js')`. Default: that script itself.
   */
  serviceWorker?: string | ServiceWorkerRegistration | Promise<ServiceWorkerRegistration>;
  /** The scope of a worker that is registered here; default `/`. */
  scope?: string;
  /** The browser, for tests. */
  browser?: PushBrowser;
}

/** The parts of a browser that Web Push needs. */
export interface PushBrowser {
  /** Missing where there is no Web Push: without TLS, in some web views, on iOS outside of an app on the home screen. */
  serviceWorker: ServiceWorkerContainer | undefined;
  /** Whether the page has a `PushManager` and a `Notification`. */
  hasPush: boolean;
  /** What the user has said so far. */
  permission(): NotificationPermission;
  /** Asks the user, if he was not asked before. */
  requestPermission(): Promise<NotificationPermission>;
  /** Remembers between visits that the user wants notifications here. */
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | undefined;
}

/** What {@link WebPush.subscribe} may say of the device. */
export interface PushSubscribeOptions {
  /** How the user calls this browser. */
  device?: string;
  /** What it follows from now on, named like channels; left out, what it follows already. */
  topics?: string[];
}

/** A device that gets notifications, as the server knows it. */
export interface PushDevice {
  id: string;
  user: string;
  /** `webpush`, `fcm`, `apns` or `onesignal`. */
  service: string;
  device?: string;
  topics: string[];
  /** Milliseconds since 1970. */
  confirmedAt: number;
}

/** What a {@link WebPush} tells. */
export interface WebPushEvents {
  /** The browser’s subscription is confirmed at the server under this id, after `resume()` or a change by the browser. */
  renewed: PushDevice;
  /** The browser replaced its subscription, and the server could not be told; `resume()` at the next start does. */
  error: BroadcastyError;
}

/**
 * Notifications to this browser, with the page closed too.
 *
 * @example
 * const push = new WebPush({ baseUrl: 'https://example.com', getToken: () => session.token });
 * await push.resume(); // at each start
 * button.hidden = !(await push.isAvailable());
 * button.onclick = () => push.subscribe({ topics: ['orders.eu'] });
 */
export class WebPush extends Emitter<WebPushEvents> {
  private readonly settings: HttpSettings;
  private readonly browser: PushBrowser;
  private readonly mark: string;
  private publicKey: Promise<string> | undefined;

  constructor(private readonly options: WebPushOptions) {
    super();
    this.settings = httpSettings(options);
    this.browser = options.browser ?? thisBrowser();
    this.mark = `broadcasty.push:${this.settings.baseUrl}`;
    this.browser.serviceWorker?.addEventListener('message', this.heard);
  }

  /** Whether this browser can do it here; it wants HTTPS, or localhost. */
  isSupported(): boolean {
    return this.browser.serviceWorker !== undefined && this.browser.hasPush;
  }

  /**
   * Whether `subscribe()` has a chance: the browser can do it, the user has not forbidden it, and the server has Web Push. Ask
   * before a button is shown; the click then needs no answer from the server before the browser asks for permission.
   */
  async isAvailable(): Promise<boolean> {
    if (!this.isSupported() || this.browser.permission() === 'denied') {
      return false;
    }
    try {
      await this.key();
      return true;
    } catch (error) {
      if (asError(error).code === 'push_off') {
        return false;
      }
      throw error;
    }
  }

  /**
   * Asks for permission and registers this browser for the user; again and again does no harm. To be called in answer to a
   * click, since browsers ask for permission then only.
   *
   * @throws BroadcastyError `push_unsupported`, `permission_denied`, `push_off` when the server has no Web Push, `push_failed`
   *     when the worker or the browser’s push service failed, `forbidden` for a topic, …
   */
  async subscribe({ device, topics }: PushSubscribeOptions = {}): Promise<PushDevice> {
    this.checkSupport();
    const key = await this.key();
    if ((await this.browser.requestPermission()) !== 'granted') {
      throw new BroadcastyError('permission_denied', 'notifications are not allowed for this site; the user can change that in the site settings of the browser');
    }
    const token = await askForToken(this.options.getToken);
    const { pushManager } = await this.worker();
    const registered = await this.register(token, await subscriptionWith(pushManager, key), { device, topics });
    this.remember(ownerOf(token));
    return registered;
  }

  /**
   * To be called at each start of the application: confirms the subscription that `subscribe()` made, and makes it anew when the
   * browser lost it or the key of the server changed. Asks the user nothing. A browser that was subscribed by another user is
   * unsubscribed, so that nobody sees the notifications of somebody else.
   *
   * @returns undefined when the user of the token did not subscribe here, or took the permission back
   */
  async resume(): Promise<PushDevice | undefined> {
    const owner = this.browser.storage?.getItem(this.mark);
    if (!this.isSupported() || !owner) {
      return undefined;
    }
    const token = await askForToken(this.options.getToken);
    if (owner !== ownerOf(token)) {
      await this.forget();
      return undefined;
    }
    if (this.browser.permission() !== 'granted') {
      return undefined;
    }
    this.publicKey = undefined; // it may have changed since the page was opened
    const { pushManager } = await this.worker();
    const device = await this.register(token, await subscriptionWith(pushManager, await this.key()));
    this.emit('renewed', device);
    return device;
  }

  /** Ends what `subscribe()` began, at the server and here; call it before the user logs out. */
  async unsubscribe(): Promise<void> {
    this.checkSupport();
    const present = await (await this.registration())?.pushManager.getSubscription();
    try {
      if (present) {
        const token = await askForToken(this.options.getToken);
        const { id } = await this.register(token, present); // the server alone knows the id, and tells whoever has the keys
        await this.remove(id);
      }
    } finally {
      await this.forget();
    }
  }

  /** Every device of the user, the one registered last first. */
  async devices(): Promise<PushDevice[]> {
    const answer = await this.ask('subscriptions');
    return ((await answer.json()) as { subscriptions: PushDevice[] }).subscriptions;
  }

  /** A device of the user gets no notifications any more. @throws BroadcastyError `not_found` */
  async remove(id: string): Promise<void> {
    await this.ask(`subscriptions/${encodeURIComponent(id)}`, { method: 'DELETE' });
  }

  /** Hears no more of changes by the browser; the subscription stays. */
  close(): void {
    this.browser.serviceWorker?.removeEventListener('message', this.heard);
  }

  private readonly heard = ({ data }: MessageEvent): void => {
    if ((data as { type?: unknown } | null)?.type === CHANGED) {
      this.resume().catch((error: unknown) => this.emit('error', asError(error)));
    }
  };

  private checkSupport(): void {
    if (!this.isSupported()) {
      throw new BroadcastyError('push_unsupported', 'this browser has no Web Push here; it needs HTTPS or localhost, and on iOS an app on the home screen');
    }
  }

  /** What the browser subscribes with; asked for once, and again after a failure. */
  private async key(): Promise<Uint8Array<ArrayBuffer>> {
    this.publicKey ??= request(this.settings, undefined, 'push/key').then(async (answer) => ((await answer.json()) as { publicKey: string }).publicKey);
    try {
      return Uint8Array.from(fromBase64Url(await this.publicKey), (char) => char.charCodeAt(0));
    } catch (error) {
      this.publicKey = undefined;
      throw error;
    }
  }

  private async registration(): Promise<ServiceWorkerRegistration | undefined> {
    const { serviceWorker, scope = '/' } = this.options;
    return typeof serviceWorker === 'object' ? serviceWorker : this.browser.serviceWorker?.getRegistration(scope);
  }

  /** The worker, registered and running. */
  private async worker(): Promise<ServiceWorkerRegistration> {
    const { serviceWorker, scope = '/' } = this.options;
    let registration = await this.registration();
    if (typeof serviceWorker !== 'object') {
      const own = `${this.settings.baseUrl}/broadcasty/push/sw.js`;
      const script = serviceWorker ?? own;
      const running = registration?.active?.scriptURL;
      if (serviceWorker === undefined && running !== undefined && running !== own) {
        throw new BroadcastyError('push_failed', `${running} serves this scope already; give it as serviceWorker, and write importScripts('${own}') into it`);
      }
      try {
        registration = await this.browser.serviceWorker?.register(script, { scope });
      } catch (cause) {
        throw new BroadcastyError(
          'push_failed',
          `the service worker ${script} could not be registered; it must come from the origin of this page: where Broadcasty is elsewhere, have a worker of your own with importScripts('${own}')`,
          'no',
          { cause },
        );
      }
    }
    return started(registration as ServiceWorkerRegistration);
  }

  private async register(token: string, subscription: PushSubscription, about: { device?: string | undefined; topics?: string[] | undefined } = {}): Promise<PushDevice> {
    const answer = await request(this.settings, token, 'push/subscriptions', { body: { ...subscription.toJSON(), ...about } });
    return (await answer.json()) as PushDevice;
  }

  private async ask(path: string, more: HttpRequest = {}): Promise<Response> {
    return request(this.settings, await askForToken(this.options.getToken), `push/${path}`, more);
  }

  private remember(owner: string): void {
    try {
      this.browser.storage?.setItem(this.mark, owner);
    } catch {
      // full, or forbidden: resume() will do nothing
    }
  }

  /** The browser gets nothing any more, whatever the server knows: its push service tells it so. */
  private async forget(): Promise<void> {
    this.browser.storage?.removeItem(this.mark);
    await (await (await this.registration())?.pushManager.getSubscription())?.unsubscribe();
  }
}

/** The subscription there is, unless it was made with another key. */
async function subscriptionWith(pushManager: PushManager, key: Uint8Array<ArrayBuffer>): Promise<PushSubscription> {
  try {
    const present = await pushManager.getSubscription();
    if (present) {
      const used = present.options.applicationServerKey;
      if (used && equal(new Uint8Array(used), key)) {
        return present;
      }
      await present.unsubscribe();
    }
    return await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  } catch (cause) {
    throw new BroadcastyError('push_failed', 'the push service of the browser could not be reached, or does not take the key of the server', 'after', { cause });
  }
}

function equal(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}

/** A worker takes subscriptions when it is active. */
async function started(registration: ServiceWorkerRegistration): Promise<ServiceWorkerRegistration> {
  const coming = registration.active ? null : (registration.installing ?? registration.waiting);
  if (coming) {
    await new Promise<void>((resolve, reject) => {
      const look = () => {
        if (coming.state === 'activated') {
          resolve();
        } else if (coming.state === 'redundant') {
          reject(new BroadcastyError('push_failed', `the service worker ${coming.scriptURL} could not be started; the console of the browser says why`));
        }
      };
      coming.addEventListener('statechange', look);
      look();
    });
  }
  return registration;
}

function thisBrowser(): PushBrowser {
  const world = globalThis as { PushManager?: unknown; Notification?: typeof Notification };
  const { navigator } = globalThis as { navigator?: Partial<Navigator> };
  return {
    serviceWorker: navigator?.serviceWorker,
    hasPush: world.PushManager !== undefined && world.Notification !== undefined,
    permission: () => Notification.permission,
    requestPermission: () => Notification.requestPermission(),
    get storage() {
      try {
        return localStorage;
      } catch {
        return undefined;
      }
    },
  };
}
