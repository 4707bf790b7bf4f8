/** Helpers that the example pages share. */
import type BroadcastyClient from '@broadcasty/client';

/** Returns the element of a selector, which must exist. */
export function $<E extends HTMLElement = HTMLElement>(selector: string): E {
  return document.querySelector<E>(selector) as E;
}

/** Shows the state of the connection in an element. */
export function showState(client: BroadcastyClient, element: HTMLElement): void {
  client.on('state', ({ state, transport, error, retryInMillis }) => {
    const words = {
      idle: 'Not connected',
      connecting: 'Connecting',
      connected: transport === 'sse' ? 'Live over Server-Sent Events' : 'Live over WebSocket',
      waiting: `Trying again in ${Math.ceil((retryInMillis ?? 0) / 1000)} s`,
      offline: 'Offline',
      failed: error?.message ?? '',
      closed: 'Closed',
    };
    element.dataset.state = state;
    element.textContent = words[state];
  });
}
