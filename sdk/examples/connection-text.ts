import type { ConnectionEvents } from '@broadcasty/client';

/** Says what the connection does. */
export function connectionText({ state, transport, error, retryInMillis }: ConnectionEvents['state']): string {
  switch (state) {
    case 'idle':
      return 'Not connected';
    case 'connecting':
      return 'Connecting';
    case 'connected':
      return transport === 'sse' ? 'Live over Server-Sent Events' : 'Live over WebSocket';
    case 'waiting':
      return `Trying again in ${Math.ceil((retryInMillis ?? 0) / 1000)} s`;
    case 'offline':
      return 'Offline';
    case 'failed':
      return error?.message ?? 'Failed';
    case 'closed':
      return 'Closed';
  }
}
