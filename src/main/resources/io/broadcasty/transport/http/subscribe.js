/**
 * Subscribes the user of a page to Web Push:
 *
 *     import { subscribe } from "/broadcasty/push/subscribe.js";
 *     button.onclick = () => subscribe({ token, topics: ["orders.eu"] });
 *
 * To be called in answer to a click, since browsers ask for permission then only.
 */

const BASE = new URL(".", import.meta.url);

/** Why it cannot be done; `reason` is `unsupported`, `denied`, `off` or `refused`. */
export class PushError extends Error {
  constructor(reason, message) {
    super(message);
    this.reason = reason;
  }
}

/** Whether this browser can do it here; it wants HTTPS, or localhost. */
export function isSupported() {
  return "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
}

/**
 * Asks for permission and registers this browser; again and again does no harm.
 *
 * @param {object} options
 * @param {string} options.token what the API takes
 * @param {string} [options.device] how the user calls this browser
 * @param {string[]} [options.topics] what it follows from now on; left out, what it follows already
 * @param {string} [options.serviceWorker] the address of a service worker of your own
 * @param {string} [options.scope] of the service worker; the whole origin unless said
 * @returns {Promise<{id: string, user: string, service: string, topics: string[]}>} the subscription
 */
export async function subscribe({ token, device, topics, serviceWorker = new URL("sw.js", BASE).href, scope = "/" }) {
  if (!isSupported()) {
    throw new PushError("unsupported", "This browser has no Web Push here; it needs HTTPS, or localhost.");
  }
  const { publicKey } = await answer(await fetch(new URL("key", BASE)));
  if ((await Notification.requestPermission()) !== "granted") {
    throw new PushError("denied", "Notifications are not allowed for this site; the browser's site settings change that.");
  }
  await navigator.serviceWorker.register(serviceWorker, { scope });
  const { pushManager } = await navigator.serviceWorker.ready;
  const subscription = await subscriptionWith(pushManager, bytes(publicKey));
  return answer(
    await fetch(new URL("subscriptions", BASE), {
      method: "POST",
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
      body: JSON.stringify({ ...subscription.toJSON(), device, topics }),
    }),
  );
}

/** Ends what `subscribe` began, here and at the server. */
export async function unsubscribe({ token, id, scope = "/" }) {
  const registration = await navigator.serviceWorker.getRegistration(scope);
  const subscription = await registration?.pushManager.getSubscription();
  await subscription?.unsubscribe();
  await answer(
    await fetch(new URL(`subscriptions/${encodeURIComponent(id)}`, BASE), { method: "DELETE", headers: { Authorization: `Bearer ${token}` } }),
  );
}

/** The one there is, unless it was made with another key. */
async function subscriptionWith(pushManager, key) {
  const present = await pushManager.getSubscription();
  if (present) {
    const used = present.options.applicationServerKey;
    if (used && equal(new Uint8Array(used), key)) {
      return present;
    }
    await present.unsubscribe();
  }
  return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

async function answer(response) {
  const body = await response.json();
  if (!response.ok) {
    throw new PushError(body.code === "push_off" ? "off" : "refused", body.detail);
  }
  return body;
}

function equal(one, other) {
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}

function bytes(base64url) {
  const text = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
