import type { CompactPublication, Position, Publication } from './wire.js';

/** Why a connection ends that cannot be followed any more; the next one goes on after what was seen. */
export const UNREADABLE = 'the server sent what cannot be read';

/** What a publication need not have, and how it is called elsewhere. */
const OPTIONAL_FIELDS: Readonly<Record<string, keyof Publication>> = { i: 'id', e: 'event', m: 'meta', h: 'headers', o: 'correlationId', r: 'replyTo', t: 'time' };

interface Entry {
  channel: string;
  /** By partition. */
  epochs: string[];
}

type Told = Pick<Position, 'epoch'> & { channel?: string; number?: number; partition?: number };

/**
 * The numbers and epochs of channels that the server told one connection, to read the compact publications of `broadcasty.v2`. A
 * channel stays in it after it is unsubscribed from, because its last publications may still be on their way.
 */
export class ChannelTable {
  /** By name and by number. */
  private readonly entries = new Map<string | number, Entry>();

  /**
   * The server tells of a channel, or of those of a pattern.
   *
   * @param positions where partitions are, or go on; the channel and its number where they are not the ones given beside
   */
  update(target: string, positions: readonly Told[] = [], numberOfTarget?: number): void {
    for (const { channel = target, number = numberOfTarget, partition = 0, epoch } of positions) {
      const entry = this.entries.get(channel) ?? { channel, epochs: [] };
      entry.epochs[partition] = epoch;
      this.entries.set(channel, entry);
      if (number !== undefined) {
        this.entries.set(number, entry);
      }
    }
  }

  /** Puts back what was left out of a publication; undefined when the server has not told of its channel or of its epoch. */
  expand(compact: CompactPublication): Publication | undefined {
    const { c, s: sequence, p: partition = 0, d: payload } = compact;
    const entry = this.entries.get(c);
    const epoch = entry?.epochs[partition];
    if (!entry || epoch === undefined) {
      return undefined;
    }
    const publication = { channel: entry.channel, partition, sequence, epoch, payload } as Record<string, unknown>;
    for (const field in compact) {
      const name = OPTIONAL_FIELDS[field];
      if (name) {
        publication[name] = compact[field as keyof CompactPublication];
      }
    }
    return publication as unknown as Publication;
  }
}
