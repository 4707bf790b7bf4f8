import { BroadcastyClient } from '../client.js';
import type { ClientOptions } from '../client.js';
import { closed } from '../errors.js';
import type { SessionSettings, Transport } from '../transport/transport.js';
import { TabGroup, groupName } from './tab-group.js';
import type { TabChannel, TabLocks, TabEnvironment } from './tab-group.js';

export type { TabChannel, TabLocks, TabEnvironment } from './tab-group.js';

/** The options of a {@link SharedClient}. */
export interface SharedClientOptions extends ClientOptions {
  /** The locks and channels between tabs, for tests. */
  tabs?: TabEnvironment;
}

/**
 * A {@link BroadcastyClient} that shares its connection with the other tabs of its origin that use
 * the same server with the same rights: the same tenant, subject, roles and other claims. One tab
 * holds the connection for all. When it is closed, another tab takes over, and every tab resumes
 * without gaps or duplicates. Where there are no Web Locks, as on pages without TLS and outside of
 * browsers, each client has its own connection.
 *
 * @example
 * const client = new SharedClient({ baseUrl: 'https://example.com', getToken });
 */
export class SharedClient extends BroadcastyClient {
  constructor(options: SharedClientOptions) {
    const tabs = new CurrentGroup(options.tabs ?? browserEnvironment());
    super(options, (transport) => tabs.wrap(transport));
    this.on('state', ({ state }) => {
      if (state === 'closed' || state === 'failed') {
        tabs.leave(state === 'closed');
      }
    });
  }
}

/** Joins the group of the current token, and leaves it when the token’s rights change. */
class CurrentGroup {
  private group: TabGroup | undefined;
  private closed = false;

  constructor(private readonly environment: TabEnvironment | undefined) {}

  wrap(transport: Transport): Transport {
    const { environment } = this;
    return environment ? { name: transport.name, open: async (settings, token, listener) => (await this.joinGroup(environment, settings, token)).open(transport, settings, token, listener) } : transport;
  }

  leave(forGood: boolean): void {
    this.closed = forGood;
    this.group?.leave();
    this.group = undefined;
  }

  private async joinGroup(world: TabEnvironment, { baseUrl, protocol, include, clock }: SessionSettings, token: string): Promise<TabGroup> {
    const name = await groupName(`broadcasty.tabs.4:${baseUrl} ${protocol} ${include}`, token); // tabs share a connection only if they want the same fields in publications
    if (this.closed) {
      throw closed();
    }
    if (this.group?.name !== name || this.group.ended) {
      this.group?.leave();
      this.group = new TabGroup(name, world, clock);
    }
    return this.group;
  }
}

function browserEnvironment(): TabEnvironment | undefined {
  const { navigator, BroadcastChannel: Channel } = globalThis as Partial<Pick<typeof globalThis, 'navigator' | 'BroadcastChannel'>>;
  const locks = (navigator as { locks?: TabLocks } | undefined)?.locks;
  const usable = locks && Channel && (globalThis as { origin?: string }).origin !== 'null'; // sandboxed frames have no origin to share
  return usable ? { locks, open: (name) => new Channel(name) as TabChannel } : undefined;
}
