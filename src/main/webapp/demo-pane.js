/** Shows one stream on the page: its state, the last resume and the last events. */

const ROWS = 200;
const LATENCIES = 100;

/** Identifies publications of this tab, whose two timestamps come from the same clock. */
export const TAB = crypto.getRandomValues(new Uint32Array(2)).join("-");

/** Returns the milliseconds of this tab's monotonic clock, with a fraction. */
export function stamp() {
  return performance.timeOrigin + performance.now();
}

export class Pane {
  #root;
  #stream;
  #events;
  #rows = [];
  #waiting = [];
  #frame = 0;
  #count = 0;
  #latencies = [];
  #disconnected = false;

  /**
   * @param root the element with `data-transport`
   * @param createStream creates the stream for a listener
   */
  constructor(root, createStream) {
    this.#root = root;
    this.#events = root.querySelector(".events");
    this.#stream = createStream({
      state: (name, detail) => this.#state(name, detail),
      publication: (publication, replayed) => this.#publication(publication, replayed),
      resume: (report) => this.#showStatus(describe(report), report.lost.length ? "lost" : "kept"),
    });
    root.querySelector("form").addEventListener("submit", (submit) => {
      submit.preventDefault();
      this.listen();
    });
    root.querySelector(".cut").addEventListener("click", () => {
      if (this.#disconnected) {
        this.#stream.reconnect();
      } else {
        this.#stream.disconnect();
        this.#showStatus("Publish an event now, then reconnect: the missed events are replayed.", "note");
      }
    });
  }

  /** Subscribes to the channels of the field. */
  listen() {
    const field = this.#root.querySelector("input");
    const targets = [...new Set(field.value.split(/\s+/).filter(Boolean))];
    if (targets.length === 0) {
      field.focus();
      return;
    }
    this.#clear();
    this.#stream.listen(targets);
  }

  #clear() {
    this.#rows.forEach((row) => row.remove());
    this.#rows = [];
    this.#waiting = [];
    this.#count = 0;
    this.#latencies = [];
    this.#root.querySelector(".count").textContent = "0 events";
    this.#root.querySelector(".median").textContent = "";
    this.#root.querySelector(".empty").hidden = false;
    this.#showStatus("Live from now on.", "note");
  }

  #state(name, detail) {
    const state = this.#root.querySelector("[data-state]");
    state.dataset.state = name;
    state.querySelector(".state-name").textContent = { connecting: "Connecting", live: "Live", resuming: "Resuming", closed: "Closed" }[name];
    const about = this.#root.querySelector(".state-detail");
    about.textContent = detail;
    this.#disconnected = name === "closed";
    this.#root.querySelector(".cut").textContent = this.#disconnected ? "Reconnect" : "Disconnect";
  }

  #showStatus(text, kind) {
    const output = this.#root.querySelector(".resume");
    output.dataset.kind = kind;
    output.textContent = text;
  }

  #publication(publication, replayed) {
    const own = publication.meta?.tab === TAB && typeof publication.meta.sentAt === "number";
    const latency = own && !replayed ? stamp() - publication.meta.sentAt : null;
    this.#count++;
    if (latency !== null) {
      this.#latencies.push(latency);
      if (this.#latencies.length > LATENCIES) {
        this.#latencies.shift();
      }
    }
    this.#waiting.push({ publication, replayed, latency });
    if (this.#waiting.length > ROWS) {
      this.#waiting.shift(); // a hidden tab draws no rows
    }
    this.#frame ||= requestAnimationFrame(() => this.#draw());
  }

  #draw() {
    this.#frame = 0;
    const fresh = this.#waiting.map(row);
    this.#waiting = [];
    this.#events.prepend(...fresh.toReversed());
    this.#rows.push(...fresh);
    this.#rows.splice(0, Math.max(0, this.#rows.length - ROWS)).forEach((old) => old.remove());
    this.#root.querySelector(".empty").hidden = this.#rows.length > 0;
    this.#root.querySelector(".count").textContent = this.#count === 1 ? "1 event" : `${this.#count.toLocaleString("en")} events`;
    const sorted = this.#latencies.toSorted((a, b) => a - b);
    this.#root.querySelector(".median").textContent =
      sorted.length === 0 ? "" : `median ${millis(sorted[sorted.length >> 1])}`;
  }
}

/** Creates the row of an event. Received values are set as text, never as markup. */
function row({ publication, replayed, latency }) {
  const item = document.createElement("li");
  item.dataset.sequence = publication.sequence;
  item.dataset.channel = publication.channel;
  if (replayed) {
    item.dataset.replayed = "";
  }
  const part = (name, text, title) => {
    const span = document.createElement("span");
    span.className = name;
    span.textContent = text;
    if (title) {
      span.title = title;
    }
    return span;
  };
  const { sequence, epoch, partition } = publication;
  item.append(
    part("sequence", sequence, `epoch ${epoch}, partition ${partition}`),
    part("name", publication.event ?? "event"),
    part("channel", publication.channel, publication.channel),
    replayed
      ? part("latency", "replayed", "missed while disconnected, and delivered by a replay")
      : part("latency", latency === null ? "–" : millis(latency), latency === null ? "published elsewhere: no timestamp of this tab" : "from the click until the event was received"),
    part("payload", JSON.stringify(publication.payload)),
  );
  return item;
}

function millis(value) {
  return `${value < 100 ? value.toFixed(1) : Math.round(value)} ms`;
}

/** Returns a sentence about a resume. */
function describe(report) {
  const missing = report.lost.map(describeLost);
  const replayed = report.replayed === 0 ? "" : `, ${report.replayed} replayed`;
  if (missing.length > 0) {
    return `${missing[0]}${missing.length > 1 ? ` (And ${missing.length - 1} more.)` : ""}`;
  }
  const from = describeFrom(report.from);
  return report.pending.size > 0 ? `Resuming at ${from}${replayed} …` : `Resumed at ${from}, nothing missed${replayed}.`;
}

function describeFrom(positions) {
  if (positions.length === 0) {
    return "the beginning";
  }
  if (positions.length === 1) {
    return String(positions[0].sequence);
  }
  const some = positions.slice(0, 3).map((position) => `${position.channel} ${position.sequence}`);
  return some.join(", ") + (positions.length > 3 ? ` and ${positions.length - 3} more` : "");
}

function describeLost({ channel, reason, requested, resumeFrom }) {
  const next = resumeFrom.sequence + 1;
  switch (reason) {
    case "epoch":
      return `${channel}: position ${requested.sequence} is lost, because the stream has a new epoch (${resumeFrom.epoch}). Continues at ${next}.`;
    case "trimmed":
      return `${channel}: ${requested.sequence + 1}–${resumeFrom.sequence} are no longer retained. Continues at ${next}.`;
    default:
      return `${channel}: position ${requested.sequence} is not in the stream (${reason}). Continues at ${next}.`;
  }
}
