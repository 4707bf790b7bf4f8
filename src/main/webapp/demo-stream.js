/** Subscribes with the client and reports the state of the stream and of each resume to a pane. */

import { BroadcastyClient } from "./broadcasty-client.js";

export class DemoStream {
  #settings;
  #listener;
  #client = null;
  #targets = [];
  #subscriptions = new Map();
  /** The positions after which each target resumes. */
  #resumeAfter = new Map();
  #joined = new Set();
  /** The last position of every partition. */
  #seen = new Map();
  #report = null;

  /**
   * The listener has these methods:
   *   state(name, detail)        the name is "connecting" | "live" | "resuming" | "closed"
   *   publication(publication, replayed)
   *   resume(report)             the progress of a resume, called after each change
   *
   * @param {"sse" | "ws"} transport
   * @param {() => Promise<string>} getToken
   */
  constructor(transport, getToken, listener) {
    this.#settings = { baseUrl: new URL(".", document.baseURI).href, transport, getToken, offline: false };
    this.#listener = listener;
  }

  /** Replaces the channels. */
  listen(targets) {
    this.#close();
    this.#targets = targets;
    this.#resumeAfter.clear();
    this.#seen.clear();
    this.#report = null;
    this.#open();
  }

  /**
   * Closes the connection, as a network failure would; `reconnect` resumes after the last position.
   */
  disconnect(detail = "") {
    this.#subscriptions.forEach(({ positions }, target) => this.#resumeAfter.set(target, positions));
    this.#close();
    this.#beginResume();
    this.#listener.state("closed", detail);
  }

  reconnect() {
    this.#open();
  }

  #close() {
    const client = this.#client;
    this.#client = null; // later events of this client are ignored
    client?.close();
  }

  #open() {
    const client = new BroadcastyClient(this.#settings);
    const ifCurrent = (act) => (detail) => client === this.#client && act(detail);
    this.#client = client;
    this.#subscriptions.clear();
    this.#joined.clear();
    client.on("state", ifCurrent((status) => this.#state(status)));
    const refused = ifCurrent(({ status, code, message }) => this.disconnect([status, `${code}: ${message}`].filter(Boolean).join(" ")));
    for (const channel of this.#targets) {
      const on = {
        subscribed: ifCurrent(({ heads }) => this.#subscribed(channel, heads)),
        lost: ifCurrent((lost) => this.#lost(lost)),
        error: refused,
      };
      const since = this.#resumeAfter.get(channel);
      client
        .subscribe({ channel, on, onMessage: ifCurrent((publication) => this.#publication(publication)), ...(since && { since }) })
        .then(ifCurrent((subscription) => this.#subscriptions.set(channel, subscription)), refused);
    }
  }

  #state({ state, error, retryInMillis }) {
    if (state === "failed" || state === "closed") {
      return; // `error`, or the caller that closed it, reports this
    }
    if (state !== "connected") {
      this.#joined.clear();
      this.#beginResume();
    }
    const when = retryInMillis ? `; next try in ${(retryInMillis / 1000).toFixed(1)} s` : "";
    this.#listener.state(this.#report ? "resuming" : "connecting", error ? `${error.message}${when}` : "");
  }

  /** Records the heads: a new subscription starts after them, a resumed one replays up to them. */
  #subscribed(target, heads) {
    this.#joined.add(target);
    for (const head of heads) {
      const known = this.#seen.get(key(head));
      if (!this.#report) {
        this.#seen.set(key(head), head);
      } else if (known?.epoch !== head.epoch || head.sequence > known.sequence) {
        this.#report.pending.set(key(head), head.sequence);
      }
    }
    if (this.#joined.size === this.#targets.length) {
      this.#listener.state("live", "");
    }
    this.#notifyResume();
  }

  #publication(publication) {
    const { epoch, sequence } = publication;
    const known = this.#seen.get(key(publication));
    if (known?.epoch === epoch && sequence <= known.sequence) {
      return; // received twice, by a pattern and by a name
    }
    this.#seen.set(key(publication), publication);
    const head = this.#report?.pending.get(key(publication));
    this.#listener.publication(publication, head !== undefined);
    if (head !== undefined) {
      this.#report.replayed++;
      this.#reached(publication, sequence);
    }
  }

  #lost(lost) {
    const { channel, resumeFrom } = lost;
    this.#report ??= this.#newReport();
    this.#report.lost.push(lost);
    this.#seen.set(key({ channel, ...resumeFrom }), { channel, ...resumeFrom });
    this.#reached({ channel, ...resumeFrom }, resumeFrom.sequence);
  }

  #reached(position, sequence) {
    if (sequence >= this.#report.pending.get(key(position))) {
      this.#report.pending.delete(key(position));
    }
    this.#notifyResume();
  }

  /** Records the positions after which the broken stream has to resume. */
  #beginResume() {
    if (this.#seen.size > 0) {
      this.#report = this.#newReport();
    }
  }

  #newReport() {
    return { from: [...this.#seen.values()], replayed: 0, pending: new Map(), lost: [] };
  }

  #notifyResume() {
    if (this.#report && this.#joined.size > 0) {
      this.#listener.resume(this.#report);
    }
  }
}

function key({ channel, partition }) {
  return `${channel}/${partition}`;
}
