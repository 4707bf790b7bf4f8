/** Tests the client as it is bundled for applications, with the names of private members shortened. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { after, it } from 'node:test';
import { build } from 'esbuild';
import WebSocket from 'ws';
import type { BroadcastyClient, ClientOptions } from '../src/index.js';
import { FakeServer, token } from './fake-server.js';
import { FakeNetwork, Recorder, waitUntil } from './support.js';

const outfile = fileURLToPath(new URL(`bundle.${process.pid}.mjs`, import.meta.url));
after(() => rmSync(outfile, { force: true }));

const { privateNames } = (await import(new URL('../scripts/private-names.mjs', import.meta.url).href)) as { privateNames: RegExp };
await build({ entryPoints: [fileURLToPath(new URL('../src/index.ts', import.meta.url))], outfile, bundle: true, format: 'esm', target: 'es2022', minify: true, mangleProps: privateNames });
const { BroadcastyClient: Client } = (await import(pathToFileURL(outfile).href)) as { BroadcastyClient: new (options: ClientOptions) => BroadcastyClient };

for (const transport of ['ws', 'sse'] as const) {
  it(`the bundle subscribes, publishes, asks, queues and shows members over ${transport}`, async () => {
    const server = await FakeServer.start();
    const networkMonitor = new FakeNetwork();
    const client = new Client({ baseUrl: server.url, getToken: () => token(), WebSocket, transport, networkMonitor });
    const [one, other] = [new Recorder(), new Recorder()];
    await client.publish({ channel: 'a', payload: 1 });
    await client.subscribe({ channel: 'a', fromSequence: 0, onMessage: one.add });
    const { positions } = await client.subscribe({ channel: 'a*', fromSequence: 0, onMessage: other.add, backpressure: 'slow-start' });
    server.breakAll();
    await client.publishAll([{ channel: 'a', payload: 2 }, { channel: 'ab', payload: 3 }]);
    await client.respond({ channel: 'rpc:a', onRequest: ({ payload }) => payload });
    assert.equal((await client.request({ channel: 'rpc:a', payload: 4 })).payload, 4);
    const view = await client.presence('presence-a', { member: { name: 'Ann' } });
    await waitUntil('the member', () => view.members.size === 1);
    networkMonitor.set(false);
    assert.ok('queued' in (await client.publish({ channel: 'a', payload: 5 })));
    networkMonitor.set(true);
    await waitUntil('all', () => one.all.length === 3 && other.all.length >= 1);
    assert.deepEqual(one.payloads, [1, 2, 5]);
    assert.ok(Array.isArray(positions));
    assert.deepEqual(await client.flushOffline(), { sent: 1, waiting: 0, refused: [] });
    client.close();
    await server.close();
  });
}
