import type { CompactPublication, Position, Publication } from './wire.js';

/**
 * The error text for a message that cannot be decoded. The client reconnects and resumes after the
 * last position it received.
 */
export const UNDECODABLE = 'cannot decode a message from the server';

/** The optional fields of a compact publication, and their names in a full one. */
const OPTIONAL_FIELDS: Readonly<Record<string, keyof Publication>> = { i: 'id', u: 'sender', e: 'event', m: 'meta', h: 'headers', o: 'correlationId', r: 'replyTo', t: 'time' };

interface Entry {
  channel: string;
  /** The epochs, indexed by partition. */
  epochs: string[];
}

type ChannelInfo = Pick<Position, 'epoch'> & { channel?: string; number?: number; partition?: number };

/**
 * The channel numbers and epochs that the server announced on one connection; decodes the compact
 * publications of `broadcasty.v2`. A channel stays in the table after it is unsubscribed, because
 * its last publications may still be in flight.
 */
export class ChannelTable {
  /** Keys are channel names and channel numbers. */
  private readonly channels = new Map<string | number, Entry>();

  /**
   * Stores the number and the epochs of a channel, or of the channels of a pattern.
   *
   * @param positions the partitions; each names its channel and number where they differ from
   *     `target` and `numberOfTarget`
   */
  update(target: string, positions: readonly ChannelInfo[] = [], numberOfTarget?: number): void {
    for (const { channel = target, number = numberOfTarget, partition = 0, epoch } of positions) {
      const entry = this.channels.get(channel) ?? { channel, epochs: [] };
      entry.epochs[partition] = epoch;
      this.channels.set(channel, entry);
      if (number !== undefined) {
        this.channels.set(number, entry);
      }
    }
  }

  /**
   * Expands a compact publication to all its fields. Returns undefined when the server has not
   * announced its channel or epoch.
   */
  expand(compact: CompactPublication): Publication | undefined {
    const { c, s: sequence, p: partition = 0, d: payload } = compact;
    const entry = this.channels.get(c);
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
