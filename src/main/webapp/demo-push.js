/**
 * The push section of the demo page: bob registers this browser, alice sends him a notification.
 * Shown if the server has Web Push.
 */

import { WebPush } from "./broadcasty-client.js";

const POLLS = 20;
const POLL_MILLIS = 500;
const FINAL = new Set(["accepted", "rejected", "unregistered", "expired"]);

/**
 * Shows the section.
 *
 * @param {HTMLElement} section
 * @param {{publisher: string, reader: string}} tokens
 */
export function showPush(section, tokens) {
  section.hidden = false;
  const button = section.querySelector("#push-subscribe");
  const output = section.querySelector("#push-answer");
  const scope = new URL(".", document.baseURI).pathname;
  const push = new WebPush({ baseUrl: new URL(".", document.baseURI).href, getToken: () => tokens.reader, scope });

  const showStatus = (text, kind = "") => {
    output.dataset.kind = kind;
    output.textContent = text;
  };

  const show = (registered) => {
    button.setAttribute("aria-pressed", String(registered));
    button.textContent = registered ? "No notifications here" : "Get notifications here";
    showStatus(registered ? "This browser gets bob's notifications, and follows orders.eu." : "", "taken");
  };

  if (!push.isSupported()) {
    button.disabled = true;
    showStatus("This browser does not offer Web Push here; it requires HTTPS or localhost.");
  }
  push.resume().then(
    (device) => device && show(true),
    (failure) => showStatus(failure.message, "refused"),
  );

  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      if (button.getAttribute("aria-pressed") === "true") {
        await push.unsubscribe();
        show(false);
        showStatus("This browser no longer gets notifications.");
      } else {
        showStatus("Registering this browser at its push service…");
        await push.subscribe({ device: "demo page", topics: ["orders.eu"] });
        show(true);
      }
    } catch (failure) {
      showStatus(failure.message, "refused");
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
      showStatus(`Queued for ${sent.devices} ${sent.devices === 1 ? "device" : "devices"}.`, "taken");
      await follow(sent.id);
    } catch (failure) {
      showStatus(failure.message, "refused");
    }
  });

  /** Shows the states of the send until all are final. */
  async function follow(id) {
    for (let poll = 0; poll < POLLS; poll++) {
      await new Promise((done) => setTimeout(done, POLL_MILLIS));
      const { counts, devices } = await call(id, tokens.publisher);
      const states = Object.entries(counts).map(([state, count]) => `${count} ${state}`);
      const done = Object.entries(counts).reduce((sum, [state, count]) => sum + (FINAL.has(state) ? count : 0), 0);
      showStatus(`${states.join(", ")} of ${devices}.`, counts.accepted === devices ? "taken" : "");
      if (done === devices) {
        return;
      }
    }
  }
}

async function call(path, token, body) {
  const response = await fetch(`broadcasty/push/${encodeURIComponent(path)}`, {
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
