import type { BroadcastyClient } from '../client.js';
import type { ConnectionEvents } from '../connection.js';
import { Store } from './store.js';

/** How the connection does, as `client.on('state')` tells it. */
export type ConnectionStatus = ConnectionEvents['state'];

/** The connection’s state, for a component. */
export class ConnectionWatch extends Store<ConnectionStatus> {
  constructor(client: BroadcastyClient) {
    super({ state: client.state });
  }

  /** @returns what ends it */
  follow(client: BroadcastyClient): () => void {
    if (this.get().state !== client.state) {
      this.set({ state: client.state });
    }
    return client.on('state', (status) => this.set(status));
  }
}
