/**
 * A worker that answers requests without an open port or a known address. Run one for each channel,
 * since every worker answers every request.
 */
import BroadcastyClient from '@broadcasty/client';
import WebSocket from 'ws'; // Node 22 has its own
import { devToken } from '../dev-token.js';

export interface StockRequest {
  sku: string;
}
export type StockAnswer = { sku: string; count: number } | { error: string };

const STOCK = new Map([
  ['SKU-1', 12],
  ['SKU-2', 0],
]);

/** Answers requests until it is closed. */
export async function startWorker(baseUrl: string): Promise<{ close(): void }> {
  const client = new BroadcastyClient({ baseUrl, getToken: () => devToken(baseUrl), WebSocket });
  client.on('state', ({ state, error }) => error && console.log(`${state}: ${error.message}`));
  await client.respond<StockRequest, StockAnswer>({
    channel: 'rpc:inventory',
    onRequest: ({ payload: { sku } }) => {
      const count = STOCK.get(sku);
      console.log(`asked for ${sku}: ${count ?? 'not known'}`);
      return count === undefined ? { error: `${sku} is not known` } : { sku, count };
    },
  });
  return client;
}
