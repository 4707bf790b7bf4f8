/** What the pages of the examples share. */
import type BroadcastyClient from '@broadcasty/client';

/** The element of a selector, which is there. */
export function $<E extends HTMLElement = HTMLElement>(selector: string): E {
  return document.querySelector<E>(selector) as E;
}

/** Keeps an element telling how the connection does. */
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
