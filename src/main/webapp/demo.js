/**
 * The demo page: publishes over HTTP and shows what two streams receive. It works in development
 * mode only.
 */

import { DemoStream } from "./demo-stream.js";
import { Pane, TAB, stamp } from "./demo-pane.js";
import { showPush } from "./demo-push.js";

const MANY_PER_SECOND = 10;
const MANY_SECONDS = 60;
const MANY_IN_FLIGHT = 20;

const $ = (selector) => document.querySelector(selector);

/** The tokens of development mode. */
const tokens = {
  publisher: "",
  reader: "",

  /** Whether the server has Web Push. */
  push: false,

  /** Fetches new tokens; throws an error whose `off` is true when development mode is off. */
  async renew() {
    const answer = await fetch("dev/tokens", { cache: "no-store" });
    const type = answer.headers.get("Content-Type") ?? "";
    if (!answer.ok) {
      // a starting server answers everything with 404, but without a problem document
      throw Object.assign(new Error(`${answer.status}`), { off: answer.status === 404 && type.startsWith("application/problem+json") });
    }
    const { publisher, reader, tenant, push } = await answer.json();
    this.push = push;
    if (publisher !== this.publisher || reader !== this.reader) {
      Object.assign(this, { publisher, reader });
      $("#tenant").textContent = tenant;
      fillTerminal();
    }
  },

  /** Returns a new token for subscribing, or the last one while the server does not answer. */
  async newReader() {
    await this.renew().catch(() => {});
    return this.reader;
  },
};

async function start() {
  try {
    await tokens.renew();
  } catch (failure) {
    $("#off").hidden = !failure.off;
    $("#away").hidden = Boolean(failure.off);
    if (!failure.off) {
      setTimeout(start, 2000);
    }
    return;
  }
  $("#away").hidden = true;
  $("#demo").hidden = false;
  for (const transport of ["sse", "ws"]) {
    new Pane($(`[data-transport="${transport}"]`), (listener) => new DemoStream(transport, () => tokens.newReader(), listener)).listen();
  }
  if (tokens.push) {
    showPush($("#pushing"), tokens);
  }
}

// ── Publish ─────────────────────────────────────────────────────────────────────────────────────

function answer(text, kind) {
  const output = $("#publish-answer");
  output.dataset.kind = kind;
  output.textContent = text;
}

/** Returns what is wrong with the payload's text and how to correct it; empty if it is JSON. */
function payloadFault() {
  const text = $("#payload").value;
  try {
    JSON.parse(text);
    return "";
  } catch (failure) {
    let advice = "";
    if (text.trim() === "") {
      advice = "A payload is required; null is allowed.";
    } else if (/'/.test(text) && !/"/.test(text)) {
      advice = "JSON requires double quotes, not single ones.";
    } else if (/,\s*[}\]]/.test(text)) {
      advice = "JSON has no comma after the last item.";
    } else if (/[{,]\s*[A-Za-z_$][\w$]*\s*:/.test(text)) {
      advice = "Names need double quotes.";
    }
    return `This is not JSON. ${advice || failure.message}`;
  }
}

function checkPayload() {
  const fault = payloadFault();
  $("#payload-fault").textContent = fault;
  $("#payload").setAttribute("aria-invalid", fault ? "true" : "false");
  return fault === "";
}

/** Publishes the form, with the payload as it was typed. Returns whether the server accepted it. */
async function publish() {
  const head = { channel: $("#channel").value.trim(), event: $("#event").value.trim() || undefined, meta: { tab: TAB, sentAt: stamp() } };
  const body = `${JSON.stringify(head).slice(0, -1)},"payload":${$("#payload").value}}`;
  const post = () =>
    fetch("broadcasty/publish", {
      method: "POST",
      headers: { Authorization: `Bearer ${tokens[$("#as").value]}`, "Content-Type": "application/json" },
      body,
    });
  try {
    let response = await post();
    if (response.status === 401) {
      await tokens.renew();
      response = await post();
    }
    const result = await response.json();
    if (!response.ok) {
      const wait = result.retryAfter ? ` Try again in ${result.retryAfter} s.` : "";
      answer(`${result.status} ${result.code}: ${result.detail}${wait}`, "refused");
      return false;
    }
    answer(`Published to ${result.channel} with sequence ${result.sequence} (partition ${result.partition}, epoch ${result.epoch}).`, "taken");
    return true;
  } catch {
    answer("The server does not answer.", "refused");
    return false;
  }
}

/** Publishes repeatedly for a limited time. */
const many = {
  timer: 0,
  ends: 0,
  inFlight: 0,

  toggle() {
    if (this.timer) {
      this.stop();
    } else if (checkPayload()) {
      this.ends = performance.now() + MANY_SECONDS * 1000;
      this.timer = setInterval(() => this.tick(), 1000 / MANY_PER_SECOND);
      $("#send-many").setAttribute("aria-pressed", "true");
      $("#publish-answer").setAttribute("aria-live", "off");
      this.tick();
    }
  },

  stop() {
    clearInterval(this.timer);
    this.timer = 0;
    $("#send-many").setAttribute("aria-pressed", "false");
    $("#send-many").textContent = `Send ${MANY_PER_SECOND} a second`;
    $("#publish-answer").setAttribute("aria-live", "polite");
  },

  async tick() {
    const left = Math.ceil((this.ends - performance.now()) / 1000);
    if (left <= 0 || !checkPayload()) {
      this.stop();
      return;
    }
    $("#send-many").textContent = `Stop (${left} s left)`;
    if (this.inFlight >= MANY_IN_FLIGHT) {
      return;
    }
    this.inFlight++;
    try {
      if (!(await publish())) {
        this.stop();
      }
    } finally {
      this.inFlight--;
    }
  },
};

$("#publish-form").addEventListener("submit", (submit) => {
  submit.preventDefault();
  if (checkPayload()) {
    publish();
  } else {
    answer("Not sent: correct the payload first.", "refused");
    $("#payload").focus();
  }
});
$("#payload").addEventListener("input", () => {
  if ($("#payload").getAttribute("aria-invalid") === "true") {
    checkPayload();
  }
});
$("#payload").addEventListener("change", checkPayload);
$("#payload").addEventListener("keydown", (key) => {
  if (key.key === "Enter" && (key.ctrlKey || key.metaKey)) {
    $("#publish-form").requestSubmit();
  }
});
$("#send-many").addEventListener("click", () => many.toggle());

// ── From a terminal ─────────────────────────────────────────────────────────────────────────────

function fillTerminal() {
  const base = new URL(".", document.baseURI).href.replace(/\/$/, "");
  const lines = {
    tokens: `PUBLISHER='${tokens.publisher}'\nREADER='${tokens.reader}'`,
    listen: `curl -N -H "Authorization: Bearer $READER" '${base}/broadcasty/sse?channel=orders.eu'`,
    publish:
      `curl -H "Authorization: Bearer $PUBLISHER" -H 'Content-Type: application/json' \\\n` +
      `     -d '{"channel":"orders.eu","event":"paid","payload":{"order":17}}' ${base}/broadcasty/publish`,
    replay: `curl -H "Authorization: Bearer $READER" '${base}/broadcasty/replay?channel=orders.eu&from=0'`,
  };
  for (const [name, text] of Object.entries(lines)) {
    $(`[data-lines="${name}"] code`).textContent = text;
  }
}

/** Copies the code. A page from another machine over plain HTTP has no `navigator.clipboard`. */
async function copy(code) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(code.textContent);
    return;
  }
  getSelection().selectAllChildren(code);
  if (!document.execCommand("copy")) {
    throw new Error("the browser does not allow copying");
  }
}

for (const button of document.querySelectorAll(".copy")) {
  button.addEventListener("click", async () => {
    const code = button.closest("[data-lines]").querySelector("code");
    try {
      await copy(code);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(code);
      button.textContent = "Selected";
    }
    setTimeout(() => {
      button.textContent = "Copy";
    }, 2000);
  });
}

start();
