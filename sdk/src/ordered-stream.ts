import { matches } from './channels.js';
import type { BroadcastyError } from './errors.js';
import type { ChannelPosition, Lost, Position, Publication, Since, Subscribed } from './wire.js';

/** Receives the publications of a stream. */
export interface StreamReader {
  /** The stream that it reads; set by the connection. */
  stream?: OrderedStream;
  /**
   * Returns whether it can take another publication. If not, the stream is unsubscribed and resumed
   * later.
   */
  hasRoom(): boolean;
  onPublication(publication: Publication): void;
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
}

type AcceptResult = 'delivered' | 'duplicate' | 'gap' | 'full';

/**
 * The stream of one target (a channel, or the channels of a pattern) across reconnects. It tracks
 * the last position of every partition, resumes after them on each new session, and delivers every
 * publication once and in order.
 */
export class OrderedStream {
  readonly readers = new Set<StreamReader>();
  /** Whether the server has answered a subscription. */
  joined = false;
  /** Whether the stream is unsubscribed for a while because a reader has no room. */
  paused = false;
  private readonly tracked = new Map<string, Map<number, TrackedPosition>>();
  /** The last detected gap; if it is found again after a resume, it is permanent. */
  private gap = '';

  constructor(
    readonly target: string,
    private readonly from: Since,
  ) {
    if (from && 'since' in from) {
      from.since.forEach((position) => this.track(position.channel, position));
    }
  }

  /** Returns whether every reader can take another publication. */
  hasRoom(): boolean {
    for (const reader of this.readers) {
      if (!reader.hasRoom()) {
        return false;
      }
    }
    return true;
  }

  /** Returns where to subscribe from: the requested start at first, the last positions later. */
  since(): Since {
    return this.joined ? { since: this.positions() } : this.from;
  }

  positions(): ChannelPosition[] {
    return [...this.tracked].flatMap(([channel, partitions]) =>
      [...partitions].map(([partition, { epoch, sequence }]) => ({ channel, epoch, partition, sequence })),
    );
  }

  /** Handles the server’s answer: records the start of each partition that is not tracked yet. */
  onSubscribed(result: Subscribed, since: Since): void {
    this.joined = true;
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
   * Delivers a publication to the readers, unless it is a duplicate, follows a gap, or a reader has
   * no room.
   */
  accept(publication: Publication): AcceptResult {
    const { channel, partition, epoch, sequence } = publication; // an ephemeral one has only a channel
    const last = this.tracked.get(channel)?.get(partition);
    if (last && last.epoch === epoch && sequence <= last.sequence) {
      return 'duplicate';
    }
    if (last && !last.anyStart && (last.epoch !== epoch || sequence !== last.sequence + 1)) {
      const gap = `${channel} ${partition} ${last.epoch} ${last.sequence}`;
      if (this.gap !== gap) {
        this.gap = gap;
        return 'gap';
      }
      const requested = { epoch: last.epoch, partition, sequence: last.sequence };
      this.onLost({ channel, reason: 'trimmed', requested, resumeFrom: { epoch, partition, sequence: sequence - 1 } });
    }
    if (!this.hasRoom()) {
      return 'full';
    }
    if (last) {
      last.epoch = epoch;
      last.sequence = sequence;
      last.anyStart = false;
    } else if (sequence) {
      this.track(channel, publication);
    }
    if ('payload' in publication) { // otherwise it is for the others, and only its position counts
      for (const reader of this.readers) {
        reader.onPublication(publication);
      }
    }
    return 'delivered';
  }

  /**
   * Continues from another position and reports the loss. Two cases are no loss: the reader
   * requested the oldest retained publication and that has moved on, or this stream is already
   * beyond the position and shares it with another one that resumed from further back.
   */
  onLost(lost: Lost): void {
    const { epoch, partition, sequence } = lost.resumeFrom;
    const last = this.tracked.get(lost.channel)?.get(partition);
    if (last?.epoch === epoch && last.sequence > sequence && lost.reason !== 'ahead') {
      return;
    }
    this.track(lost.channel, lost.resumeFrom);
    if (!last?.anyStart || lost.reason !== 'trimmed') {
      this.readers.forEach((reader) => reader.onLost(lost));
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
