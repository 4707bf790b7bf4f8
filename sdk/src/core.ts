import { fullJitter } from './backoff.js';
import type { Backoff } from './backoff.js';
import { checkChannel } from './channels.js';
import { within } from './clock.js';
import type { Clock } from './clock.js';
import { Connection } from './connection.js';
import type { ConnectionEvents, ConnectionState } from './connection.js';
import { BroadcastyError, timeout } from './errors.js';
import { checkHeaders } from './headers.js';
import type { Backpressure } from './inbox.js';
import { Outbox } from './outbox.js';
import { DEFAULT_TIMEOUT_MILLIS, httpSettings } from './settings.js';
import type { ServerOptions } from './settings.js';
import { Subscription } from './subscription.js';
import type { SubscriptionEvents } from './subscription.js';
import { SURROUNDINGS } from './surroundings.js';
import type { Surroundings } from './surroundings.js';
import { only } from './transport/choice.js';
import type { Choice } from './transport/choice.js';
import type { LinkSettings } from './transport/transport.js';
import { webSocketTransport } from './transport/websocket.js';
import type { ChannelPosition, Envelope, IncludedField, ProtocolVersion, Publication, Published, Queued, Since } from './wire.js';

/** How a {@link CoreClient} is made. */
export interface CoreOptions extends ServerOptions {
  /** What happens when a handler is slower than its stream; default `queue`. */
  backpressure?: Backpressure;
  /** How many publications may wait for one handler; default 1000. */
  maxQueue?: number;
  /** How long to wait before attempts to connect; default `fullJitter()`. */
  backoff?: Backoff;
  /** For runtimes without one, such as Node 20. */
  WebSocket?: unknown;
  /**
   * How the server writes publications: `v2`, compact, where it can, and else `v1`, with every field. Default `v2`; what an
   * application gets differs in `id` and `time` alone, see `include`.
   */
  protocol?: ProtocolVersion;
  /**
   * What publications bear over `v2` though it costs bytes in each: `id` of those whose publisher chose none, `time` of all. Default
   * none; over `v1` they are always there.
   */
  include?: readonly IncludedField[];
  /** What tells of the network, for tests and unusual runtimes. */
  surroundings?: Surroundings;
}

/** What is subscribed to, from where, and who handles it. */
export interface SubscribeOptions<P = unknown, M = unknown> {
  /** A channel, or a pattern such as `orders.*`. */
  channel: string;
  /** Begins there in every partition; 0: the oldest kept. Left out: only what comes from now on. */
  fromSequence?: number;
  /** Goes on after these positions, of an earlier publication or page. */
  since?: ChannelPosition | ChannelPosition[];
  /** Called for one publication at a time, in order; if it returns a promise, the next one comes when that is settled. */
  onMessage?: (publication: Publication<P, M>) => unknown;
  /** Listeners that are there before the server answers, so that they hear of the first join and of what it lost, too. */
  on?: { [K in keyof SubscriptionEvents]?: (detail: SubscriptionEvents[K]) => void };
  backpressure?: Backpressure;
  maxQueue?: number;
  /** Closes the subscription. */
  signal?: AbortSignal;
}

/** What is published, and how long that may take. */
export interface PublishOptions<P = unknown, M = unknown> extends Envelope<P, M> {
  /** How long it may take in all, attempts included; default 10 000. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

/**
 * Streams and publishing over WebSocket, and nothing else: for pages where every kilobyte counts. `BroadcastyClient` adds
 * what else there is.
 */
export class CoreClient {
  /** @internal */
  protected readonly connection: Connection;
  /** @internal */
  protected readonly clock: Clock;
  /** @internal */
  protected readonly settings: LinkSettings;
  /** @internal */
  protected readonly surroundings: Surroundings;
  private readonly outbox: Outbox;

  constructor(
    private readonly options: CoreOptions,
    /** @internal */
    choice: (settings: LinkSettings) => Choice = () => only(webSocketTransport),
  ) {
    const { backoff = fullJitter(), surroundings = SURROUNDINGS } = options;
    const http = httpSettings(options);
    this.clock = http.clock;
    this.surroundings = surroundings;
    this.settings = { ...http, protocol: options.protocol ?? 'v2', include: options.include?.join() ?? '', WebSocket: (options.WebSocket as typeof WebSocket | undefined) ?? (globalThis as { WebSocket?: typeof WebSocket }).WebSocket };
    this.connection = new Connection({ ...this.settings, getToken: options.getToken, choice: choice(this.settings), backoff, surroundings });
    this.outbox = new Outbox(this.connection, http.clock, backoff);
  }

  /** How the connection does now; `on('state')` tells when that changes. */
  get state(): ConnectionState {
    return this.connection.state;
  }

  /** @returns what takes the listener away again */
  on<K extends keyof ConnectionEvents>(event: K, listener: (detail: ConnectionEvents[K]) => void): () => void {
    return this.connection.on(event, listener);
  }

  /**
   * Connects now instead of with the first request. Settles when the connection is there.
   *
   * @throws BroadcastyError what the server said; `unreachable` or `timeout` when it could not be asked in time, while the
   *     client goes on trying
   */
  async connect({ timeoutMs = Infinity, signal }: { timeoutMs?: number; signal?: AbortSignal } = {}): Promise<void> {
    await within(this.clock, this.connection.linked(), timeoutMs, () => this.connection.lastError ?? timeout('connecting', timeoutMs), signal);
  }

  /**
   * Subscribes to a channel or pattern. Settles when the server has answered, which waits for the network for as long as it
   * takes; over every reconnect the stream goes on without a gap and without a double.
   *
   * @throws BroadcastyError `invalid_channel`, `forbidden`, `too_many_channels`, … and whatever ends the connection for good
   */
  async subscribe<P = unknown, M = unknown>(options: SubscribeOptions<P, M>): Promise<Subscription<P, M>> {
    checkChannel(options.channel, true);
    options.signal?.throwIfAborted();
    const { subscription, ready } = this.open(options);
    await ready;
    return subscription;
  }

  /**
   * Publishes. Without an `id` one is made, and every attempt bears the same, so that it is published once however often the
   * line breaks.
   *
   * @throws BroadcastyError the server’s refusal; `timeout` or `unreachable` when time is up
   */
  async publish<P = unknown, M = unknown>({ timeoutMs = DEFAULT_TIMEOUT_MILLIS, signal, ...envelope }: PublishOptions<P, M>): Promise<Published | Queued> {
    checkEnvelope(envelope);
    signal?.throwIfAborted();
    return this.send(envelope, timeoutMs, signal);
  }

  /**
   * Publishes many in few messages, in order; an item that the server refuses keeps no other one from being published. They
   * are not queued for want of a network.
   *
   * @returns an outcome for each, in order; a `timeout` is one of which it is not known what became: publish it again with
   *     the same id
   */
  async publishAll(envelopes: readonly Envelope[], { timeoutMs = DEFAULT_TIMEOUT_MILLIS, signal }: { timeoutMs?: number; signal?: AbortSignal } = {}): Promise<(Published | Queued | BroadcastyError)[]> {
    envelopes.forEach(checkEnvelope);
    signal?.throwIfAborted();
    return Promise.all(
      envelopes.map((envelope) =>
        this.send(envelope, timeoutMs, signal).catch((error: unknown) => {
          if (error instanceof BroadcastyError) {
            return error;
          }
          throw error;
        }),
      ),
    );
  }

  /** Ends the connection and every subscription for good. */
  close(): void {
    this.connection.close();
  }

  /** @internal */
  protected open<P, M>(options: SubscribeOptions<P, M>): { subscription: Subscription<P, M>; ready: Promise<void> } {
    const { channel, fromSequence, since, onMessage, signal } = options;
    const subscription: Subscription<P, M> = new Subscription<P, M>(
      channel,
      {
        mode: options.backpressure ?? this.options.backpressure ?? 'queue',
        max: options.maxQueue ?? this.options.maxQueue ?? 1000,
        clock: this.clock,
        drained: () => this.connection.resume(channel),
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
    const from: Since = since ? { since: [since].flat().map(positionOf) } : fromSequence === undefined ? undefined : { fromSequence };
    return { subscription, ready: this.connection.add(subscription as Subscription, from) };
  }

  /** @internal */
  protected send(envelope: Envelope, timeoutMs: number, signal?: AbortSignal): Promise<Published | Queued> {
    return this.outbox.add({ ...envelope, id: envelope.id ?? newId() }, timeoutMs, signal);
  }
}

/** @throws BroadcastyError what the server would refuse it with, as far as that can be known here */
export function checkEnvelope({ channel, headers }: Envelope): void {
  checkChannel(channel);
  checkHeaders(headers);
}

function positionOf({ channel, epoch, partition, sequence }: ChannelPosition): ChannelPosition {
  return { channel, epoch, partition, sequence };
}

/** An id that nobody else makes; also where `crypto.randomUUID` is missing, as on pages without TLS. */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
