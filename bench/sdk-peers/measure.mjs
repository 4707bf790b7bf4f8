// One round of bench/sdk for one client, in a process of its own, so that no client meets what the compiler has made of
// another:  node measure.mjs CLIENT BYTES MESSAGES  prints {"perSecond", "cpuMicros", "bytes"}.
// The client gets the frames that its own server would send, from a WebSocket that is in the same process and costs nothing.
import {clients} from './clients.mjs';

/** What a socket hands over in one turn of the event loop: one full read of a fast line. */
const CHUNK_BYTES = 65_536;
const WARM_UP_ROUNDS = 4;

const [name, payloadBytes, messages] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];

/** An order, filled up with text to so many bytes of JSON. */
function payload(n) {
  const order = {order: n, state: 'PAID', total: 1742.5 + (n % 100), items: [{sku: 'SKU-1', count: 2}], note: ''};
  order.note = 'x'.repeat(Math.max(0, payloadBytes - JSON.stringify(order).length));
  return order;
}

/** A text as a socket makes it, of bytes, and not as a program does, of other texts. */
const received = (text) => Buffer.from(text).toString();

const turn = () => new Promise((resolve) => setImmediate(resolve));

let seen = 0;
let done;
const client = await clients[name]((order, n) => {
  if (order.order !== seen || (n !== undefined && n !== seen + 1)) {
    throw new Error(`${name} handed over ${order.order} instead of ${seen}`);
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
      await turn();
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
