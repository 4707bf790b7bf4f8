import type { BroadcastyClient } from '../client.js';
import type { ConnectionEvents } from '../connection.js';
import { Store } from './store.js';

/** The status of the connection, as in `client.on('state')`. */
export type ConnectionStatus = ConnectionEvents['state'];

/** A store of the connection’s status for components. */
export class ConnectionStateStore extends Store<ConnectionStatus> {
  constructor(client: BroadcastyClient) {
    super(client.status);
  }

  /** Follows the client’s state. Returns a function that stops it. */
  start(client: BroadcastyClient): () => void {
    this.set(client.status);
    return client.on('state', (status) => this.set(status));
  }
}
