// Runs one round of bench/sdk for one client: node measure.mjs CLIENT BYTES MESSAGES prints
// {"perSecond", "cpuMicros", "bytes"}. Each round has its own process, so the code that the JIT
// compiler created for one client does not affect another. The client receives the frames that its
// own server would send, from a fake WebSocket in the same process.
import {clients} from './clients.mjs';

/**
 * The bytes that a socket delivers in one iteration of the event loop: a full read of a fast
 * connection.
 */
const CHUNK_BYTES = 65_536;
const WARM_UP_ROUNDS = 4;

const [name, payloadBytes, messages] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];

/** Returns an order, padded to `payloadBytes` bytes of JSON. */
function payload(n) {
  const order = {order: n, state: 'PAID', total: 1742.5 + (n % 100), items: [{sku: 'SKU-1', count: 2}], note: ''};
  order.note = 'x'.repeat(Math.max(0, payloadBytes - JSON.stringify(order).length));
  return order;
}

/** Creates the string from bytes, as a socket does, and not by concatenation. */
const received = (text) => Buffer.from(text).toString();

const nextIteration = () => new Promise((resolve) => setImmediate(resolve));

let seen = 0;
let done;
const client = await clients[name]((order, n) => {
  if (order.order !== seen || (n !== undefined && n !== seen + 1)) {
    throw new Error(`${name} delivered ${order.order} instead of ${seen}`);
  }
  if (++seen === until) {
    done();
  }
});
let made = 0;
let until = 0;

async function round() {
  const frames = [];
  for (let left = messages; left > 0; left -= client.perFrame) {
    const orders = Array.from({length: Math.min(left, client.perFrame)}, () => [made++, payload(made - 1)]);
    frames.push(received(client.join(orders.map(([n, order]) => client.message(order, n + 1)))));
  }
  until = made;
  const all = new Promise((resolve) => (done = resolve));
  globalThis.gc?.();
  const busy = process.cpuUsage();
  const began = process.hrtime.bigint();
  let bytes = 0;
  for (const frame of frames) {
    client.receive(frame);
    if ((bytes += frame.length) >= CHUNK_BYTES) {
      bytes = 0;
      await nextIteration();
    }
  }
  await all;
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  const {user, system} = process.cpuUsage(busy);
  return {perSecond: messages / seconds, cpuMicros: (user + system) / messages, bytes: Math.round(frames.reduce((sum, {length}) => sum + length, 0) / messages)};
}

for (let i = 0; i < WARM_UP_ROUNDS; i++) {
  await round();
}
console.log(JSON.stringify(await round()));
process.exit(0);
