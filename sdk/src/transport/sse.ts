import { asError, BroadcastyError, refusal, unreachable } from '../errors.js';
import { UNREADABLE } from '../channel-table.js';
import { claimsOf } from '../token.js';
import { cursor } from '../wire.js';
import type { ChannelNumber, CompactPublication, Envelope, Lost, Member, MembersPage, PresencePush, Publication, Published, Queued, Since, Subscribed, WireError } from '../wire.js';
import type { ServerEvent } from './events.js';
import { isReachable, request } from './http.js';
import { Leases } from './leases.js';
import { Stream } from './stream.js';
import type { Link, LinkListener, LinkSettings, Outcome, Transport } from './transport.js';

/** A body of many publications is cut here; far below what a server takes. */
const MAX_BODY_CHARS = 200_000;
/** How long before its end a token is taken to be expiring; the server says the same over WebSocket. */
const EXPIRY_MARGIN_MILLIS = 30_000;

interface Wanted {
  target: string;
  since: Since;
  accepted: (result: Subscribed) => void;
  done: () => void;
  failed: (error: BroadcastyError) => void;
}

/**
 * One stream of Server-Sent Events for all targets, read through `fetch` so that the token goes in a header; what a client
 * says goes by POST.
 *
 * A stream’s targets all start alike: live, from a sequence, or after the positions in a cursor. So what is subscribed to
 * later is begun on a stream of its own, and once its positions are known one stream after the positions of all takes the
 * place of both. The listener may hear a publication twice meanwhile, but always in order and without a gap.
 */
class SseLink implements Link {
  readonly window = 1;
  readonly ended: Promise<BroadcastyError>;
  private end!: (end: BroadcastyError) => void;
  private readonly established = new Set<string>();
  private readonly watched = new Set<string>();
  private readonly leases: Leases;
  private wanted: Wanted[] = [];
  private stream: Stream | undefined;
  /** What is to be the stream, or to find out where one begins. */
  private opening: Stream | undefined;
  /** Whether the stream must be opened anew, for another token or other targets. */
  private stale = false;
  private working = false;
  private over = false;
  private expiry: unknown;

  constructor(
    private readonly settings: LinkSettings,
    private token: string,
    private readonly listener: LinkListener,
  ) {
    this.ended = new Promise((resolve) => (this.end = resolve));
    this.leases = new Leases(settings.clock, {
      renew: (channel, id) => this.request('presence/heartbeat', { channel, id }),
      rejoin: (channel, member) => this.join(channel, member),
    });
    this.guardExpiry();
  }

  subscribe(target: string, since: Since, accepted: (result: Subscribed) => void): Promise<void> {
    return new Promise((done, failed) => {
      this.wanted.push({ target, since, accepted, done, failed });
      this.schedule();
    });
  }

  unsubscribe(target: string): Promise<void> {
    this.watched.delete(target);
    this.wanted.filter((one) => one.target === target).forEach(({ failed }) => failed(unreachable('it was unsubscribed from')));
    this.wanted = this.wanted.filter((one) => one.target !== target);
    this.established.delete(target);
    for (const stream of [this.stream, this.opening]) {
      if (stream?.targets.delete(target)) {
        this.reopen();
      }
    }
    return Promise.resolve();
  }

  async publish(envelopes: readonly Envelope[]): Promise<Outcome[]> {
    const texts = envelopes.map((envelope) => JSON.stringify(envelope));
    const outcomes: Outcome[] = [];
    while (texts.length > 0) {
      let count = 0;
      for (let chars = 0; count < texts.length && (count === 0 || chars < MAX_BODY_CHARS); count++) {
        chars += texts[count]?.length ?? 0;
      }
      const some = texts.splice(0, count);
      const answers = (await (await this.request('publish', `[${some.join()}]`)).json()) as (Published | Queued | { error: WireError })[];
      outcomes.push(...answers.map((answer) => ('error' in answer ? refusal(answer.error) : answer)));
    }
    return outcomes;
  }

  refresh(token: string): Promise<void> {
    if (token !== this.token) {
      this.token = token;
      this.reopen();
    }
    this.guardExpiry();
    return Promise.resolve();
  }

  watch(channel: string): Promise<void> {
    this.watched.add(channel);
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
    this.stream?.check();
  }

  close(): void {
    this.finish(new BroadcastyError('closed', 'closed by this client'));
  }

  private request(path: string, body?: unknown): Promise<Response> {
    return this.over
      ? Promise.reject(unreachable('the connection ended'))
      : request(this.settings, this.token, path, { body }).catch((error: unknown) => {
          if (asError(error).code !== 'token_expired') {
            throw error;
          }
          this.listener.expiring();
          throw unreachable('the token ended', error);
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
    while (!this.over && (this.wanted.length > 0 || this.stale)) {
      try {
        if (this.wanted.length > 0) {
          await this.begin(this.nextGroup());
        } else {
          await this.replaceStream();
        }
      } catch (error) {
        this.finish(asError(error));
      }
    }
    this.working = false;
    if (this.over) {
      this.wanted.splice(0).forEach(({ failed }) => failed(unreachable('the connection ended')));
    }
  }

  /** Takes those off the queue that start as its first does. */
  private nextGroup(): Wanted[] {
    const start = ({ since }: Wanted) => (since && 'since' in since ? 'after' : since?.fromSequence);
    const first = start(this.wanted[0] as Wanted);
    const group = this.wanted.filter((one) => start(one) === first);
    this.wanted = this.wanted.filter((one) => start(one) !== first);
    return group;
  }

  private async begin(group: Wanted[]): Promise<void> {
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
      const refused = asError(error);
      targets.forEach((target) => this.established.delete(target));
      if (refused.status === undefined || refused.status >= 429 || refused.status === 401) {
        group.forEach(({ failed }) => failed(unreachable('the connection ended', error)));
        throw error;
      }
      if (group.length === 1) {
        group[0]?.failed(refused);
        return;
      }
      for (const one of group) {
        await this.begin([one]); // to find the one at fault
      }
    }
  }

  /** Puts one stream after the positions of all in the place of the one before. */
  private async replaceStream(more: string[] = [], group: Wanted[] = [], positions: readonly Parameters<typeof cursor>[0][number][] = []): Promise<void> {
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

  /** A target that was unsubscribed from meanwhile stays out. */
  private establish(targets: string[], stream: Stream): void {
    targets.filter((target) => stream.targets.has(target)).forEach((target) => this.established.add(target));
  }

  private async open(targets: string[], since: Since, group: Wanted[]): Promise<Stream> {
    const { protocol, include } = this.settings;
    const query = new URLSearchParams(targets.map((target) => ['channel', target]));
    if (protocol === 'v2') {
      query.set('protocol', protocol); // a server that does not know it answers in v1
    }
    if (include) {
      query.set('include', include);
    }
    const headers: Record<string, string> = { Accept: 'text/event-stream' };
    if (since && 'since' in since) {
      headers['Last-Event-ID'] = cursor(since.since);
    } else if (since) {
      query.set('fromSequence', String(since.fromSequence));
    }
    if (targets.some((target) => this.watched.has(target))) {
      query.set('presence', 'true');
    }
    const asked = new Map(group.map((one) => [one.target, one]));
    const stream: Stream = new Stream(new Set(targets), this.settings, {
      heard: (event) => this.heard(event, stream, asked),
      ended: (end) => {
        if (stream === this.stream || !opened) {
          this.finish(end);
        }
      },
    });
    let opened = false;
    this.opening = stream;
    await stream.open(this.token, `sse?${query.toString()}`, headers);
    opened = true;
    if (this.over) {
      stream.close();
      throw unreachable('the connection ended');
    }
    return stream;
  }

  private heard({ event, data }: ServerEvent, stream: Stream, asked: Map<string, Wanted>): void {
    if (this.over) {
      return;
    }
    const { listener } = this;
    switch (event) {
      case 'message': {
        const message = JSON.parse(data) as Publication | CompactPublication;
        const publication = 'c' in message ? stream.table.expand(message) : message;
        if (!publication) {
          this.finish(new BroadcastyError('unreachable', UNREADABLE, 'yes'));
        } else if (stream.delivers(publication.channel)) {
          listener.publication(publication);
        }
        return;
      }
      case 'lost': {
        const lost = JSON.parse(data) as Lost;
        stream.table.update(lost.channel, [lost.resumeFrom]);
        if (stream.delivers(lost.channel)) {
          listener.lost(lost);
        }
        return;
      }
      case 'presence':
        listener.presence(JSON.parse(data) as PresencePush);
        return;
      case 'channel': {
        const told = JSON.parse(data) as ChannelNumber;
        stream.table.update(told.channel, [told]);
        return;
      }
      case 'subscribed': {
        const result = JSON.parse(data) as Subscribed;
        stream.table.update(result.channel, result.positions, result.number);
        asked.get(result.channel)?.accepted(result);
      }
    }
  }

  private guardExpiry(): void {
    const { clock } = this.settings;
    clock.clearTimeout(this.expiry);
    const exp = claimsOf(this.token)?.exp;
    if (exp !== undefined) {
      const left = exp * 1000 - EXPIRY_MARGIN_MILLIS - clock.now();
      this.expiry = clock.setTimeout(() => this.listener.expiring(), Math.min(Math.max(left, 1000), 2 ** 31 - 1));
    }
  }

  private finish(end: BroadcastyError): void {
    if (this.over) {
      return;
    }
    this.over = true;
    this.settings.clock.clearTimeout(this.expiry);
    this.leases.close();
    this.stream?.close();
    this.opening?.close();
    this.end(end);
  }
}

export const sseTransport: Transport = {
  name: 'sse',
  async open(settings, token, listener) {
    if (!(await isReachable(settings))) {
      throw unreachable('the server did not answer');
    }
    return new SseLink(settings, token, listener);
  },
};
