import { fullJitter } from './backoff.js';
import type { Backoff } from './backoff.js';
import { checkChannel } from './channels.js';
import { delay, withTimeout } from './clock.js';
import type { ConnectionEvents } from './connection.js';
import { CoreClient, newId } from './core.js';
import type { CoreOptions, PublishOptions, SubscribeOptions } from './core.js';
import { BroadcastyError, isDown, timeout, toError } from './errors.js';
import { checkHeaders } from './headers.js';
import { SYSTEM_NETWORK_MONITOR } from './network-monitor.js';
import { openBestStore, OfflineQueue } from './offline.js';
import type { FlushResult, OfflineStore } from './offline.js';
import { OrderedPublisher } from './ordered-publisher.js';
import { PresenceView } from './presence.js';
import { DEFAULT_TIMEOUT_MILLIS } from './settings.js';
import type { Subscription } from './subscription.js';
import { tokenOwner } from './token.js';
import { FallbackSelector, fixedTransport } from './transport/transport-selector.js';
import type { TransportSelector } from './transport/transport-selector.js';
import { ping, request as httpRequest } from './transport/http.js';
import { sseTransport } from './transport/sse.js';
import { presenceWebSocketTransport } from './transport/websocket-presence.js';
import type { SessionSettings, Transport } from './transport/transport.js';
import type { Announced, EncodedEnvelope, Envelope, Publication, Published, Queued, ReplayPage } from './wire.js';

/**
 * The delay before queued publications are sent again, when sending fails on an open connection.
 */
const FLUSH_RETRY_MILLIS = 3000;

/** The average delay between two questions to the server whether it is back. */
const PING_MILLIS = 2000;

/** The event of a reply to a request whose handler threw an error. */
const REPLY_FAILED = 'broadcasty.failed';

/**
 * The transports to use: WebSocket with Server-Sent Events as its fallback (`auto`), or only one of
 * them.
 */
export type TransportMode = 'auto' | 'ws' | 'sse';

/** The options of a {@link BroadcastyClient}. */
export interface ClientOptions extends CoreOptions {
  /** Default `auto`: WebSocket, or Server-Sent Events where WebSocket is blocked. */
  transport?: TransportMode;
  /**
   * The queue for publications without a network: at most `max` (default 1000) wait in `store`
   * (default: IndexedDB, else `localStorage`, else memory). `false` disables it; then `publish`
   * fails without a network.
   */
  offline?: false | { max?: number; store?: OfflineStore };
}

/** A request. `timeoutMs` limits the time until the reply arrives. */
export type RequestOptions<P = unknown, M = unknown> = Omit<PublishOptions<P, M>, 'id'>;

/** Whether a presence view joins the channel or only observes it. */
export interface PresenceOptions {
  /** Joins the channel as the subject of the token. */
  join?: boolean;
  /** Joins the channel with these fields, which the other members see. */
  member?: Record<string, unknown>;
  /** Closes the view when it is aborted. */
  signal?: AbortSignal;
}

/**
 * A client of one Broadcasty server for one user. It connects on the first request and uses one
 * connection for everything.
 *
 * @example
 * const client = new BroadcastyClient({ baseUrl: 'https://example.com', getToken });
 * const orders = await client.subscribe<Order>({
 *   channel: 'orders.*',
 *   onMessage: ({ payload }) => show(payload),
 * });
 * await client.publish({ channel: 'orders.eu', payload: { order: 17 } });
 * orders.close();
 */
export class BroadcastyClient extends CoreClient {
  private flushing = false;
  /** Whether an answer to a ping ends a delay; again when a ping has failed or a session opened. */
  private mayReconnect = true;
  /** Ends the pings of the last delay. */
  private pings = new AbortController();
  private readonly offline: OfflineQueue | undefined;
  private readonly publisher: OrderedPublisher | undefined;
  private readonly replyTo = `rpc:client:${newId()}`;
  private readonly pendingReplies = new Map<string, { resolve: (publication: Publication) => void; reject: (error: BroadcastyError) => void }>();
  private replySubscription: Promise<unknown> | undefined;

  constructor(
    options: ClientOptions,
    /** @internal Wraps each transport, so that tabs can share a session. */
    wrapTransport: (transport: Transport) => Transport = (transport) => transport,
  ) {
    super({ ...options, backoff: options.backoff ?? visibleBackoff }, (settings) => createSelector(options.transport ?? 'auto', settings, wrapTransport));
    const { networkMonitor = SYSTEM_NETWORK_MONITOR } = options;
    if (options.offline !== false) {
      const { store, max = 1000 } = options.offline ?? {};
      this.offline = new OfflineQueue(store ?? openBestStore(`broadcasty.offline:${this.settings.baseUrl}`), max, {
        onSent: (outcome) => this.connection.emit('sent', outcome),
        onRefused: (refused) => this.connection.emit('refused', refused),
      }, this.clock);
      this.publisher = new OrderedPublisher(this.offline, {
        clock: this.clock,
        isOnline: () => networkMonitor.isOnline(),
        owner: () => this.currentOwner(),
        send: (...args) => this.outbox.add(...args),
        onQueued: () => void this.connection.ready().then(() => this.flushWhileConnected(), () => undefined),
      });
      this.on('state', ({ state }) => state === 'connected' && void this.flushWhileConnected());
    }
    this.on('state', ({ state, error }) => {
      this.pings.abort();
      if (state === 'connected') {
        this.mayReconnect = true;
      } else if (state === 'waiting' && isDown(error)) {
        this.pings = new AbortController();
        void this.reconnectWhenReachable(this.pings.signal);
      }
    });
  }

  /**
   * Publishes. If `id` is missing, the client generates one and sends it with every attempt, so
   * that the server stores the publication once even if the connection breaks. Without a network,
   * or while earlier publications to the same channel wait, the publication is queued; the events
   * `sent` and `refused` tell what becomes of it.
   *
   * @throws BroadcastyError the server’s error; `timeout` or `unreachable` when there is no offline
   *     queue; `queue_full`
   */
  override publish<P = unknown, M = unknown>(options: PublishOptions<P, M> & { store: false }): Promise<Announced>;
  override publish<P = unknown, M = unknown>(options: PublishOptions<P, M>): Promise<Published | Queued>;
  override publish<P = unknown, M = unknown>(options: PublishOptions<P, M>): Promise<Published | Queued | Announced> {
    return super.publish(options);
  }

  /** The state of the connection with its details. @internal */
  get status(): ConnectionEvents['state'] {
    return this.connection.status;
  }

  /** @internal */
  protected override publishOne(envelope: EncodedEnvelope, timeoutMs: number, signal?: AbortSignal): Promise<Published | Queued> {
    return ((envelope.store ?? true) && this.publisher ? this.publisher : this.outbox).add(envelope, timeoutMs, signal);
  }

  /** @internal */
  protected override encode(envelope: Envelope): EncodedEnvelope {
    checkHeaders(envelope.headers);
    const encoded = super.encode(envelope);
    return envelope.store === false ? { ...encoded, store: false } : encoded;
  }

  /**
   * Publishes a request and waits for the reply: the publication with the same `correlationId` on
   * the channel `replyTo`. By default `replyTo` is a channel of this client. A reply that arrives
   * during a reconnect is replayed. Use `respond` to answer requests.
   *
   * Without a network, or while earlier publications to its channel wait, the request waits in the
   * offline queue in its place, until its time is over or its signal is aborted; then it is not
   * sent.
   *
   * @throws BroadcastyError the server’s error; `timeout`, or the reason why there was no connection
   *     in time; `handler_failed` when the responder’s handler threw an error; `queue_full`; `closed`
   *     when the client is closed. The signal’s reason when the signal is aborted
   */
  async request<R = unknown, P = unknown, M = unknown>(options: RequestOptions<P, M>): Promise<Publication<R>> {
    const { timeoutMs = DEFAULT_TIMEOUT_MILLIS, signal, ...envelope } = options;
    const correlationId = options.correlationId ?? newId();
    const replyTo = options.replyTo ?? this.replyTo;
    const encoded = { ...this.encode({ ...envelope, correlationId, replyTo }), until: this.clock.now() + timeoutMs };
    signal?.throwIfAborted();
    const stop = new AbortController();
    const send = () => this.publishOne(encoded, Infinity, stop.signal);
    const reply = new Promise<Publication>((resolve, reject) => {
      if (replyTo === this.replyTo) {
        this.pendingReplies.set(correlationId, { resolve, reject });
        Promise.all([send(), this.subscribeReplies()]).catch(reject); // it may be sent first: replies are replayed
      } else {
        const onMessage = (publication: Publication) => publication.correlationId === correlationId && resolve(publication);
        this.subscribe({ channel: replyTo, onMessage, on: { error: reject }, signal: stop.signal }).then(send).catch(reject);
      }
    });
    try {
      const answer = await withTimeout(this.clock, reply, timeoutMs, () => this.connection.lastError ?? timeout(`the request to ${options.channel}`, timeoutMs), signal);
      if (answer.event === REPLY_FAILED) {
        throw new BroadcastyError('handler_failed', `the handler of the request to ${options.channel} failed`);
      }
      return answer as Publication<R>;
    } finally {
      stop.abort();
      this.pendingReplies.delete(correlationId);
    }
  }

  /** Subscribes the channel for replies to this client, until the subscription ends for good. */
  private subscribeReplies(): Promise<unknown> {
    return (this.replySubscription ??= this.subscribe({
      channel: this.replyTo,
      fromSequence: 0,
      onMessage: (publication) => this.pendingReplies.get(publication.correlationId ?? '')?.resolve(publication),
      on: {
        error: (error) => {
          this.replySubscription = undefined;
          this.pendingReplies.forEach(({ reject }) => reject(error));
        },
      },
    }));
  }

  /**
   * Answers the requests on a channel: publishes what `onRequest` returns to the request’s
   * `replyTo` channel.
   */
  respond<P = unknown, R = unknown>(options: Omit<SubscribeOptions<P>, 'onMessage'> & { onRequest: (request: Publication<P>) => R | Promise<R> }): Promise<Subscription<P>> {
    const { onRequest, ...rest } = options;
    return this.subscribe<P>({
      ...rest,
      onMessage: async (request) => {
        const { replyTo, correlationId } = request;
        const reply = async (fields: Pick<Envelope, 'payload' | 'event'>) => {
          if (replyTo !== undefined && correlationId !== undefined) {
            const id = `re:${request.id ?? `${request.epoch}:${request.partition}:${request.sequence}`}`; // the same id for every responder
            await this.publish({ channel: replyTo, correlationId, id: id.slice(0, 200), ...fields }).catch((error: unknown) => {
              if ((error as BroadcastyError).code !== 'closed') {
                throw error;
              }
            });
          }
        };
        let payload: unknown;
        try {
          payload = (await onRequest(request)) ?? null;
        } catch (error) {
          await reply({ payload: null, event: REPLY_FAILED });
          throw error;
        }
        await reply({ payload });
      },
    });
  }

  /**
   * Reads one page of a channel’s retained publications, oldest first.
   *
   * @throws BroadcastyError `invalid_channel`, `forbidden`, `unreachable`, …
   */
  async replay<P = unknown, M = unknown>(
    query: { channel: string; partition?: number; from?: number; to?: number; limit?: number; epoch?: string; last?: number; signal?: AbortSignal },
  ): Promise<Omit<ReplayPage, 'publications'> & { publications: Publication<P, M>[] }> {
    const { signal, ...rest } = query;
    checkChannel(query.channel);
    const text = new URLSearchParams(Object.entries(rest).map(([name, value]) => [name, String(value)]));
    const answer = await httpRequest(this.settings, await this.connection.freshToken(), `replay?${text.toString()}`, signal ? { signal } : {});
    return (await answer.json()) as ReplayPage & { publications: Publication<P, M>[] };
  }

  /**
   * Opens a view of a `presence-` channel’s members that stays up to date. Resolves when the
   * channel is subscribed.
   *
   * @throws BroadcastyError `invalid_channel`, `forbidden`, … and any error that ends the
   *     connection for good
   */
  async presence(channel: string, { join = false, member, signal }: PresenceOptions = {}): Promise<PresenceView> {
    checkChannel(channel);
    const { subscription, ready } = this.open({ channel, onMessage: () => undefined, ...(signal ? { signal } : {}) });
    const view = new PresenceView(channel, this.connection, subscription, member, join || member !== undefined, this.clock);
    await ready;
    await view.ensureStarted();
    return view;
  }

  /**
   * Returns the owner of publications that are queued now. If no token can be fetched because there
   * is no network, it is the owner of the last token.
   */
  private async currentOwner(): Promise<string> {
    const token = this.connection.freshToken();
    return tokenOwner(await token.catch(() => this.connection.lastToken ?? token));
  }

  /** While the page is visible, asks whether the server is back, and then connects at once. */
  private async reconnectWhenReachable(stop: AbortSignal): Promise<void> {
    const isOver = () => stop.aborted;
    for (let pause = 0; ; ) {
      await delay(this.clock, Math.max(pause, PING_MILLIS * (0.5 + this.clock.random())), stop);
      if (isOver()) {
        return;
      }
      if (isVisible()) {
        try {
          await ping(this.settings);
          if (this.mayReconnect && !isOver()) {
            this.mayReconnect = false;
            this.connection.retryNow();
          }
          return;
        } catch (error) {
          this.mayReconnect = true;
          pause = toError(error).retryAfterMillis ?? 0;
        }
      }
    }
  }

  private async flushWhileConnected(): Promise<void> {
    await this.offline?.loaded();
    while (!this.flushing && this.state === 'connected' && this.offline?.hasEntries()) {
      this.flushing = true;
      const before = this.offline.settled;
      const waiting = await this.flush(DEFAULT_TIMEOUT_MILLIS).catch(() => undefined);
      if (waiting !== 0) {
        await delay(this.clock, FLUSH_RETRY_MILLIS);
      }
      this.flushing = false;
      if (waiting === 0 && this.offline.settled === before) {
        return; // the remaining entries belong to another user
      }
    }
  }

  /**
   * Sends the queued publications, and tells what became of them and of those that the client has
   * sent by itself since the last call, as it does when the connection is restored.
   */
  async flushOffline({ timeoutMs = DEFAULT_TIMEOUT_MILLIS }: { timeoutMs?: number } = {}): Promise<FlushResult> {
    return this.offline ? this.offline.takeResult(await this.flush(timeoutMs)) : { sent: 0, waiting: 0, refused: [] };
  }

  /** Returns how many publications of the current user still wait. */
  private async flush(timeoutMs: number): Promise<number> {
    const owner = tokenOwner(await this.connection.freshToken());
    return this.offline?.flush(owner, async (envelope, signal) => this.outbox.add(this.encode(envelope), timeoutMs, signal)) ?? 0;
  }
}

function isVisible(): boolean {
  return (globalThis as { document?: { visibilityState?: string } }).document?.visibilityState === 'visible';
}

/** Waits at most 6 s while somebody looks at the page, and up to 30 s otherwise. */
const visibleBackoff: Backoff = (attempt, random) => fullJitter(500, isVisible() ? 6000 : 30_000)(attempt, random);

function createSelector(mode: TransportMode, settings: SessionSettings, wrapTransport: (transport: Transport) => Transport): TransportSelector {
  const [webSocket, sse] = [wrapTransport(presenceWebSocketTransport), wrapTransport(sseTransport)];
  return mode === 'auto' ? new FallbackSelector(webSocket, sse, settings) : fixedTransport(mode === 'ws' ? webSocket : sse);
}
