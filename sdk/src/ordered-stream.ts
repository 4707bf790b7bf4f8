import { isPattern, matches } from './channels.js';
import type { BroadcastyError } from './errors.js';
import type { ChannelPosition, Lost, Position, Publication, Since, Subscribed } from './wire.js';

/** Receives the publications of a stream. */
export interface StreamReader {
  /**
   * Returns whether it can take another publication. If not, the stream is paused and resumed
   * later.
   */
  hasRoom(): boolean;
  /** Queues a publication; `run` follows when every reader has queued it. */
  onPublication(publication: Publication): void;
  /** Calls the handler for what is queued. */
  run(): void;
  onLost(lost: Lost): void;
  /** Called when the stream is subscribed, at first or again. */
  onSubscribed(result: Subscribed): void;
  /** Called when the server ends the stream for good. */
  fail(error: BroadcastyError): void;
}

interface TrackedPosition {
  epoch: string;
  sequence: number;
  /**
   * Whether the first publication may have any sequence, because the oldest retained one was
   * requested and its sequence is unknown.
   */
  anyStart: boolean;
  /** Whether a gap follows; if it is found again after a resume, it is permanent. */
  gap?: boolean;
}

type AcceptResult = 'delivered' | 'duplicate' | 'gap' | 'full';

/**
 * The stream of one reader of a target (a channel, or the channels of a pattern) across reconnects.
 * It tracks the last position of every partition, resumes after them on each new session, and
 * delivers every publication once and in order, whatever the session receives for other readers.
 */
export class OrderedStream {
  /** Whether the server has answered a subscription. */
  answered = false;
  /** Whether it takes part in the subscription of the current session. */
  attached = false;
  /** Whether it is detached for a while because the reader has no room. */
  paused = false;
  private readonly tracked = new Map<string, Map<number, TrackedPosition>>();

  constructor(
    readonly target: string,
    private readonly from: Since,
    readonly reader?: StreamReader,
  ) {
    if (from && 'since' in from) {
      from.since.forEach((position) => this.track(position.channel, position));
    }
  }

  hasRoom(): boolean {
    return this.reader?.hasRoom() ?? true;
  }

  /** Returns where to subscribe from: the requested start at first, the last positions later. */
  since(): Since {
    return this.answered ? { since: this.positions() } : this.from;
  }

  positions(): ChannelPosition[] {
    return [...this.tracked].flatMap(([channel, partitions]) =>
      [...partitions].map(([partition, { epoch, sequence }]) => ({ channel, epoch, partition, sequence })),
    );
  }

  /** Handles the server’s answer: records the start of each partition that is not tracked yet. */
  onSubscribed(result: Subscribed, since = this.since()): void {
    this.answered = this.attached = true;
    this.paused = false;
    for (const { channel = this.target, epoch, partition, sequence } of result.positions ?? []) {
      if (!this.tracked.get(channel)?.has(partition)) {
        const newest = since && 'last' in since ? since.last : 0;
        const from = since && 'fromSequence' in since ? since.fromSequence - 1 : since && !newest ? 0 : sequence - newest;
        this.track(channel, { epoch, partition, sequence: Math.max(0, from) }, since && (newest > 0 || from <= 0));
      }
    }
  }

  /**
   * Takes over the positions that another stream of the connection tracks for channels of this one.
   */
  adopt(positions: readonly ChannelPosition[]): void {
    for (const position of positions) {
      if (matches(this.target, position.channel) && !this.tracked.get(position.channel)?.has(position.partition)) {
        this.track(position.channel, position);
      }
    }
  }

  /**
   * Delivers a publication to the reader, unless it is a duplicate, follows a gap, or the reader
   * has no room.
   */
  deliver(publication: Publication): AcceptResult {
    const { channel, partition, epoch, sequence } = publication; // an ephemeral one has only a channel
    const last = this.tracked.get(channel)?.get(partition);
    if (last && last.epoch === epoch && sequence <= last.sequence) {
      return 'duplicate';
    }
    if (last && !last.anyStart && (last.epoch !== epoch || sequence !== last.sequence + 1)) {
      if (!last.gap) {
        last.gap = true;
        return 'gap';
      }
      const requested = { epoch: last.epoch, partition, sequence: last.sequence };
      this.onLost({ channel, reason: 'trimmed', requested, resumeFrom: { epoch, partition, sequence: sequence - 1 } });
      return this.deliver(publication);
    }
    if (!this.hasRoom()) {
      return 'full';
    }
    if (last) {
      last.epoch = epoch;
      last.sequence = sequence;
      last.anyStart = last.gap = false;
    } else if (sequence) {
      this.track(channel, publication);
    }
    if ('payload' in publication) { // otherwise it is for the others, and only its position counts
      this.reader?.onPublication(publication);
    }
    return 'delivered';
  }

  /**
   * Continues from another position and reports the loss. Two cases are no loss: the reader
   * requested the oldest retained publication and that has moved on, or it can continue from its
   * own position, and the loss is that of another reader of the subscription.
   */
  onLost(lost: Lost): void {
    const { epoch, partition, sequence } = lost.resumeFrom;
    const last = this.tracked.get(lost.channel)?.get(partition);
    if (last?.epoch === epoch && (lost.reason === 'ahead' ? last.sequence <= sequence : last.sequence > sequence)) {
      return;
    }
    this.track(lost.channel, lost.resumeFrom);
    if (!last?.anyStart || lost.reason !== 'trimmed') {
      this.reader?.onLost(lost);
    }
  }

  private track(channel: string, { epoch, partition, sequence }: Position, anyStart = false): void {
    let partitions = this.tracked.get(channel);
    if (!partitions) {
      this.tracked.set(channel, (partitions = new Map<number, TrackedPosition>()));
    }
    partitions.set(partition, { epoch, sequence, anyStart });
  }
}

/**
 * Returns where to subscribe a target so that nobody misses anything: streams discard what they have
 * had, and one that the newest publications leave a gap for resumes by itself. A channel of a
 * pattern that someone does not know yet is replayed from its beginning.
 */
export function earliest(target: string, starts: readonly Since[]): Since {
  const all = <T>(field: string) => starts.flatMap((start) => (start && field in start ? [(start as unknown as Record<string, T>)[field] as T] : []));
  const sequences = all<number>('fromSequence');
  const known = all<ChannelPosition[]>('since');
  const lasts = all<number>('last');
  if (lasts[0]) {
    return sequences[0] === undefined ? { last: Math.max(...lasts) } : { fromSequence: 0 };
  }
  const first = Math.min(...sequences);
  if (sequences[0] !== undefined && known.flat().every(({ sequence }) => sequence >= first - 1)) {
    return { fromSequence: first };
  }
  if (!known[1]) {
    return known[0] && { since: known[0] };
  }
  const earlier = new Map<string, ChannelPosition>();
  for (const position of known.flat().sort((one, other) => other.sequence - one.sequence)) {
    earlier.set(`${position.channel} ${position.partition}`, position);
  }
  return { since: [...earlier.values()].filter(({ channel }) => !isPattern(target) || known.every((positions) => positions.some((one) => one.channel === channel))) };
}
