import type { MembersPage } from '../wire.js';
import type { PresenceSession } from './transport.js';
import { WebSocketSession, webSocketTransportOf } from './websocket.js';

class PresenceWebSocketSession extends WebSocketSession implements PresenceSession {
  presence(channel: string): Promise<unknown> {
    return this.sendCommand<MembersPage>({ command: 'presence', channel }, (page) => this.listener.onPresence({ reset: true, ...page }));
  }

  join(channel: string, member?: Record<string, unknown>): Promise<unknown> {
    return this.sendCommand({ command: 'join', channel, member });
  }

  leave(channel: string): Promise<unknown> {
    return this.sendCommand({ command: 'leave', channel });
  }

  members(channel: string, after?: string): Promise<MembersPage> {
    return this.sendCommand({ command: 'members', channel, after });
  }
}

/** WebSocket with presence. */
export const presenceWebSocketTransport = webSocketTransportOf(PresenceWebSocketSession);
