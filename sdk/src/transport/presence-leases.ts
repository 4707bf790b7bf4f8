import type { Clock } from '../clock.js';
import { toError } from '../errors.js';
import type { Member } from '../wire.js';

/**
 * Renews the leases of members that joined over HTTP, each at a third of its time to live, until
 * they are dropped.
 */
export class PresenceLeases {
  private readonly timers = new Map<string, unknown>();

  constructor(
    private readonly clock: Clock,
    private readonly api: { renew(channel: string, id: string): Promise<unknown>; rejoin(channel: string, member: Member): Promise<unknown> },
  ) {}

  hold(channel: string, member: Member, ttlSeconds: number): void {
    this.clock.clearTimeout(this.timers.get(channel));
    this.timers.set(
      channel,
      this.clock.setTimeout(() => {
        this.api.renew(channel, member.id).then(
          () => {
            if (this.timers.has(channel)) {
              this.hold(channel, member, ttlSeconds);
            }
          },
          (error: unknown) => {
            if (!this.timers.has(channel)) {
              return;
            }
            if (toError(error).code === 'not_present') {
              this.api.rejoin(channel, member).catch(() => undefined);
            } else {
              this.hold(channel, member, ttlSeconds);
            }
          },
        );
      }, (ttlSeconds * 1000) / 3),
    );
  }

  drop(channel: string): void {
    this.clock.clearTimeout(this.timers.get(channel));
    this.timers.delete(channel);
  }

  close(): void {
    this.timers.forEach((timer) => this.clock.clearTimeout(timer));
  }
}
