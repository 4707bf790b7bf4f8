import { matches } from './channels.js';
import type { BroadcastyError } from './errors.js';
import type { ChannelPosition, Lost, Position, Publication, Since, Subscribed } from './wire.js';

/** What listens to a feed. */
export interface Reader {
  /** What it listens to; set by the connection. */
  feed?: Feed;
  /** Whether another publication may be handed over now; if not, the feed leaves the stream and comes back later. */
  hasRoom(): boolean;
  publication(publication: Publication): void;
  lost(lost: Lost): void;
  /** The stream was joined, at first or again. */
  joined(result: Subscribed): void;
  /** The server ended it for good. */
  fail(error: BroadcastyError): void;
}

interface Mark {
  epoch: string;
  sequence: number;
  /** The first publication may have any sequence: the oldest kept was asked for, and nobody said which that is. */
  open: boolean;
}

export type Verdict = 'handed' | 'double' | 'gap' | 'full';

/**
 * One target’s stream, a channel or the channels of a pattern, over however many connections: it knows the last position of
 * every partition, asks each new connection to go on after them, and hands every publication on once and in order.
 */
export class Feed {
  readonly readers = new Set<Reader>();
  /** Whether the server has ever answered the subscription. */
  begun = false;
  /** Left for a while because a reader had no room. */
  paused = false;
  private readonly channels = new Map<string, Map<number, Mark>>();
  /** A gap that was met before; met again, it is there for good. */
  private gap = '';

  constructor(
    readonly target: string,
    private readonly first: Since,
  ) {
    if (first && 'since' in first) {
      first.since.forEach((position) => this.mark(position.channel, position));
    }
  }

  /** Whether every reader could take another publication. */
  hasRoom(): boolean {
    for (const reader of this.readers) {
      if (!reader.hasRoom()) {
        return false;
      }
    }
    return true;
  }

  /** From where to subscribe: what was asked for, later after the last positions. */
  since(): Since {
    return this.begun ? { since: this.positions() } : this.first;
  }

  positions(): ChannelPosition[] {
    return [...this.channels].flatMap(([channel, partitions]) =>
      [...partitions].map(([partition, { epoch, sequence }]) => ({ channel, epoch, partition, sequence })),
    );
  }

  /** The server answered the subscription: marks where each partition begins that was not known before. */
  subscribed(result: Subscribed, since: Since): void {
    this.begun = true;
    this.paused = false;
    for (const { channel = this.target, epoch, partition, sequence } of result.positions ?? []) {
      if (!this.channels.get(channel)?.has(partition)) {
        const from = since && 'fromSequence' in since ? Math.max(0, since.fromSequence - 1) : since ? 0 : sequence;
        this.mark(channel, { epoch, partition, sequence: from }, from === 0 && since !== undefined);
      }
    }
  }

  /** Takes over what another feed of the connection knows of channels that this one delivers too. */
  learn(positions: readonly ChannelPosition[]): void {
    for (const position of positions) {
      if (matches(this.target, position.channel) && !this.channels.get(position.channel)?.has(position.partition)) {
        this.mark(position.channel, position);
      }
    }
  }

  /** Hands a publication on, unless it was before, or one is missing before it, or a reader has no room. */
  accept(publication: Publication): Verdict {
    const { channel, partition, epoch, sequence } = publication;
    const mark = this.channels.get(channel)?.get(partition);
    if (mark && mark.epoch === epoch && sequence <= mark.sequence) {
      return 'double';
    }
    if (mark && !mark.open && (mark.epoch !== epoch || sequence !== mark.sequence + 1)) {
      const gap = `${channel} ${partition} ${mark.epoch} ${mark.sequence}`;
      if (this.gap !== gap) {
        this.gap = gap;
        return 'gap';
      }
      const requested = { epoch: mark.epoch, partition, sequence: mark.sequence };
      this.lost({ channel, reason: 'trimmed', requested, resumeFrom: { epoch, partition, sequence: sequence - 1 } });
    }
    if (!this.hasRoom()) {
      return 'full';
    }
    if (mark) {
      mark.epoch = epoch;
      mark.sequence = sequence;
      mark.open = false;
    } else {
      this.mark(channel, publication);
    }
    for (const reader of this.readers) {
      reader.publication(publication);
    }
    return 'handed';
  }

  /**
   * The stream goes on elsewhere. Who asked for the oldest kept has lost nothing of what it was not promised, nor has one who
   * is beyond that already: it shares the stream with somebody who came back from further behind.
   */
  lost(lost: Lost): void {
    const { epoch, partition, sequence } = lost.resumeFrom;
    const mark = this.channels.get(lost.channel)?.get(partition);
    if (mark?.epoch === epoch && mark.sequence > sequence && lost.reason !== 'ahead') {
      return;
    }
    this.mark(lost.channel, lost.resumeFrom);
    if (!mark?.open || lost.reason !== 'trimmed') {
      this.readers.forEach((reader) => reader.lost(lost));
    }
  }

  private mark(channel: string, { epoch, partition, sequence }: Position, open = false): void {
    let partitions = this.channels.get(channel);
    if (!partitions) {
      this.channels.set(channel, (partitions = new Map<number, Mark>()));
    }
    partitions.set(partition, { epoch, sequence, open });
  }
}
