/** Sends a request to the worker; a page does it in the same way. */
import BroadcastyClient from '@broadcasty/client';
import WebSocket from 'ws'; // Node 22 has its own
import { devToken } from '../dev-token.js';
import type { StockAnswer, StockRequest } from './worker.js';

/** @throws BroadcastyError `timeout` when nobody replies */
export async function ask(baseUrl: string, sku: string, timeoutMs = 8000): Promise<StockAnswer> {
  const client = new BroadcastyClient({ baseUrl, getToken: () => devToken(baseUrl), WebSocket });
  try {
    const { payload } = await client.request<StockAnswer, StockRequest>({ channel: 'rpc:inventory', payload: { sku }, timeoutMs });
    return payload;
  } finally {
    client.close();
  }
}
