import type { Clock } from '../clock.js';
import type { ServerCode } from '../codes.js';
import { toError } from '../errors.js';
import type { Member, PresenceEnd } from '../wire.js';

/**
 * Renews the leases of members that joined over HTTP, each at a third of its time to live, until
 * they are dropped.
 */
export class PresenceLeases {
  private readonly timers = new Map<string, unknown>();
  private closed = false;

  constructor(
    private readonly clock: Clock,
    private readonly api: {
      renew(channel: string, id: string): Promise<unknown>;
      rejoin(channel: string, member: Member): Promise<unknown>;
      /** Called when the server refuses the member, so that it is not renewed any more. */
      ended(end: PresenceEnd): void;
    },
  ) {}

  hold(channel: string, member: Member, ttlSeconds: number): void {
    if (this.closed) {
      return;
    }
    this.clock.clearTimeout(this.timers.get(channel));
    this.timers.set(
      channel,
      this.clock.setTimeout(() => {
        const failed = (thrown: unknown): Promise<unknown> | undefined => {
          const error = toError(thrown);
          if (!this.timers.has(channel)) {
            return;
          }
          if (error.code === 'not_present') {
            return this.api.rejoin(channel, member).catch(failed);
          }
          if (error.retry === 'no') {
            this.drop(channel);
            this.api.ended({ push: 'left', channel, code: error.code as ServerCode });
          } else {
            this.hold(channel, member, ttlSeconds);
          }
        };
        this.api
          .renew(channel, member.id)
          .then(() => this.timers.has(channel) && this.hold(channel, member, ttlSeconds))
          .catch(failed);
      }, (ttlSeconds * 1000) / 3),
    );
  }

  drop(channel: string): void {
    this.clock.clearTimeout(this.timers.get(channel));
    this.timers.delete(channel);
  }

  close(): void {
    this.closed = true;
    this.timers.forEach((timer) => this.clock.clearTimeout(timer));
  }
}
