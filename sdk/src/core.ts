import { fullJitter } from './backoff.js';
import type { Backoff } from './backoff.js';
import { checkChannel } from './channels.js';
import { withTimeout } from './clock.js';
import type { ClientClock } from './clock.js';
import { Connection } from './connection.js';
import type { ConnectionEvents, ConnectionState } from './connection.js';
import { BroadcastyError, timeout } from './errors.js';
import type { Backpressure } from './inbox.js';
import { Outbox } from './outbox.js';
import { DEFAULT_TIMEOUT_MILLIS, httpSettings } from './settings.js';
import type { ServerOptions } from './settings.js';
import { Subscription } from './subscription.js';
import type { SubscriptionEvents } from './subscription.js';
import { SYSTEM_NETWORK_MONITOR } from './network-monitor.js';
import type { NetworkMonitor } from './network-monitor.js';
import { fixedTransport } from './transport/transport-selector.js';
import type { TransportSelector } from './transport/transport-selector.js';
import type { SessionSettings } from './transport/transport.js';
import { webSocketTransport } from './transport/websocket.js';
import type { Announced, ChannelPosition, EncodedEnvelope, Envelope, IncludedField, ProtocolVersion, Publication, Published, Queued, Since } from './wire.js';

/** The options of a {@link CoreClient}. */
export interface CoreOptions extends ServerOptions {
  /** What to do when a handler is slower than its stream. Default `queue`. */
  backpressure?: Backpressure;
  /** The maximum number of publications that wait for one handler. Default 1000. */
  maxQueue?: number;
  /** The delay before attempts to connect. Default `fullJitter()`. */
  backoff?: Backoff;
  /** A WebSocket class, for runtimes without one such as Node 20. */
  WebSocket?: unknown;
  /**
   * The newest protocol version to use. Default `v2`, which is compact; a server that does not
   * support it uses `v1`. The versions differ only in whether `id` and `time` are present, see
   * `include`.
   */
  protocol?: ProtocolVersion;
  /**
   * Fields to request with `v2`, although each costs bytes: `id` for publications whose publisher
   * did not choose one, `time` for all. Default none. With `v1` both are always present.
   */
  include?: readonly IncludedField[];
  /** Reports whether there is a network, for tests and special runtimes. */
  networkMonitor?: NetworkMonitor;
}

/** The options of a subscription. */
export interface SubscribeOptions<P = unknown, M = unknown> {
  /** A channel, or a pattern such as `orders.*`. */
  channel: string;
  /**
   * The sequence to start from in every partition; 0 is the oldest retained publication. Default:
   * only new publications.
   */
  fromSequence?: number;
  /**
   * Starts with the newest publications of every partition, at most this many (1–1000), and
   * continues with the following ones.
   */
  last?: number;
  /**
   * Resumes after these positions, taken from earlier publications or from
   * `Subscription.positions`.
   */
  since?: ChannelPosition | ChannelPosition[];
  /**
   * Called with one publication at a time, in order. If it returns a promise, the next call follows
   * when the promise is settled.
   */
  onMessage?: (publication: Publication<P, M>) => unknown;
  /**
   * Listeners that are added before the server answers, so that they receive the first `subscribed`
   * and `lost` events.
   */
  on?: { [K in keyof SubscriptionEvents]?: (detail: SubscriptionEvents[K]) => void };
  /** Overrides the option of the client. */
  backpressure?: Backpressure;
  /** Overrides the option of the client. */
  maxQueue?: number;
  /** Closes the subscription when it is aborted. */
  signal?: AbortSignal;
}

/** The options of a publish. */
export interface PublishOptions<P = unknown, M = unknown> extends Envelope<P, M> {
  /** The maximum time for all attempts, in milliseconds. Default 10 000. */
  timeoutMs?: number;
  /** Stops waiting when it is aborted; a publication in flight may still be stored. */
  signal?: AbortSignal;
}

/**
 * A client that only subscribes and publishes over WebSocket, for pages that must stay small.
 * `BroadcastyClient` adds everything else.
 */
export class CoreClient {
  /** @internal */
  protected readonly connection: Connection;
  /** @internal */
  protected readonly clock: ClientClock;
  /** @internal */
  protected readonly settings: SessionSettings;
  /** @internal */
  protected readonly outbox: Outbox;

  constructor(
    private readonly options: CoreOptions,
    /** @internal */
    createSelector: (settings: SessionSettings) => TransportSelector = () => fixedTransport(webSocketTransport),
  ) {
    const { backoff = fullJitter(), networkMonitor = SYSTEM_NETWORK_MONITOR } = options;
    const http = httpSettings(options);
    this.clock = http.clock;
    this.settings = { ...http, protocol: options.protocol ?? 'v2', include: options.include?.join() ?? '', WebSocket: (options.WebSocket as typeof WebSocket | undefined) ?? (globalThis as { WebSocket?: typeof WebSocket }).WebSocket };
    this.connection = new Connection({ ...this.settings, getToken: options.getToken, selector: createSelector(this.settings), backoff, networkMonitor });
    this.outbox = new Outbox(this.connection, http.clock, backoff);
  }

  /** The state of the connection; `on('state')` reports changes. */
  get state(): ConnectionState {
    return this.connection.state;
  }

  /** Adds a listener. Returns a function that removes it. */
  on<K extends keyof ConnectionEvents>(event: K, listener: (detail: ConnectionEvents[K]) => void): () => void {
    return this.connection.on(event, listener);
  }

  /**
   * Connects now instead of on the first request. Resolves when the connection is open.
   *
   * @throws BroadcastyError the server’s error; `unreachable` or `timeout` when there is no answer
   *     in time, in which case the client keeps trying
   */
  async connect({ timeoutMs = Infinity, signal }: { timeoutMs?: number; signal?: AbortSignal } = {}): Promise<void> {
    await withTimeout(this.clock, this.connection.ready(), timeoutMs, () => this.connection.lastError ?? timeout('connecting', timeoutMs), signal);
  }

  /**
   * Subscribes to a channel or pattern. Resolves when the server has answered, and waits for the
   * network as long as necessary. The stream continues across reconnects without gaps or
   * duplicates.
   *
   * @throws BroadcastyError `invalid_channel`, `forbidden`, `too_many_channels`, … and any error
   *     that ends the connection for good
   */
  async subscribe<P = unknown, M = unknown>(options: SubscribeOptions<P, M>): Promise<Subscription<P, M>> {
    checkChannel(options.channel, true);
    options.signal?.throwIfAborted();
    const { subscription, ready } = this.open(options);
    await ready;
    return subscription;
  }

  /**
   * Publishes. If `id` is missing, the client generates one and sends it with every attempt, so
   * that the server stores the publication once even if the connection breaks.
   *
   * @throws BroadcastyError the server’s error; `invalid_request` when the payload cannot be
   *     written as JSON; `timeout` or `unreachable` when time is up
   */
  publish<P = unknown, M = unknown>(options: PublishOptions<P, M> & { store: false }): Promise<Announced>;
  publish<P = unknown, M = unknown>(options: PublishOptions<P, M>): Promise<Published | Queued>;
  async publish<P = unknown, M = unknown>({ timeoutMs = DEFAULT_TIMEOUT_MILLIS, signal, ...envelope }: PublishOptions<P, M>): Promise<Published | Queued | Announced> {
    const encoded = this.encode(envelope);
    signal?.throwIfAborted();
    return this.publishOne(encoded, timeoutMs, signal);
  }

  /**
   * Publishes many envelopes in few messages, in order. An envelope that the server rejects does
   * not affect the others. Only a `BroadcastyClient` queues them without a network.
   *
   * @returns one outcome for each envelope, in order; after a `timeout` it is unknown whether the
   *     envelope was published: publish it again with the same id
   * @throws BroadcastyError `invalid_channel` or `invalid_request` when any envelope is invalid;
   *     then none is sent
   */
  async publishAll(envelopes: readonly Envelope[], { timeoutMs = DEFAULT_TIMEOUT_MILLIS, signal }: { timeoutMs?: number; signal?: AbortSignal } = {}): Promise<(Published | Queued | BroadcastyError)[]> {
    const encoded = envelopes.map((envelope) => this.encode(envelope));
    signal?.throwIfAborted();
    return Promise.all(
      encoded.map((envelope) =>
        this.publishOne(envelope, timeoutMs, signal).catch((error: unknown) => {
          if (error instanceof BroadcastyError) {
            return error;
          }
          throw error;
        }),
      ),
    );
  }

  /** Closes the connection and every subscription for good. */
  close(): void {
    this.connection.close();
  }

  /** @internal */
  protected open<P, M>(options: SubscribeOptions<P, M>): { subscription: Subscription<P, M>; ready: Promise<void> } {
    const { channel, fromSequence, last, since, onMessage, signal } = options;
    const subscription: Subscription<P, M> = new Subscription<P, M>(
      channel,
      {
        mode: options.backpressure ?? this.options.backpressure ?? 'queue',
        max: options.maxQueue ?? this.options.maxQueue ?? 1000,
        clock: this.clock,
        onDrained: () => this.connection.resume(channel),
      },
      onMessage,
      () => {
        signal?.removeEventListener('abort', abort);
        this.connection.remove(subscription as Subscription);
      },
    );
    for (const [event, listener] of Object.entries(options.on ?? {})) {
      subscription.on(event as keyof SubscriptionEvents, listener as never);
    }
    const abort = () => subscription.close();
    signal?.addEventListener('abort', abort);
    const from: Since = since ? { since: [since].flat().map(toPosition) } : last ? { last } : fromSequence === undefined ? undefined : { fromSequence };
    return { subscription, ready: this.connection.add(subscription as Subscription, from) };
  }

  /** @internal */
  protected publishOne(envelope: EncodedEnvelope, timeoutMs: number, signal?: AbortSignal): Promise<Published | Queued> {
    return this.outbox.add(envelope, timeoutMs, signal);
  }

  /**
   * Validates an envelope as far as the client can, and writes it as JSON.
   *
   * @throws BroadcastyError `invalid_channel` or `invalid_request`
   * @internal
   */
  protected encode({ id = newId(), payload, toOthers, ...fields }: Envelope): EncodedEnvelope {
    const { channel } = fields;
    checkChannel(channel);
    let cause: unknown;
    try {
      const text = JSON.stringify(payload) as string | undefined;
      if (text) {
        return { id, channel, json: `{"id":${JSON.stringify(id)},"payload":${text},${JSON.stringify({ ...fields, toOthers }).slice(1)}` };
      }
    } catch (error) {
      cause = error;
    }
    throw new BroadcastyError('invalid_request', 'the publication cannot be written as JSON', 'no', { cause });
  }
}

function toPosition({ channel, epoch, partition, sequence }: ChannelPosition): ChannelPosition {
  return { channel, epoch, partition, sequence };
}

/**
 * Returns a random id of 32 hex digits. It does not use `crypto.randomUUID`, which is missing on
 * pages without TLS.
 */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
