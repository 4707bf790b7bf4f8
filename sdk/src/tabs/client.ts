import { BroadcastyClient } from '../client.js';
import type { ClientOptions } from '../client.js';
import { closed } from '../errors.js';
import type { LinkSettings, Transport } from '../transport/transport.js';
import { Group, nameOf } from './group.js';
import type { TabChannel, TabLocks, TabWorld } from './group.js';

export type { TabChannel, TabLocks, TabWorld } from './group.js';

/** How a {@link SharedClient} is made. */
export interface SharedClientOptions extends ClientOptions {
  /** The locks and channels of the tabs, for tests. */
  tabs?: TabWorld;
}

/**
 * A {@link BroadcastyClient} that shares its connection with the other tabs of its origin that use the same server with the same
 * rights: same tenant, subject and roles. One tab holds the connection for all; when it goes, another takes its place, and every
 * tab goes on where it was, without a gap and without a double. Where a browser has no Web Locks, as on pages without TLS, and
 * outside of browsers, each has its own connection.
 *
 * @example
 * const client = new SharedClient({ baseUrl: 'https://example.com', getToken: () => session.token });
 */
export class SharedClient extends BroadcastyClient {
  constructor(options: SharedClientOptions) {
    const tabs = new Tabs(options.tabs ?? thisWorld());
    super(options, (transport) => tabs.carry(transport));
    this.on('state', ({ state }) => {
      if (state === 'closed' || state === 'failed') {
        tabs.leave(state === 'closed');
      }
    });
  }
}

/** This tab’s part in the group that its token belongs to. */
class Tabs {
  private group: Group | undefined;
  private closed = false;

  constructor(private readonly world: TabWorld | undefined) {}

  carry(transport: Transport): Transport {
    const { world } = this;
    return world ? { name: transport.name, open: async (settings, token, listener) => (await this.enter(world, settings, token)).open(transport, settings, token, listener) } : transport;
  }

  leave(forGood: boolean): void {
    this.closed = forGood;
    this.group?.leave();
    this.group = undefined;
  }

  private async enter(world: TabWorld, { baseUrl, protocol, include, clock }: LinkSettings, token: string): Promise<Group> {
    const name = await nameOf(`broadcasty.tabs.2:${baseUrl} ${protocol} ${include}`, token); // those who get publications with the same fields
    if (this.closed) {
      throw closed();
    }
    if (this.group?.name !== name || this.group.ended) {
      this.group?.leave();
      this.group = new Group(name, world, clock);
    }
    return this.group;
  }
}

function thisWorld(): TabWorld | undefined {
  const { navigator, BroadcastChannel: Channel } = globalThis as Partial<Pick<typeof globalThis, 'navigator' | 'BroadcastChannel'>>;
  const locks = (navigator as { locks?: TabLocks } | undefined)?.locks;
  const usable = locks && Channel && (globalThis as { origin?: string }).origin !== 'null'; // a sandboxed frame is nobody’s tab
  return usable ? { locks, open: (name) => new Channel(name) as TabChannel } : undefined;
}
