/**
 * Broadcasty's service worker: shows what is pushed, and opens its address when it is clicked. To have more in a service worker
 * of your own, write `importScripts("/broadcasty/push/sw.js")` into it.
 */

self.addEventListener("push", (event) => {
  let message;
  try {
    message = event.data.json();
  } catch {
    message = { title: event.data ? event.data.text() : "New notification" }; // sent by somebody else
  }
  const { title, body, url, data, id, collapseKey } = message;
  // browsers take the right to push from those that show nothing
  event.waitUntil(self.registration.showNotification(title || "New notification", { body, tag: collapseKey || id, renotify: Boolean(collapseKey), data: { url, data } }));
});

// the browser replaced its subscription: a page has the token that the server wants with the new one, now or when it is next opened
self.addEventListener("pushsubscriptionchange", (event) => {
  event.waitUntil(renew(event.oldSubscription, event.newSubscription));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data && event.notification.data.url));
});

async function renew(before, after) {
  if (!after && before) {
    await self.registration.pushManager.subscribe(before.options).catch(() => undefined); // the page tries it too
  }
  for (const page of await self.clients.matchAll({ type: "window", includeUncontrolled: true })) {
    page.postMessage({ type: "broadcasty.push.changed" });
  }
}

/** Brings the window that shows the address to the front, else one of this origin, else a new one. */
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
