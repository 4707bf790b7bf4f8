import { checkChannel } from './channels.js';
import { pause, within } from './clock.js';
import { checkEnvelope, CoreClient, newId } from './core.js';
import type { CoreOptions, PublishOptions, SubscribeOptions } from './core.js';
import { BroadcastyError, timeout } from './errors.js';
import { bestStore, OfflineQueue } from './offline.js';
import type { Flushed, OfflineStore } from './offline.js';
import { PresenceView } from './presence.js';
import { DEFAULT_TIMEOUT_MILLIS } from './settings.js';
import type { Subscription } from './subscription.js';
import { ownerOf } from './token.js';
import { FirstChoice, only } from './transport/choice.js';
import type { Choice } from './transport/choice.js';
import { request as httpRequest } from './transport/http.js';
import { sseTransport } from './transport/sse.js';
import { webSocketTransport } from './transport/websocket.js';
import type { LinkSettings, Transport } from './transport/transport.js';
import type { Publication, Published, Queued, ReplayPage } from './wire.js';

/** How long what could not be sent, though there is a connection, waits for the next try. */
const FLUSH_RETRY_MILLIS = 3000;

/** What may carry the connection: WebSocket first and Server-Sent Events where it is blocked, or one of them alone. */
export type TransportMode = 'auto' | 'ws' | 'sse';

/** How a {@link BroadcastyClient} is made. */
export interface ClientOptions extends CoreOptions {
  /** Default `auto`: WebSocket, and Server-Sent Events where that is blocked. */
  transport?: TransportMode;
  /** Where publications wait for the network; `false`: they fail instead. */
  offline?: false | { max?: number; store?: OfflineStore };
}

/** What is asked; `timeoutMs` counts to the answer. */
export type RequestOptions<P = unknown, M = unknown> = Omit<PublishOptions<P, M>, 'id'>;

/** Whether to take part in a channel, or only to look on. */
export interface PresenceOptions {
  /** Also joins the channel, as the token’s subject. */
  join?: boolean;
  /** Joins the channel and says this of oneself to the others. */
  member?: Record<string, unknown>;
  signal?: AbortSignal;
}

/**
 * A client of one Broadcasty server, as one user. It connects when something is asked for, over one connection for all.
 *
 * @example
 * const client = new BroadcastyClient({ baseUrl: 'https://example.com', getToken: () => session.token });
 * const orders = await client.subscribe<Order>({ channel: 'orders.*', onMessage: ({ payload }) => show(payload) });
 * await client.publish({ channel: 'orders.eu', payload: { order: 17 } });
 * orders.close();
 */
export class BroadcastyClient extends CoreClient {
  private flushing = false;
  private readonly offline: OfflineQueue | undefined;
  private readonly replyTo = `rpc:client:${newId()}`;
  private readonly replies = new Map<string, (publication: Publication) => void>();
  private listening: Promise<unknown> | undefined;

  constructor(
    options: ClientOptions,
    /** @internal What stands between this client and a transport. */
    carry: (transport: Transport) => Transport = (transport) => transport,
  ) {
    super(options, (settings) => choose(options.transport ?? 'auto', settings, carry));
    if (options.offline !== false) {
      const { store, max = 1000 } = options.offline ?? {};
      this.offline = new OfflineQueue(store ?? bestStore(`broadcasty.offline:${this.settings.baseUrl}`), max);
      this.on('state', ({ state }) => state === 'connected' && void this.flushWaiting());
    }
  }

  /**
   * Publishes. Without an `id` one is made, and every attempt bears the same, so that it is published once however often the
   * line breaks. Without a network, and behind others that wait on the same channel, it is queued.
   *
   * @throws BroadcastyError the server’s refusal; `timeout` or `unreachable` when there is no offline queue
   */
  override async publish<P = unknown, M = unknown>(options: PublishOptions<P, M>): Promise<Published | Queued> {
    const { timeoutMs = DEFAULT_TIMEOUT_MILLIS, signal, ...rest } = options;
    checkEnvelope(options);
    signal?.throwIfAborted();
    const envelope = { ...rest, id: rest.id ?? newId() };
    if (!this.offline) {
      return this.send(envelope, timeoutMs, signal);
    }
    if (this.surroundings.isOnline() && !(await this.offline.holds(envelope.channel))) {
      try {
        return await this.send(envelope, timeoutMs, signal);
      } catch (error) {
        if (signal?.aborted || !(error instanceof BroadcastyError) || error.retry === 'no') {
          throw error;
        }
      }
    }
    await this.offline.add({ envelope, owner: await this.owner() });
    void this.connection
      .linked()
      .then(() => this.flushWaiting())
      .catch(() => undefined);
    return { id: envelope.id, channel: envelope.channel, queued: true };
  }

  /**
   * Publishes and waits for the answer: the publication with the same `correlationId` on the channel `replyTo`, which is one
   * of this client’s own unless another is named. A line that breaks meanwhile does not matter: an answer that was given
   * meanwhile is found by replay. Answer with `respond`.
   *
   * @throws BroadcastyError `timeout`, or why there was no connection
   */
  async request<R = unknown, P = unknown, M = unknown>(options: RequestOptions<P, M>): Promise<Publication<R>> {
    const { timeoutMs = DEFAULT_TIMEOUT_MILLIS, signal, ...envelope } = options;
    checkEnvelope(envelope);
    const deadline = this.clock.now() + timeoutMs;
    const correlationId = options.correlationId ?? newId();
    const replyTo = options.replyTo ?? this.replyTo;
    const late = () => this.connection.lastError ?? timeout(`the request to ${options.channel}`, timeoutMs);
    const hear = (heard: Publication) => this.replies.get(heard.correlationId ?? '')?.(heard);
    const answer = new Promise<Publication>((resolve) => this.replies.set(correlationId, resolve));
    let own: Subscription | undefined;
    try {
      if (replyTo === this.replyTo) {
        this.listening ??= this.subscribe({ channel: replyTo, onMessage: hear }).catch((error: unknown) => {
          this.listening = undefined;
          throw error;
        });
        await within(this.clock, this.listening, timeoutMs, late, signal);
      } else {
        own = await within(this.clock, this.subscribe({ channel: replyTo, onMessage: hear }), timeoutMs, late, signal);
      }
      await this.send({ ...envelope, correlationId, replyTo }, deadline - this.clock.now(), signal);
      return (await within(this.clock, answer, deadline - this.clock.now(), late, signal)) as Publication<R>;
    } finally {
      this.replies.delete(correlationId);
      own?.close();
    }
  }

  /** Answers requests on a channel: what the handler returns goes to where the request wants it. */
  respond<P = unknown, R = unknown>(options: Omit<SubscribeOptions<P>, 'onMessage'> & { onRequest: (request: Publication<P>) => R | Promise<R> }): Promise<Subscription<P>> {
    const { onRequest, ...rest } = options;
    return this.subscribe<P>({
      ...rest,
      onMessage: async (request) => {
        const { replyTo, correlationId } = request;
        const payload = await onRequest(request);
        if (replyTo !== undefined && correlationId !== undefined) {
          const id = `re:${request.id ?? `${request.epoch}:${request.partition}:${request.sequence}`}`; // the same for each who answers
          await this.publish({ channel: replyTo, payload, correlationId, id: id.slice(0, 200) });
        }
      },
    });
  }

  /** Publications that are kept, one page of them, oldest first. */
  async replay<P = unknown, M = unknown>(
    query: { channel: string; partition?: number; from?: number; to?: number; limit?: number; epoch?: string; signal?: AbortSignal },
  ): Promise<Omit<ReplayPage, 'publications'> & { publications: Publication<P, M>[] }> {
    const { signal, ...rest } = query;
    checkChannel(query.channel);
    const text = new URLSearchParams(Object.entries(rest).map(([name, value]) => [name, String(value)]));
    const answer = await httpRequest(this.settings, await this.connection.token(), `replay?${text.toString()}`, signal ? { signal } : {});
    return (await answer.json()) as ReplayPage & { publications: Publication<P, M>[] };
  }

  /** Who is present on a `presence-` channel, kept up to date. Settles when the channel is subscribed to. */
  async presence(channel: string, { join = false, member, signal }: PresenceOptions = {}): Promise<PresenceView> {
    checkChannel(channel);
    const { subscription, ready } = this.open({ channel, onMessage: () => undefined, ...(signal ? { signal } : {}) });
    const view = new PresenceView(channel, this.connection, subscription, member, join || member !== undefined);
    await ready;
    await view.ensureBegun();
    return view;
  }

  /** Whose publications are queued now; where no token can be got for want of a network, those of the user of the last one. */
  private async owner(): Promise<string> {
    const token = this.connection.token();
    return ownerOf(await token.catch(() => this.connection.lastToken ?? token));
  }

  private async flushWaiting(): Promise<void> {
    while (!this.flushing && this.state === 'connected' && (await this.offline?.holds())) {
      this.flushing = true;
      const flushed = await this.flushOffline().catch(() => undefined);
      if (flushed?.waiting !== 0) {
        await pause(this.clock, FLUSH_RETRY_MILLIS);
      }
      this.flushing = false;
      if (flushed?.waiting === 0 && flushed.sent + flushed.refused.length === 0) {
        return; // the rest is another user's
      }
    }
  }

  /** Sends what waits for the network; happens by itself when the connection comes back. */
  async flushOffline({ timeoutMs = DEFAULT_TIMEOUT_MILLIS }: { timeoutMs?: number } = {}): Promise<Flushed> {
    return this.offline
      ? this.offline.flush(ownerOf(await this.connection.token()), (envelope) => this.send(envelope, timeoutMs))
      : { sent: 0, waiting: 0, refused: [] };
  }

}

function choose(mode: TransportMode, settings: LinkSettings, carry: (transport: Transport) => Transport): Choice {
  const [webSocket, sse] = [carry(webSocketTransport), carry(sseTransport)];
  return mode === 'auto' ? new FirstChoice(webSocket, sse, settings) : only(mode === 'ws' ? webSocket : sse);
}
