import type { Clock } from '../clock.js';
import { asError } from '../errors.js';
import type { Member } from '../wire.js';

/** What keeps members present over HTTP: leases that are renewed at a third of their time, until they are dropped. */
export class Leases {
  private readonly timers = new Map<string, unknown>();

  constructor(
    private readonly clock: Clock,
    private readonly server: { renew(channel: string, id: string): Promise<unknown>; rejoin(channel: string, member: Member): Promise<unknown> },
  ) {}

  hold(channel: string, member: Member, ttlSeconds: number): void {
    this.clock.clearTimeout(this.timers.get(channel));
    this.timers.set(
      channel,
      this.clock.setTimeout(() => {
        this.server.renew(channel, member.id).then(
          () => {
            if (this.timers.has(channel)) {
              this.hold(channel, member, ttlSeconds);
            }
          },
          (error: unknown) => {
            if (!this.timers.has(channel)) {
              return;
            }
            if (asError(error).code === 'not_present') {
              this.server.rejoin(channel, member).catch(() => undefined);
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
