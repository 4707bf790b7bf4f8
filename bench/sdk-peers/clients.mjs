// The clients that bench/sdk compares: each connected and subscribed to one channel, in its own protocol.
import Pusher from 'pusher-js';
import {Centrifuge} from 'centrifuge';
import BroadcastyClient from '../../sdk/dist/index.js';

const CHANNEL = 'orders.eu';
const EPOCH = 'k3f9a2xw';

/** A WebSocket whose other end answers at once. `answer(text, say)` gets what the client sends, `hello` what is said first. */
function socketOf(answer, hello) {
  return class FakeWebSocket {
    static OPEN = 1;
    static latest;
    readyState = 0;
    bufferedAmount = 0;

    constructor() {
      FakeWebSocket.latest = this;
      queueMicrotask(() => {
        this.readyState = 1;
        this.onopen?.({});
        if (hello) {
          this.say(hello);
        }
      });
    }

    send(text) {
      queueMicrotask(() => answer(text, (reply) => this.say(reply)));
    }

    say(frame) {
      this.onmessage({data: typeof frame === 'string' ? frame : JSON.stringify(frame)});
    }

    close() {
      this.readyState = 3;
    }
  };
}

const lines = (messages) => messages.join('\n');

/**
 * By name. Each is told of the payloads and, where the protocol has them, of their positions, and answers
 * `message(payload, n)`: the text of the nth message; `receive(text)`: a frame comes; `perFrame`: so many messages in each;
 * and `join(messages)`: the texts of these as one frame.
 */
export const clients = {
  broadcasty: (seen) => broadcasty(seen, 'v2', 1),

  /** What waits for a connection comes in one frame; 16 messages at most here, as with the other client. */
  'broadcasty-16': (seen) => broadcasty(seen, 'v2', 16),

  'broadcasty-v1': (seen) => broadcasty(seen, 'v1', 1),

  centrifuge: (seen) => centrifuge(seen, 1),

  /** Its server puts what waits for a connection into one frame, 16 messages at most. */
  'centrifuge-16': (seen) => centrifuge(seen, 16),

  async pusher(seen) {
    const WebSocket = socketOf(
      (text, say) => {
        const {event, data} = JSON.parse(text);
        if (event === 'pusher:subscribe') {
          say({event: 'pusher_internal:subscription_succeeded', channel: data.channel, data: '{}'});
        }
      },
      {event: 'pusher:connection_established', data: JSON.stringify({socket_id: '1.1', activity_timeout: 120})},
    );
    Pusher.Runtime.createWebSocket = () => new WebSocket();
    const client = new Pusher('key', {cluster: '', wsHost: 'bench', enabledTransports: ['ws'], disableStats: true});
    const channel = client.subscribe(CHANNEL);
    channel.bind('paid', (payload) => seen(payload));
    await new Promise((resolve) => channel.bind('pusher:subscription_succeeded', resolve));
    return {
      perFrame: 1,
      message: (payload) => JSON.stringify({event: 'paid', channel: CHANNEL, data: JSON.stringify(payload)}),
      join: lines,
      receive: (text) => WebSocket.latest.onmessage({data: text}),
    };
  },
};

async function broadcasty(seen, protocol, perFrame) {
  const number = 17;
  const results = {
    connect: {session: 's', protocol: 1, subject: 'ann', tenant: 'demo', expires: Date.now() + 3_600_000, pingInterval: 25_000},
    subscribe: {channel: CHANNEL, number, recovered: true, positions: [{epoch: EPOCH, partition: 0, sequence: 0}]},
  };
  const WebSocket = socketOf((text, say) => {
    const {id, command} = JSON.parse(text);
    say({reply: id, result: results[command] ?? {}});
  });
  const client = new BroadcastyClient({baseUrl: 'http://bench', getToken: () => 'token', transport: 'ws', protocol, WebSocket});
  await client.subscribe({channel: CHANNEL, onMessage: ({payload, sequence}) => seen(payload, sequence)});
  const time = Date.now();
  return {
    perFrame,
    message:
      protocol === 'v2'
        ? (payload, n) => JSON.stringify({c: number, s: n, i: `order-${n}`, d: payload})
        : (payload, n) => JSON.stringify({push: 'publication', channel: CHANNEL, partition: 0, sequence: n, epoch: EPOCH, id: `order-${n}`, payload, time}),
    join: (messages) => (messages.length === 1 ? messages[0] : `[${messages.join()}]`),
    receive: (text) => WebSocket.latest.onmessage({data: text}),
  };
}

async function centrifuge(seen, perFrame) {
  const WebSocket = socketOf((text, say) =>
    text.split('\n').forEach((line) => {
      const {id, connect, subscribe} = JSON.parse(line);
      if (connect) {
        say({id, connect: {client: 'c', version: '6', ping: 25, pong: true}});
      } else if (subscribe) {
        say({id, subscribe: {recoverable: true, epoch: EPOCH}});
      }
    }),
  );
  const client = new Centrifuge('ws://bench', {websocket: WebSocket});
  const subscription = client.newSubscription(CHANNEL);
  subscription.on('publication', ({data, offset}) => seen(data, offset));
  const subscribed = new Promise((resolve) => subscription.on('subscribed', resolve));
  subscription.subscribe();
  client.connect();
  await subscribed;
  return {
    perFrame,
    message: (payload, n) => JSON.stringify({push: {channel: CHANNEL, pub: {data: payload, offset: n}}}),
    join: lines,
    receive: (text) => WebSocket.latest.onmessage({data: text}),
  };
}
