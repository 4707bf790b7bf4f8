/** One way to listen to Broadcasty, with its client: what the stream does, and what a reconnect owes, told to a pane. */

import { BroadcastyClient } from "./broadcasty-client.js";

export class Line {
  #settings;
  #listener;
  #client = null;
  #targets = [];
  #subscriptions = new Map();
  /** After which positions each target goes on. */
  #left = new Map();
  #joined = new Set();
  /** The last position of every partition. */
  #seen = new Map();
  #report = null;

  /**
   * A listener hears of
   *   state(name, detail)        "connecting" | "live" | "resuming" | "closed", and a sentence about it
   *   publication(publication, replayed)
   *   resume(report)             how a reconnect went, again each time something about it becomes known
   *
   * @param {"sse" | "ws"} transport
   * @param {() => Promise<string>} getToken
   */
  constructor(transport, getToken, listener) {
    this.#settings = { baseUrl: new URL(".", document.baseURI).href, transport, getToken, offline: false };
    this.#listener = listener;
  }

  /** Listens to other channels, from now on. */
  listen(targets) {
    this.#close();
    this.#targets = targets;
    this.#left.clear();
    this.#seen.clear();
    this.#report = null;
    this.#open();
  }

  /** Ends the connection, as a broken line would; `reconnect` goes on where it was. */
  cut(detail = "") {
    this.#subscriptions.forEach(({ positions }, target) => this.#left.set(target, positions));
    this.#close();
    this.#beginResume();
    this.#listener.state("closed", detail);
  }

  reconnect() {
    this.#open();
  }

  #close() {
    const client = this.#client;
    this.#client = null; // what it says from now on does not count
    client?.close();
  }

  #open() {
    const client = new BroadcastyClient(this.#settings);
    const mine = (act) => (detail) => client === this.#client && act(detail);
    this.#client = client;
    this.#subscriptions.clear();
    this.#joined.clear();
    client.on("state", mine((status) => this.#state(status)));
    const refused = mine(({ status, code, message }) => this.cut([status, `${code}: ${message}`].filter(Boolean).join(" ")));
    for (const channel of this.#targets) {
      const on = {
        subscribed: mine(({ heads }) => this.#subscribed(channel, heads)),
        lost: mine((lost) => this.#lost(lost)),
        error: refused,
      };
      const since = this.#left.get(channel);
      client
        .subscribe({ channel, on, onMessage: mine((publication) => this.#publication(publication)), ...(since && { since }) })
        .then(mine((subscription) => this.#subscriptions.set(channel, subscription)), refused);
    }
  }

  #state({ state, error, retryInMillis }) {
    if (state === "failed" || state === "closed") {
      return; // `error`, or the one who closed it, tells
    }
    if (state !== "connected") {
      this.#joined.clear();
      this.#beginResume();
    }
    const when = retryInMillis ? `; next try in ${(retryInMillis / 1000).toFixed(1)} s` : "";
    this.#listener.state(this.#report ? "resuming" : "connecting", error ? `${error.message}${when}` : "");
  }

  /** The heads at that moment: where a new listener starts, or up to where a returning one is given what it missed. */
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
    this.#tellReport();
  }

  #publication(publication) {
    const { epoch, sequence } = publication;
    const known = this.#seen.get(key(publication));
    if (known?.epoch === epoch && sequence <= known.sequence) {
      return; // a pattern and a name brought it both
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
    this.#tellReport();
  }

  /** The line broke: remember from where it must go on. */
  #beginResume() {
    if (this.#seen.size > 0) {
      this.#report = this.#newReport();
    }
  }

  #newReport() {
    return { from: [...this.#seen.values()], replayed: 0, pending: new Map(), lost: [] };
  }

  #tellReport() {
    if (this.#report && this.#joined.size > 0) {
      this.#listener.resume(this.#report);
    }
  }
}

function key({ channel, partition }) {
  return `${channel}/${partition}`;
}
