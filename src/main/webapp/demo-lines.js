/**
 * Two ways to listen to Broadcasty from a browser, without a page around them: Server-Sent Events and WebSocket. Both
 * come back by themselves after a break and go on at the last position they have seen.
 *
 * A line tells its listener:
 *   state(name, detail)        "connecting" | "live" | "resuming" | "closed", and a sentence about it
 *   publication(publication, replayed)
 *   resume(report)             how a reconnect went, again each time something about it becomes known
 */

const FIRST_DELAY_MILLIS = 400;
const LONGEST_DELAY_MILLIS = 8000;
const PING_MILLIS = 15_000;

/** What a new attempt cannot mend; see protocol/codes.json. A token that has ended is not among them: a new one is fetched. */
const FINAL_CODES = new Set(["protocol_error", "forbidden", "payload_too_large", "too_many_channels"]);
const FINAL_CLOSE_CODES = new Set([4400, 4403, 4413]);

/** Where a listener stands, per channel and partition, and what a reconnect owes it. */
class Positions {
  #seen = new Map();
  #report = null;
  #started = false;

  static #key(position) {
    return `${position.channel}/${position.partition}`;
  }

  list() {
    return [...this.#seen.values()];
  }

  get report() {
    return this.#report;
  }

  /** Whether a stream has begun, so that a new connection has something to go on from. */
  get started() {
    return this.#started;
  }

  /** The line broke: remember from where it must go on. */
  beginResume() {
    if (!this.#started) {
      return;
    }
    this.#report = { from: this.list(), replayed: 0, pending: new Map(), heads: false, recovered: true, lost: [], gaps: [] };
  }

  /** The heads at subscribe time: where a new listener starts, or what a returning one has to be given. */
  heads(channel, positions, recovered) {
    this.#started = true;
    for (const head of positions) {
      const position = { channel: head.channel ?? channel, epoch: head.epoch, partition: head.partition, sequence: head.sequence };
      const key = Positions.#key(position);
      const known = this.#seen.get(key);
      if (!this.#report) {
        this.#seen.set(key, position);
      } else if ((known?.epoch ?? position.epoch) !== position.epoch || position.sequence > (known?.sequence ?? 0)) {
        this.#report.pending.set(key, position.sequence);
      }
      if (!known && this.#report) {
        this.#seen.set(key, { ...position, sequence: 0 });
      }
    }
    if (this.#report) {
      this.#report.heads = true;
      this.#report.recovered &&= recovered;
    }
  }

  lost(push) {
    const key = Positions.#key({ channel: push.channel, partition: push.resumeFrom.partition });
    this.#seen.set(key, { channel: push.channel, ...push.resumeFrom });
    if (!this.#report) {
      this.beginResume();
    }
    this.#report.lost.push(push);
    if (push.resumeFrom.sequence >= (this.#report.pending.get(key) ?? 0)) {
      this.#report.pending.delete(key);
    }
  }

  /** Takes note of a publication; answers "double", "replayed" or "live". */
  take(publication) {
    const key = Positions.#key(publication);
    const { channel, epoch, partition, sequence } = publication;
    const known = this.#seen.get(key);
    if (known && known.epoch === epoch && sequence <= known.sequence) {
      return "double";
    }
    const expected = known && known.epoch === epoch ? known.sequence + 1 : 1;
    if (sequence > expected) {
      if (!this.#report) {
        this.beginResume();
      }
      this.#report.gaps.push({ channel, first: expected, last: sequence - 1 });
    }
    this.#seen.set(key, { channel, epoch, partition, sequence });
    const head = this.#report?.pending.get(key);
    if (head === undefined) {
      return "live";
    }
    this.#report.replayed++;
    if (sequence >= head) {
      this.#report.pending.delete(key);
    }
    return "replayed";
  }
}

/** What both kinds of line have in common: state, positions and coming back. */
class Line {
  #timer = null;
  #attempt = 0;

  /**
   * @param tokens `{reader, renew()}`: renew also tells whether the server is there
   * @param listener see above
   */
  constructor(tokens, listener) {
    this.tokens = tokens;
    this.listener = listener;
    this.targets = [];
    this.positions = new Positions();
    this.wanted = false;
  }

  /** Listens to other channels, from now on. */
  listen(targets) {
    this.cut();
    this.targets = targets;
    this.positions = new Positions();
    this.forget();
    this.wanted = true;
    this.listener.state("connecting", "");
    this.open();
  }

  /** Ends the connection, as a broken line would. */
  cut() {
    this.wanted = false;
    clearTimeout(this.#timer);
    this.close();
    this.listener.state("closed", "");
  }

  /** Goes on where the line was cut. */
  reconnect() {
    this.wanted = true;
    this.#attempt = 0;
    this.broken("");
    this.open();
  }

  /** The line is not there any more, and is to come back. */
  broken(detail) {
    this.positions.beginResume();
    this.#opening(detail);
  }

  /** The server said no: trying again would not help. */
  refused(detail) {
    this.wanted = false;
    this.close();
    this.listener.state("closed", detail);
  }

  subscribed(channel, positions, recovered) {
    this.#attempt = 0;
    this.positions.heads(channel, positions, recovered);
    this.#tellReport();
  }

  live() {
    this.listener.state("live", "");
  }

  publication(publication) {
    const before = this.positions.report;
    const kind = this.positions.take(publication);
    if (kind === "double") {
      return;
    }
    this.listener.publication(publication, kind === "replayed");
    if (kind === "replayed" || this.positions.report !== before) {
      this.#tellReport();
    }
  }

  lost(push) {
    this.positions.lost(push);
    this.#tellReport();
  }

  /** Tries again after a pause that grows, with jitter so that many clients do not come at once. */
  comeBack(detail) {
    if (!this.wanted) {
      return;
    }
    const ceiling = Math.min(LONGEST_DELAY_MILLIS, FIRST_DELAY_MILLIS * 2 ** this.#attempt++);
    const delay = ceiling * (0.5 + Math.random() / 2);
    this.broken(`${detail}; next try in ${(delay / 1000).toFixed(1)} s`);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#again(), delay);
  }

  async #again() {
    try {
      await this.tokens.renew();
    } catch {
      this.comeBack("the server does not answer");
      return;
    }
    if (this.wanted) {
      this.#opening("");
      this.open();
    }
  }

  #opening(detail) {
    this.listener.state(this.positions.started ? "resuming" : "connecting", detail);
  }

  #tellReport() {
    if (this.positions.report?.heads || this.positions.report?.gaps.length) {
      this.listener.resume(this.positions.report);
    }
  }
}

/** Server-Sent Events. A browser comes back by itself after a break; after an HTTP refusal it does not, so we do. */
export class SseLine extends Line {
  #source = null;
  #cursor = "";
  #waiting = new Set();

  forget() {
    this.#cursor = "";
  }

  close() {
    this.#source?.close();
    this.#source = null;
  }

  #address() {
    const query = new URLSearchParams();
    this.targets.forEach((target) => query.append("channel", target));
    if (this.#cursor) {
      query.set("lastEventId", this.#cursor);
    }
    query.set("access_token", this.tokens.reader);
    return `broadcasty/sse?${query}`;
  }

  open() {
    this.close();
    const source = new EventSource(this.#address());
    this.#source = source;
    const hear = (name, react) =>
      source.addEventListener(name, (event) => {
        if (source === this.#source) {
          this.#cursor = event.lastEventId || this.#cursor;
          react(JSON.parse(event.data));
        }
      });
    source.addEventListener("open", () => {
      this.#waiting = new Set(this.targets);
    });
    hear("subscribed", ({ channel, positions, recovered }) => {
      this.subscribed(channel, positions, recovered);
      this.#waiting.delete(channel);
      if (this.#waiting.size === 0) {
        this.live();
      }
    });
    hear("message", (publication) => this.publication(publication));
    hear("lost", (push) => this.lost(push));
    hear("end", ({ code, detail }) => {
      if (FINAL_CODES.has(code)) {
        this.refused(`${code}: ${detail}`);
      } else {
        this.close();
        this.comeBack(`${code}: ${detail}`);
      }
    });
    source.addEventListener("error", () => {
      if (source !== this.#source) {
        return;
      }
      if (source.readyState === EventSource.CONNECTING) {
        this.broken("the line broke; the browser reconnects");
      } else {
        this.close();
        this.#askWhy();
      }
    });
  }

  /** EventSource does not tell what the server answered; the same request by fetch does. */
  async #askWhy() {
    const stop = new AbortController();
    try {
      const answer = await fetch(this.#address(), { signal: stop.signal, cache: "no-store" });
      const problem = answer.headers.get("Content-Type")?.startsWith("application/problem+json") ? await answer.json() : null;
      if (problem && [400, 403].includes(answer.status)) {
        this.refused(`${answer.status} ${problem.code}: ${problem.detail}`);
        return;
      }
      this.comeBack(problem ? `${answer.status} ${problem.code}` : `the server answered ${answer.status}`);
    } catch {
      this.comeBack("the server does not answer");
    } finally {
      stop.abort();
    }
  }
}

/** WebSocket, as in protocol/PROTOCOL.md. */
export class WebSocketLine extends Line {
  #socket = null;
  #nextId = 1;
  #replies = new Map();
  #pulse = null;

  forget() {}

  close() {
    clearInterval(this.#pulse);
    this.#replies.clear();
    this.#socket?.close(1000);
    this.#socket = null;
  }

  open() {
    this.close();
    const address = new URL("broadcasty/ws", document.baseURI);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(address, ["broadcasty.v1", `bearer.${this.tokens.reader}`]);
    this.#socket = socket;
    let answered = true;
    let end = null;
    socket.addEventListener("open", () => {
      this.#subscribe();
      this.#pulse = setInterval(() => {
        if (!answered) {
          this.#gone(socket, "no sign of life from the server");
          return;
        }
        answered = false;
        this.#command({ command: "ping" }, () => {
          answered = true;
        });
      }, PING_MILLIS);
    });
    socket.addEventListener("message", ({ data }) => {
      if (socket !== this.#socket) {
        return;
      }
      const frame = JSON.parse(data);
      for (const message of Array.isArray(frame) ? frame : [frame]) {
        if (message.push === "end") {
          end = message;
        } else {
          this.#hear(message);
        }
      }
    });
    socket.addEventListener("close", ({ code, reason }) => {
      if (socket !== this.#socket) {
        return;
      }
      const why = [code, end?.code ?? reason].filter(Boolean).join(" ");
      if (end ? FINAL_CODES.has(end.code) : FINAL_CLOSE_CODES.has(code)) {
        this.refused(end?.detail ? `${why}: ${end.detail}` : why);
      } else {
        this.#gone(socket, code === 1006 ? "1006 the line broke" : why);
      }
    });
  }

  #gone(socket, detail) {
    if (socket === this.#socket) {
      this.close();
      this.comeBack(detail);
    }
  }

  #subscribe() {
    let missing = this.targets.length;
    const resuming = this.positions.started;
    for (const channel of this.targets) {
      const command = { command: "subscribe", channel };
      if (resuming) {
        command.since = this.positions.list().filter((position) => matches(channel, position.channel));
      }
      this.#command(command, ({ result, error }) => {
        if (error) {
          this.refused(`${error.status} ${error.code}: ${error.detail}`);
          return;
        }
        this.subscribed(channel, result.positions, result.recovered);
        if (--missing === 0) {
          this.live();
        }
      });
    }
  }

  #command(command, onReply) {
    const id = this.#nextId++;
    this.#replies.set(id, onReply);
    this.#socket?.send(JSON.stringify({ id, ...command }));
  }

  /** A new token for the same connection. Without one the server ends it, and the line comes back. */
  async #refresh() {
    try {
      await this.tokens.renew();
      this.#command({ command: "refresh", token: this.tokens.reader }, () => {});
    } catch (failure) {
      console.warn("no new token", failure);
    }
  }

  #hear(message) {
    if (message.push === "publication") {
      this.publication(message);
    } else if (message.push === "lost") {
      this.lost(message);
    } else if (message.push === "expiring") {
      this.#refresh();
    } else if ("reply" in message) {
      const onReply = this.#replies.get(message.reply);
      this.#replies.delete(message.reply);
      onReply?.(message);
    }
  }
}

function matches(target, channel) {
  return target.endsWith("*") ? channel.startsWith(target.slice(0, -1)) : target === channel;
}
