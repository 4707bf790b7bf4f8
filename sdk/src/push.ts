import { Emitter } from './emitter.js';
import { toError, BroadcastyError } from './errors.js';
import { httpSettings } from './settings.js';
import type { HttpSettings, ServerOptions } from './settings.js';
import { requestToken, decodeBase64Url, tokenOwner } from './token.js';
import { request } from './transport/http.js';
import type { HttpRequest } from './transport/http.js';

export { BroadcastyError } from './errors.js';
export type { ClientCode, ErrorCode } from './errors.js';
export type { Retry, ServerCode } from './codes.js';
export type { ServerOptions } from './settings.js';
export type { GetToken } from './token.js';

/** The message that `sw.js` posts to pages when the browser has replaced its subscription. */
const SUBSCRIPTION_CHANGED = 'broadcasty.push.changed';

/** The options of a {@link WebPush}. */
export interface WebPushOptions extends ServerOptions {
  /**
   * The service worker that shows notifications: its address, or its registration if the
   * application registers it. The application’s own worker calls
   * `importScripts('/broadcasty/push/sw.js')`. Default: that script itself.
   */
  serviceWorker?: string | ServiceWorkerRegistration | Promise<ServiceWorkerRegistration>;
  /** The scope for registering the worker. Default `/`. */
  scope?: string;
  /** The browser’s interfaces, for tests. */
  browser?: PushBrowser;
}

/** The parts of a browser that Web Push needs. */
export interface PushBrowser {
  /**
   * Undefined where Web Push is missing: without TLS, in some web views, and on iOS outside of an
   * app on the home screen.
   */
  serviceWorker: ServiceWorkerContainer | undefined;
  /** Whether the page has `PushManager` and `Notification`. */
  hasPush: boolean;
  /** Returns the user’s permission so far. */
  permission(): NotificationPermission;
  /** Asks the user for permission, unless the user has already decided. */
  requestPermission(): Promise<NotificationPermission>;
  /** Remembers across visits who has enabled notifications. */
  storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | undefined;
}

/** The options of {@link WebPush.subscribe}. */
export interface PushSubscribeOptions {
  /** The user’s name for this browser. */
  device?: string;
  /**
   * The topics to follow from now on, named like channels. Default: the topics that it already
   * follows.
   */
  topics?: string[];
}

/** A registered device that receives notifications. */
export interface PushDevice {
  /** The id of the registration. */
  id: string;
  /** The user, as the subject of the token. */
  user: string;
  /** The push service: `webpush`, `fcm`, `apns` or `onesignal`. */
  service: string;
  /** The user’s name for the device. */
  device?: string;
  /** The topics that it follows. */
  topics: string[];
  /** The topics that it followed until now and that the token does not allow any more. */
  dropped?: string[];
  /** The time of the last registration, in milliseconds since 1970. */
  confirmedAt: number;
}

/** The events of a {@link WebPush}. */
export interface WebPushEvents {
  /**
   * The browser’s subscription is registered at the server, after `resume()` or after the browser
   * replaced it.
   */
  renewed: PushDevice;
  /**
   * The browser replaced its subscription and registering it failed; the next `resume()` tries
   * again.
   */
  error: BroadcastyError;
}

/**
 * Notifications to this browser, also while the page is closed.
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
  private readonly storageKey: string;
  private publicKey: Promise<string> | undefined;

  constructor(private readonly options: WebPushOptions) {
    super();
    this.settings = httpSettings(options);
    this.browser = options.browser ?? currentBrowser();
    this.storageKey = `broadcasty.push:${this.settings.baseUrl}`;
    this.browser.serviceWorker?.addEventListener('message', this.onWorkerMessage);
  }

  /**
   * Returns whether this browser supports Web Push on this page, which needs HTTPS or localhost.
   */
  isSupported(): boolean {
    return this.browser.serviceWorker !== undefined && this.browser.hasPush;
  }

  /**
   * Returns whether `subscribe()` can succeed: the browser supports Web Push, the user has not
   * denied it, and the server has it configured. Call it before you show a button: it also fetches
   * the server’s key, so that a click leads to the permission prompt at once.
   *
   * @throws BroadcastyError `unreachable`, `timeout`, … when the server’s key cannot be fetched
   */
  async isAvailable(): Promise<boolean> {
    if (!this.isSupported() || this.browser.permission() === 'denied') {
      return false;
    }
    try {
      await this.serverKey();
      return true;
    } catch (error) {
      if (toError(error).code === 'push_off') {
        return false;
      }
      throw error;
    }
  }

  /**
   * Asks for permission and registers this browser for the user. Repeated calls are harmless. Call
   * it in a click handler, since browsers show the permission prompt only then.
   *
   * @throws BroadcastyError `push_unsupported`, `permission_denied`, `push_off` when the server has
   *     no Web Push, `push_failed` when the worker or the browser’s push service fails, `forbidden`
   *     for a topic, …
   */
  async subscribe({ device, topics }: PushSubscribeOptions = {}): Promise<PushDevice> {
    this.checkSupport();
    const key = await this.serverKey();
    if ((await this.browser.requestPermission()) !== 'granted') {
      throw new BroadcastyError('permission_denied', 'notifications are not allowed for this site; the user can change this in the browser’s site settings');
    }
    const token = await requestToken(this.options.getToken, this.settings);
    const { pushManager } = await this.activeWorker();
    const registered = await this.register(token, await subscribeWithKey(pushManager, key), { device, topics });
    this.rememberOwner(tokenOwner(token));
    return registered;
  }

  /**
   * Confirms the subscription of `subscribe()`; call it at each start of the application. It
   * subscribes again when the browser lost the subscription or the server’s key has changed,
   * without a prompt. A subscription of another user is removed, so that nobody sees another user’s
   * notifications.
   *
   * @returns undefined when this user has not subscribed here or has revoked the permission
   * @throws BroadcastyError `no_token`, `unreachable`, `push_off`, `push_failed`, …
   */
  async resume(): Promise<PushDevice | undefined> {
    const owner = this.browser.storage?.getItem(this.storageKey);
    if (!this.isSupported() || !owner) {
      return undefined;
    }
    const token = await requestToken(this.options.getToken, this.settings);
    if (owner !== tokenOwner(token)) {
      await this.unsubscribeBrowser();
      return undefined;
    }
    if (this.browser.permission() !== 'granted') {
      return undefined;
    }
    this.publicKey = undefined; // it may have changed since the page was opened
    const { pushManager } = await this.activeWorker();
    const device = await this.register(token, await subscribeWithKey(pushManager, await this.serverKey()));
    this.emit('renewed', device);
    return device;
  }

  /**
   * Removes this browser’s subscription from the server and the browser; call it before the user
   * logs out.
   *
   * @throws BroadcastyError `push_unsupported`; `unreachable`, … when the server cannot be told:
   *     the browser’s subscription is removed all the same
   */
  async unsubscribe(): Promise<void> {
    this.checkSupport();
    const present = await (await this.registration())?.pushManager.getSubscription();
    try {
      if (present) {
        const token = await requestToken(this.options.getToken, this.settings);
        const { id } = await this.register(token, present); // only the server knows the id, and returns it to the holder of the keys
        await this.remove(id);
      }
    } finally {
      await this.unsubscribeBrowser();
    }
  }

  /** Lists the user’s devices, latest registration first. */
  async devices(): Promise<PushDevice[]> {
    const answer = await this.request('subscriptions');
    return ((await answer.json()) as { subscriptions: PushDevice[] }).subscriptions;
  }

  /**
   * Removes one of the user’s devices.
   *
   * @throws BroadcastyError `not_found`
   */
  async remove(id: string): Promise<void> {
    await this.request(`subscriptions/${encodeURIComponent(id)}`, { method: 'DELETE' });
  }

  /** Stops listening for changes by the browser; the subscription stays. */
  close(): void {
    this.browser.serviceWorker?.removeEventListener('message', this.onWorkerMessage);
  }

  private readonly onWorkerMessage = ({ data }: MessageEvent): void => {
    if ((data as { type?: unknown } | null)?.type === SUBSCRIPTION_CHANGED) {
      this.resume().catch((error: unknown) => this.emit('error', toError(error)));
    }
  };

  private checkSupport(): void {
    if (!this.isSupported()) {
      throw new BroadcastyError('push_unsupported', 'Web Push is not available; it needs HTTPS or localhost, and on iOS an app on the home screen');
    }
  }

  /** Returns the server’s public key for subscribing; fetched once, and again after a failure. */
  private async serverKey(): Promise<Uint8Array<ArrayBuffer>> {
    this.publicKey ??= request(this.settings, undefined, 'push/key').then(async (answer) => ((await answer.json()) as { publicKey: string }).publicKey);
    try {
      return Uint8Array.from(decodeBase64Url(await this.publicKey), (char) => char.charCodeAt(0));
    } catch (error) {
      this.publicKey = undefined;
      throw error;
    }
  }

  private async registration(): Promise<ServiceWorkerRegistration | undefined> {
    const { serviceWorker, scope = '/' } = this.options;
    return typeof serviceWorker === 'object' ? serviceWorker : this.browser.serviceWorker?.getRegistration(scope);
  }

  /** Returns the registration of an active worker, and registers it if needed. */
  private async activeWorker(): Promise<ServiceWorkerRegistration> {
    const { serviceWorker, scope = '/' } = this.options;
    let registration = await this.registration();
    if (typeof serviceWorker !== 'object') {
      const own = `${this.settings.baseUrl}/broadcasty/push/sw.js`;
      const script = serviceWorker ?? own;
      const running = registration?.active?.scriptURL;
      if (serviceWorker === undefined && running !== undefined && running !== own) {
        throw new BroadcastyError('push_failed', `${running} already serves this scope; pass it as serviceWorker, and add importScripts('${own}') to it`);
      }
      try {
        registration = await this.browser.serviceWorker?.register(script, { scope });
      } catch (cause) {
        throw new BroadcastyError(
          'push_failed',
          `the service worker ${script} cannot be registered; it must come from the origin of this page. If Broadcasty has another origin, serve your own worker with importScripts('${own}')`,
          'no',
          { cause },
        );
      }
    }
    return waitUntilActive(registration as ServiceWorkerRegistration);
  }

  private async register(token: string, subscription: PushSubscription, details: { device?: string | undefined; topics?: string[] | undefined } = {}): Promise<PushDevice> {
    const answer = await request(this.settings, token, 'push/subscriptions', { body: { ...subscription.toJSON(), ...details } });
    return (await answer.json()) as PushDevice;
  }

  private async request(path: string, options: HttpRequest = {}): Promise<Response> {
    return request(this.settings, await requestToken(this.options.getToken, this.settings), `push/${path}`, options);
  }

  private rememberOwner(owner: string): void {
    try {
      this.browser.storage?.setItem(this.storageKey, owner);
    } catch {
      // storage is full or forbidden: resume() will do nothing
    }
  }

  /**
   * Removes the browser’s subscription. Its push service then rejects what the server still sends.
   */
  private async unsubscribeBrowser(): Promise<void> {
    this.browser.storage?.removeItem(this.storageKey);
    await (await (await this.registration())?.pushManager.getSubscription())?.unsubscribe();
  }
}

/** Returns the browser’s subscription, and replaces it if it was made with another key. */
async function subscribeWithKey(pushManager: PushManager, key: Uint8Array<ArrayBuffer>): Promise<PushSubscription> {
  try {
    const present = await pushManager.getSubscription();
    if (present) {
      const used = present.options.applicationServerKey;
      if (used && equalBytes(new Uint8Array(used), key)) {
        return present;
      }
      await present.unsubscribe();
    }
    return await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  } catch (cause) {
    throw new BroadcastyError('push_failed', 'the browser’s push service cannot be reached, or rejects the server’s key', 'after', { cause });
  }
}

function equalBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}

/** Waits until the worker is active, since only an active worker can subscribe. */
async function waitUntilActive(registration: ServiceWorkerRegistration): Promise<ServiceWorkerRegistration> {
  const worker = registration.active ? null : (registration.installing ?? registration.waiting);
  if (worker) {
    await new Promise<void>((resolve, reject) => {
      const checkState = () => {
        if (worker.state === 'activated') {
          resolve();
        } else if (worker.state === 'redundant') {
          reject(new BroadcastyError('push_failed', `the service worker ${worker.scriptURL} cannot be started; see the browser’s console`));
        }
      };
      worker.addEventListener('statechange', checkState);
      checkState();
    });
  }
  return registration;
}

function currentBrowser(): PushBrowser {
  const scope = globalThis as { PushManager?: unknown; Notification?: typeof Notification };
  const { navigator } = globalThis as { navigator?: Partial<Navigator> };
  return {
    serviceWorker: navigator?.serviceWorker,
    hasPush: scope.PushManager !== undefined && scope.Notification !== undefined,
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
