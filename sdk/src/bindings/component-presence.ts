import type { BroadcastyClient, PresenceOptions } from '../client.js';
import { toError } from '../errors.js';
import type { PresenceView } from '../presence.js';
import type { Member } from '../wire.js';
import { Store } from './store.js';
import type { StreamStatus } from './component-subscription.js';

/** The members of a channel, as a component sees them. */
export interface PresenceStatus extends Omit<StreamStatus, 'lost'> {
  /** The members; empty until they are known. */
  members: readonly Member[];
}

/** The presence view of a component, opened when it mounts and closed when it unmounts. */
export class ComponentPresence {
  readonly status = new Store<PresenceStatus>({ state: 'off', members: [] });

  /** Opens the view. Returns a function that closes it, and leaves the channel if it was joined. */
  start(client: BroadcastyClient, channel: string | undefined, { join, member }: Omit<PresenceOptions, 'signal'>): () => void {
    if (!channel) {
      this.status.set({ state: 'off', members: [] });
      return () => undefined;
    }
    const stop = new AbortController();
    const update = (status: Partial<PresenceStatus>) => !stop.signal.aborted && this.status.set({ ...this.status.get(), ...status });
    this.status.set({ state: 'joining', members: [] });
    client.presence(channel, { ...(join === undefined ? {} : { join }), ...(member === undefined ? {} : { member }), signal: stop.signal }).then(
      (view: PresenceView) => {
        const show = () => update({ state: 'live', members: [...view.members.values()] });
        show();
        view.on('change', show);
        view.on('left', (error) => update({ error }));
        view.on('unwatched', (error) => update({ state: 'failed', error }));
        view.on('error', (error) => error.retry === 'no' && update({ state: 'failed', error }));
      },
      (error: unknown) => update({ state: 'failed', error: toError(error) }),
    );
    return () => stop.abort();
  }
}
