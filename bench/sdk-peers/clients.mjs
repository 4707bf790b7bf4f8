// The clients that bench/sdk compares, each connected and subscribed to one channel in its own
// protocol.
import Pusher from 'pusher-js';
import {Centrifuge} from 'centrifuge';
import BroadcastyClient from '../../sdk/dist/index.js';

const CHANNEL = 'orders.eu';
const EPOCH = 'k3f9a2xw';

/**
 * Returns a fake WebSocket whose peer replies immediately. `answer(text, send)` receives what the
 * client sends; `hello` is the first frame of the peer.
 */
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
          this.receive(hello);
        }
      });
    }

    send(text) {
      queueMicrotask(() => answer(text, (reply) => this.receive(reply)));
    }

    receive(frame) {
      this.onmessage({data: typeof frame === 'string' ? frame : JSON.stringify(frame)});
    }

    close() {
      this.readyState = 3;
    }
  };
}

const lines = (messages) => messages.join('\n');

/**
 * The clients by name. Each function takes a callback for the received payloads and, where the
 * protocol has them, their positions. It returns `message(payload, n)`, which creates the text of
 * the nth message; `join(messages)`, which joins such texts to one frame; `perFrame`, the number of
 * messages in a frame; and `receive(text)`, which delivers a frame to the client.
 */
export const clients = {
  broadcasty: (seen) => broadcasty(seen, 'v2', 1),

  /**
   * The server joins waiting messages to one frame: at most 16 messages here, as with centrifuge.
   */
  'broadcasty-16': (seen) => broadcasty(seen, 'v2', 16),

  'broadcasty-v1': (seen) => broadcasty(seen, 'v1', 1),

  centrifuge: (seen) => centrifuge(seen, 1),

  /** Its server joins waiting messages to one frame, at most 16 messages. */
  'centrifuge-16': (seen) => centrifuge(seen, 16),

  async pusher(seen) {
    const WebSocket = socketOf(
      (text, receive) => {
        const {event, data} = JSON.parse(text);
        if (event === 'pusher:subscribe') {
          receive({event: 'pusher_internal:subscription_succeeded', channel: data.channel, data: '{}'});
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
  const WebSocket = socketOf((text, receive) => {
    const {id, command} = JSON.parse(text);
    receive({reply: id, result: results[command] ?? {}});
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
  const WebSocket = socketOf((text, receive) =>
    text.split('\n').forEach((line) => {
      const {id, connect, subscribe} = JSON.parse(line);
      if (connect) {
        receive({id, connect: {client: 'c', version: '6', ping: 25, pong: true}});
      } else if (subscribe) {
        receive({id, subscribe: {recoverable: true, epoch: EPOCH}});
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
