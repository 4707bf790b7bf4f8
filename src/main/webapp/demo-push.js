/** The demo page's push: bob registers this browser, alice pushes to him. Shown where Web Push is configured. */

import { isSupported, subscribe, unsubscribe } from "./broadcasty/push/subscribe.js";

const LOOKS = 20;
const LOOK_EVERY = 500;
const FINAL = new Set(["accepted", "rejected", "unregistered", "expired"]);

/**
 * Shows the section, unless the server has no Web Push.
 *
 * @param {HTMLElement} section
 * @param {{publisher: string, reader: string}} tokens
 */
export async function showPush(section, tokens) {
  const key = await fetch("broadcasty/push/key").catch(() => null);
  if (!key || !key.ok) {
    return;
  }
  section.hidden = false;
  const button = section.querySelector("#push-subscribe");
  const line = section.querySelector("#push-answer");
  const scope = new URL(".", document.baseURI).pathname;
  let subscription = null;

  const say = (text, kind = "") => {
    line.dataset.kind = kind;
    line.textContent = text;
  };

  if (!isSupported()) {
    button.disabled = true;
    say("This browser has no Web Push here; it needs HTTPS, or localhost.");
  }

  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      if (subscription) {
        await unsubscribe({ token: tokens.reader, id: subscription.id, scope });
        subscription = null;
        say("This browser gets no notifications any more.");
      } else {
        say("Registering this browser at its push service…");
        subscription = await subscribe({ token: tokens.reader, device: "demo page", topics: ["orders.eu"], scope });
        say("This browser gets bob's notifications, and follows orders.eu.", "taken");
      }
      button.setAttribute("aria-pressed", String(Boolean(subscription)));
      button.textContent = subscription ? "No notifications here" : "Get notifications here";
    } catch (failure) {
      say(failure.message, "refused");
    } finally {
      button.disabled = false;
    }
  });

  section.querySelector("#push-form").addEventListener("submit", async (submit) => {
    submit.preventDefault();
    try {
      const sent = await call("send", tokens.publisher, {
        to: { users: ["bob"] },
        notification: { title: section.querySelector("#push-text").value || "Broadcasty", url: scope, ttl: 300 },
      });
      say(`Queued for ${sent.devices} ${sent.devices === 1 ? "device" : "devices"}.`, "taken");
      await follow(sent.id);
    } catch (failure) {
      say(failure.message, "refused");
    }
  });

  /** Tells what becomes of it. */
  async function follow(id) {
    for (let look = 0; look < LOOKS; look++) {
      await new Promise((done) => setTimeout(done, LOOK_EVERY));
      const { counts, devices } = await call(id, tokens.publisher);
      const told = Object.entries(counts).map(([state, count]) => `${count} ${state}`);
      const done = Object.entries(counts).reduce((sum, [state, count]) => sum + (FINAL.has(state) ? count : 0), 0);
      say(`${told.join(", ")} of ${devices}.`, counts.accepted === devices ? "taken" : "");
      if (done === devices) {
        return;
      }
    }
  }
}

async function call(what, token, body) {
  const response = await fetch(`broadcasty/push/${encodeURIComponent(what)}`, {
    method: body ? "POST" : "GET",
    headers: { Authorization: `Bearer ${token}`, ...(body ? { "Content-Type": "application/json" } : {}) },
    body: body ? JSON.stringify(body) : undefined,
  });
  const answer = await response.json();
  if (!response.ok) {
    throw new Error(`${answer.status} ${answer.code}: ${answer.detail}`);
  }
  return answer;
}
