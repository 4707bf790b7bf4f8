/**
 * Broadcasty's service worker: shows notifications and opens their address on a click. A service
 * worker of your own can include it with importScripts("/broadcasty/push/sw.js").
 */

self.addEventListener("push", (event) => {
  let message;
  try {
    message = event.data.json();
  } catch {
    message = { title: event.data ? event.data.text() : "New notification" }; // not sent by Broadcasty
  }
  const { title, body, url, data, id, collapseKey } = message;
  // browsers revoke the permission of a worker that shows nothing
  event.waitUntil(self.registration.showNotification(title || "New notification", { body, tag: collapseKey || id, renotify: Boolean(collapseKey), data: { url, data } }));
});

// The browser has replaced its subscription. A page registers the new one, because only pages have
// the token for it.
self.addEventListener("pushsubscriptionchange", (event) => {
  event.waitUntil(renew(event.oldSubscription, event.newSubscription));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data && event.notification.data.url));
});

async function renew(before, after) {
  if (!after && before) {
    await self.registration.pushManager.subscribe(before.options).catch(() => undefined); // the page tries again
  }
  for (const page of await self.clients.matchAll({ type: "window", includeUncontrolled: true })) {
    page.postMessage({ type: "broadcasty.push.changed" });
  }
}

/** Focuses a window that shows the address, or any window if there is no address, or opens one. */
async function open(address) {
  const url = new URL(address || "/", self.location.origin);
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const same = windows.find((each) => each.url === url.href);
  if (same) {
    return same.focus();
  }
  if (url.origin === self.location.origin && windows.length > 0 && !address) {
    return windows[0].focus();
  }
  return self.clients.openWindow(url.href);
}
