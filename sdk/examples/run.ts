/**
 * `npm run example NAME`: starts an example against a server in development mode (`./mvnw -Prun`).
 */
import { devToken } from './dev-token.js';
import { ask } from './worker/ask.js';
import { startWorker } from './worker/worker.js';

const USAGE = `npm run example chat              a chat with members, typing and the last messages
npm run example orders            a live board of orders with its history
npm run example push              notifications while the page is closed
npm run example worker            a worker that answers requests
npm run example ask [SKU-1]       sends it a request

Each needs a server in development mode: BROADCASTY_PUBLISH_SENDER=true ./mvnw -Prun
BROADCASTY_URL is its address (default http://localhost:8080), PORT the port of the pages (default 5173).`;

const server = (process.env.BROADCASTY_URL ?? 'http://localhost:8080').replace(/\/+$/, '');
const [name = '', argument = 'SKU-1'] = process.argv.slice(2);

async function run(): Promise<void> {
  switch (name) {
    case 'chat':
    case 'orders':
    case 'push': {
      await fetch(`${server}/broadcasty/ping`).catch(() => console.log(`no server answers at ${server}; start one: ./mvnw -Prun`));
      const { serve } = await import('./serve.js'); // not for the worker, which needs no pages
      const { url } = await serve(name, server, Number(process.env.PORT ?? 5173));
      console.log(`${name}: open ${url} in two windows`);
      return;
    }
    case 'worker':
      console.log(`connecting to ${server}`);
      await startWorker(server);
      console.log('answers requests on rpc:inventory; send one: npm run example ask SKU-1');
      return;
    case 'ask':
      await devToken(server); // tells at once that there is no server, for which the client would wait
      console.log(await ask(server, argument));
      return;
    default:
      console.log(USAGE);
      process.exitCode = name === '' ? 0 : 1;
  }
}

run().catch((error: unknown) => {
  const { message, cause } = error as Error;
  console.error(cause instanceof Error ? `${message}: ${cause.message}` : message);
  process.exitCode = 1;
});
