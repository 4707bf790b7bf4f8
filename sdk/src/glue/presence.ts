import type { BroadcastyClient, PresenceOptions } from '../client.js';
import { asError } from '../errors.js';
import type { PresenceView } from '../presence.js';
import type { Member } from '../wire.js';
import { Store } from './store.js';
import type { StreamStatus } from './stream.js';

/** Who is present, as far as a component knows. */
export interface PresenceStatus extends Omit<StreamStatus, 'lost'> {
  members: readonly Member[];
}

/** A component’s view of who is present, over its life. */
export class Presence {
  readonly status = new Store<PresenceStatus>({ state: 'off', members: [] });

  /** @returns what ends it, and leaves the channel if it was joined */
  follow(client: BroadcastyClient, channel: string | undefined, { join, member }: Omit<PresenceOptions, 'signal'>): () => void {
    if (!channel) {
      this.status.set({ state: 'off', members: [] });
      return () => undefined;
    }
    const stop = new AbortController();
    const tell = (status: Partial<PresenceStatus>) => !stop.signal.aborted && this.status.set({ ...this.status.get(), ...status });
    this.status.set({ state: 'joining', members: [] });
    client.presence(channel, { ...(join === undefined ? {} : { join }), ...(member === undefined ? {} : { member }), signal: stop.signal }).then(
      (view: PresenceView) => {
        const show = () => tell({ state: 'live', members: [...view.members.values()] });
        show();
        view.on('change', show);
        view.on('error', (error) => tell({ state: 'failed', error }));
      },
      (error: unknown) => tell({ state: 'failed', error: asError(error) }),
    );
    return () => stop.abort();
  }
}
