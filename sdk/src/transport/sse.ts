import { BroadcastyError, closed, fromServerError, toError, unreachable } from '../errors.js';
import { UNDECODABLE } from '../channel-table.js';
import { parseClaims } from '../token.js';
import { cursor } from '../wire.js';
import type { ChannelNumber, CompactPublication, EncodedEnvelope, Lost, Member, MembersPage, PresencePush, Publication, Published, Queued, Since, Subscribed, WireError } from '../wire.js';
import type { SseEvent } from './sse-parser.js';
import { ping, request } from './http.js';
import { PresenceLeases } from './presence-leases.js';
import { SseStream } from './sse-stream.js';
import type { PresenceSession, SessionListener, SessionSettings, PublishOutcome, Transport } from './transport.js';

/** The size at which a batch of publications is split; far below the server’s limit. */
const MAX_BODY_CHARS = 200_000;
/**
 * How long before its expiry a token is refreshed; over WebSocket the server uses the same margin.
 */
const EXPIRY_MARGIN_MILLIS = 30_000;

/** The delay before a token is requested again that should have been refreshed by now. */
const EXPIRED_RETRY_MILLIS = 10_000;

/** The end of an envelope that is not for its own client; over HTTP that is named by its stream. */
const TO_OTHERS = ',"toOthers":true}';

interface SubscribeRequest {
  target: string;
  since: Since;
  accepted: (result: Subscribed) => void;
  done: () => void;
  failed: (error: BroadcastyError) => void;
}

/**
 * A session with one stream of Server-Sent Events for all targets. It reads the stream with
 * `fetch`, so that the token is sent in a header, and sends commands by POST.
 *
 * All targets of a stream start in the same way: live, from a sequence, or after the positions of a
 * cursor. So a later subscription first gets a stream of its own. When its positions are known, one
 * stream after all positions replaces both. Meanwhile the listener may receive publications twice,
 * but always in order and without gaps.
 */
class SseSession implements PresenceSession {
  readonly window = 1;
  readonly ended: Promise<BroadcastyError>;
  private setEnd!: (end: BroadcastyError) => void;
  private readonly established = new Set<string>();
  private readonly presenceTargets = new Set<string>();
  private readonly leases: PresenceLeases;
  private requests: SubscribeRequest[] = [];
  private stream: SseStream | undefined;
  /** The stream that is being opened. */
  private opening: SseStream | undefined;
  /** Whether the stream must be opened again, with another token or other targets. */
  private stale = false;
  private working = false;
  private finished = false;
  private expiryTimer: unknown;

  constructor(
    private readonly settings: SessionSettings,
    private token: string,
    private readonly listener: SessionListener,
    /** By how much the own clock is ahead of the server’s. */
    private readonly aheadMillis: number,
  ) {
    this.ended = new Promise((resolve) => (this.setEnd = resolve));
    this.leases = new PresenceLeases(settings.clock, {
      renew: (channel, id) => this.request('presence/heartbeat', { channel, id }),
      rejoin: (channel, member) => this.join(channel, member),
      ended: (end) => this.listener.onPresence(end),
    });
    this.scheduleExpiry();
  }

  subscribe(target: string, since: Since, accepted: (result: Subscribed) => void): Promise<void> {
    return new Promise((done, failed) => {
      this.requests.push({ target, since, accepted, done, failed });
      this.schedule();
    });
  }

  unsubscribe(target: string): Promise<void> {
    this.presenceTargets.delete(target);
    this.requests.filter((one) => one.target === target).forEach(({ failed }) => failed(unreachable('the target was unsubscribed')));
    this.requests = this.requests.filter((one) => one.target !== target);
    this.established.delete(target);
    for (const stream of [this.stream, this.opening]) {
      if (stream?.targets.delete(target)) {
        this.reopen();
      }
    }
    return Promise.resolve();
  }

  async publish(envelopes: readonly EncodedEnvelope[]): Promise<PublishOutcome[]> {
    const end = this.stream?.session ? `,"toOthers":"${this.stream.session}"}` : '}';
    const texts = envelopes.map(({ json }) => (json.endsWith(TO_OTHERS) ? json.slice(0, -TO_OTHERS.length) + end : json));
    const outcomes: PublishOutcome[] = [];
    while (texts.length > 0) {
      let count = 0;
      for (let chars = 0; count < texts.length && (count === 0 || chars < MAX_BODY_CHARS); count++) {
        chars += texts[count]?.length ?? 0;
      }
      const part = texts.splice(0, count);
      outcomes.push(...(await this.publishBatch(part)));
    }
    return outcomes;
  }

  /** Sends a batch; if it is refused as a whole, its halves, to find the item that is to blame. */
  private async publishBatch(texts: string[]): Promise<PublishOutcome[]> {
    try {
      const answers = (await (await this.request('publish', `[${texts.join()}]`)).json()) as (Published | Queued | { error: WireError })[];
      if (answers.length !== texts.length) {
        throw unreachable('the answer does not belong to the request');
      }
      return answers.map((answer) => ('error' in answer ? fromServerError(answer.error) : answer));
    } catch (thrown) {
      const error = toError(thrown);
      if (error.retry !== 'no' || error.status === 401 || error.status === 403) {
        throw error; // it concerns the session
      }
      if (texts.length === 1) {
        return [error];
      }
      const half = texts.length >> 1;
      return [...(await this.publishBatch(texts.slice(0, half))), ...(await this.publishBatch(texts.slice(half)))];
    }
  }

  refresh(token: string): Promise<void> {
    if (token !== this.token) {
      this.token = token;
      this.reopen();
    }
    this.scheduleExpiry();
    return Promise.resolve();
  }

  presence(channel: string): Promise<void> {
    this.presenceTargets.add(channel);
    this.reopen();
    return Promise.resolve();
  }

  async join(channel: string, member?: Record<string, unknown>): Promise<Member> {
    const answer = await this.request('presence/join', { channel, ...(member ? { member } : {}) });
    const joined = (await answer.json()) as { member: Member; ttl: number };
    this.leases.hold(channel, joined.member, joined.ttl);
    return joined.member;
  }

  async leave(channel: string): Promise<void> {
    this.leases.drop(channel);
    await this.request('presence/leave', { channel });
  }

  async members(channel: string, after?: string): Promise<MembersPage> {
    const query = new URLSearchParams({ channel, ...(after === undefined ? {} : { after }) });
    return (await (await this.request(`presence?${query.toString()}`)).json()) as MembersPage;
  }

  check(): void {
    this.stream?.checkAlive();
  }

  close(): void {
    this.finish(closed());
  }

  private request(path: string, body?: unknown): Promise<Response> {
    return this.finished
      ? Promise.reject(unreachable('the connection ended'))
      : request(this.settings, this.token, path, { body }).catch((error: unknown) => {
          if (toError(error).code !== 'token_expired') {
            throw error;
          }
          this.listener.onExpiring();
          throw unreachable('the token has expired', error);
        });
  }

  private reopen(): void {
    this.stale = true;
    this.schedule();
  }

  private schedule(): void {
    if (!this.working) {
      this.working = true;
      queueMicrotask(() => void this.work());
    }
  }

  private async work(): Promise<void> {
    while (!this.finished && (this.requests.length > 0 || this.stale)) {
      try {
        if (this.requests.length > 0) {
          await this.subscribeGroup(this.nextGroup());
        } else {
          await this.replaceStream();
        }
      } catch (error) {
        this.finish(toError(error));
      }
    }
    this.working = false;
    if (this.finished) {
      this.requests.splice(0).forEach(({ failed }) => failed(unreachable('the connection ended')));
    }
  }

  /** Takes the requests off the queue that start in the same way as the first. */
  private nextGroup(): SubscribeRequest[] {
    const start = ({ since }: SubscribeRequest) => (since && 'since' in since ? 'after' : JSON.stringify(since));
    const first = start(this.requests[0] as SubscribeRequest);
    const group = this.requests.filter((one) => start(one) === first);
    this.requests = this.requests.filter((one) => start(one) !== first);
    return group;
  }

  private async subscribeGroup(group: SubscribeRequest[]): Promise<void> {
    const since = group[0]?.since;
    const after = since && 'since' in since;
    const targets = group.map(({ target }) => target);
    try {
      if (after) {
        const positions = group.flatMap((one) => (one.since as { since: [] }).since);
        await this.replaceStream(targets, group, positions);
      } else {
        const stream = await this.open(targets, since, group);
        this.establish(targets, stream);
        if (this.stream) {
          await this.replaceStream().finally(() => stream.close());
        } else {
          this.stream = stream;
        }
      }
      group.forEach(({ done }) => done());
    } catch (error) {
      const failure = toError(error);
      targets.forEach((target) => this.established.delete(target));
      if (failure.status === undefined || failure.status >= 429 || failure.status === 401) {
        group.forEach(({ failed }) => failed(unreachable('the connection ended', error)));
        throw error;
      }
      if (group.length === 1) {
        group[0]?.failed(failure);
        return;
      }
      for (const one of group) {
        await this.subscribeGroup([one]); // to find the rejected one
      }
    }
  }

  /** Replaces the stream with one that starts after the positions of all targets. */
  private async replaceStream(more: string[] = [], group: SubscribeRequest[] = [], positions: readonly Parameters<typeof cursor>[0][number][] = []): Promise<void> {
    this.stale = false;
    const before = this.stream;
    const old = [...this.established];
    const targets = [...old, ...more];
    if (targets.length > 0) {
      const since = [...old.flatMap((target) => this.listener.since(target).since), ...positions];
      const seen = new Map(since.map((position) => [`${position.channel} ${position.partition}`, position]));
      this.stream = await this.open(targets, { since: [...seen.values()] }, group);
      this.establish(more, this.stream);
    } else {
      this.stream = undefined;
    }
    before?.close();
  }

  /** Marks targets as subscribed, except those that were unsubscribed in the meantime. */
  private establish(targets: string[], stream: SseStream): void {
    targets.filter((target) => stream.targets.has(target)).forEach((target) => this.established.add(target));
  }

  private async open(targets: string[], since: Since, group: SubscribeRequest[]): Promise<SseStream> {
    const { protocol, include } = this.settings;
    const query = new URLSearchParams(targets.map((target) => ['channel', target]));
    if (protocol === 'v2') {
      query.set('protocol', protocol); // a server without v2 ignores it and uses v1
    }
    if (include) {
      query.set('include', include);
    }
    const headers: Record<string, string> = { Accept: 'text/event-stream' };
    if (since && 'since' in since) {
      headers['Last-Event-ID'] = cursor(since.since);
    } else if (since) {
      Object.entries(since).forEach(([name, value]) => query.set(name, String(value)));
    }
    if (targets.some((target) => this.presenceTargets.has(target))) {
      query.set('presence', 'true');
    }
    const requested = new Map(group.map((one) => [one.target, one]));
    const stream: SseStream = new SseStream(new Set(targets), this.settings, {
      onEvent: (event) => this.onEvent(event, stream, requested),
      onEnd: (end) => {
        if (stream === this.stream || !opened) {
          this.finish(end);
        }
      },
    });
    let opened = false;
    this.opening = stream;
    await stream.open(this.token, `sse?${query.toString()}`, headers);
    opened = true;
    if (this.finished) {
      stream.close();
      throw unreachable('the connection ended');
    }
    return stream;
  }

  private onEvent({ event, data }: SseEvent, stream: SseStream, asked: Map<string, SubscribeRequest>): void {
    if (this.finished) {
      return;
    }
    let parsed: unknown;
    try {
      parsed = JSON.parse(data);
    } catch {
      this.finish(undecodable());
      return;
    }
    const { listener } = this;
    switch (event) {
      case 'message': {
        const message = parsed as Publication | CompactPublication;
        const publication = 'c' in message ? stream.table.expand(message) : message;
        if (!publication) {
          this.finish(undecodable());
        } else if (stream.delivers(publication.channel)) {
          listener.onPublication(publication);
        }
        return;
      }
      case 'ephemeral':
      case 'skipped': {
        const message = { ...(parsed as Publication), push: event };
        const current = stream === this.stream || !this.stream?.delivers(message.channel);
        if (stream.delivers(message.channel) && (current || event === 'skipped')) {
          listener.onPublication(message);
        }
        return;
      }
      case 'lost': {
        const lost = parsed as Lost;
        stream.table.update(lost.channel, [lost.resumeFrom]);
        if (stream.delivers(lost.channel)) {
          listener.onLost(lost);
        }
        return;
      }
      case 'presence':
        listener.onPresence(parsed as PresencePush);
        return;
      case 'channel': {
        const announced = parsed as ChannelNumber;
        stream.table.update(announced.channel, [announced]);
        return;
      }
      case 'subscribed': {
        const result = parsed as Subscribed;
        stream.table.update(result.channel, result.positions, result.number);
        stream.session = result.session;
        asked.get(result.channel)?.accepted(result);
      }
    }
  }

  private scheduleExpiry(): void {
    const { clock } = this.settings;
    clock.clearTimeout(this.expiryTimer);
    if (this.finished) {
      return;
    }
    const exp = parseClaims(this.token)?.exp;
    if (exp !== undefined) {
      const left = exp * 1000 - EXPIRY_MARGIN_MILLIS - clock.now() + this.aheadMillis;
      const wait = left > 0 ? Math.max(left, 1000) : EXPIRED_RETRY_MILLIS;
      this.expiryTimer = clock.setTimeout(() => this.listener.onExpiring(), Math.min(wait, 2 ** 31 - 1));
    }
  }

  private finish(end: BroadcastyError): void {
    if (this.finished) {
      return;
    }
    this.finished = true;
    this.settings.clock.clearTimeout(this.expiryTimer);
    this.leases.close();
    this.stream?.close();
    this.opening?.close();
    this.setEnd(end);
  }
}

function undecodable(): BroadcastyError {
  return new BroadcastyError('unreachable', UNDECODABLE, 'yes');
}

export const sseTransport: Transport = {
  name: 'sse',
  async open(settings, token, listener) {
    return new SseSession(settings, token, listener, await ping(settings));
  },
};
