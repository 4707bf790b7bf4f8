'use strict';
// Unmodified clients of the Pusher protocol (pusher-js and pusher, the library for back ends) on Broadcasty.
// Prints a line for each step that has worked, and ends with 1 at the first that has not.
// usage: pusher.cjs PORT PATH APP-ID KEY SECRET TOKEN; PATH is that of the application, such as /realtime, or empty
const assert = require('node:assert/strict');
const PusherClient = require('pusher-js');
const PusherServer = require('pusher');

const [port, path, appId, key, secret, token] = process.argv.slice(2);
const host = '127.0.0.1';
const run = `${Date.now()}-${Math.floor(Math.random() * 1e6)}`;
const fresh = name => `${name}-${run}`;

const server = new PusherServer({
  appId,
  key,
  secret,
  host: path ? `${host}:${port}${path}` : host, // the library has no option for a path
  port: path ? undefined : port,
  useTLS: false,
  encryptionMasterKeyBase64: Buffer.alloc(32, 7).toString('base64'),
});
const clients = [];

/** Connects a client whose application's server signs for it, as this user. */
async function connect(user) {
  const client = new PusherClient(key, {
    cluster: '',
    wsHost: host,
    wsPort: Number(port),
    wsPath: path,
    forceTLS: false,
    enabledTransports: ['ws'],
    channelAuthorization: {
      customHandler: ({ socketId, channelName }, callback) =>
        callback(
          null,
          server.authorizeChannel(
            socketId,
            channelName,
            channelName.startsWith('presence-') ? { user_id: user.id, user_info: user.info } : undefined,
          ),
        ),
    },
    userAuthentication: {
      customHandler: ({ socketId }, callback) => callback(null, server.authenticateUser(socketId, user)),
    },
  });
  clients.push(client);
  await within('a connection', new Promise((resolve, reject) => {
    client.connection.bind('connected', resolve);
    client.connection.bind('failed', reject);
  }));
  return client;
}

function within(what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`in vain waited for ${what}`)), 15000);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Returns the next event of a name, as its data and metadata. */
const next = (target, event) =>
  within(event, new Promise(resolve => {
    const got = (data, metadata) => {
      target.unbind(event, got);
      resolve({ data, metadata });
    };
    target.bind(event, got);
  }));

async function subscribe(client, name) {
  const channel = client.subscribe(name);
  const failed = next(channel, 'pusher:subscription_error');
  failed.catch(() => {});
  const first = await Promise.race([
    next(channel, 'pusher:subscription_succeeded'),
    failed.then(({ data }) => Promise.reject(new Error(`${name}: ${JSON.stringify(data)}`))),
  ]);
  return { channel, first: first.data };
}

const steps = {
  async 'a public channel'() {
    const name = fresh('news');
    const { channel } = await subscribe(await connect({ id: 'ann' }), name);
    const got = next(channel, 'my-event');
    const answer = await server.trigger(name, 'my-event', { text: 'hello ä', n: [1, 2] });
    assert.equal(answer.status, 200);
    assert.equal(await answer.text(), '{}');
    assert.deepEqual((await got).data, { text: 'hello ä', n: [1, 2] });
  },

  async 'the sender is left out'() {
    const name = fresh('others');
    const ann = await connect({ id: 'ann' });
    const bob = await connect({ id: 'bob' });
    const annsEvents = [];
    (await subscribe(ann, name)).channel.bind('e', data => annsEvents.push(data));
    const { channel } = await subscribe(bob, name);
    const got = next(channel, 'e');
    await server.trigger(name, 'e', 'text', { socket_id: ann.connection.socket_id });
    assert.equal((await got).data, 'text');
    assert.deepEqual(annsEvents, []);
  },

  async 'private channels and client events'() {
    const name = fresh('private-chat');
    const ann = await connect({ id: 'ann' });
    const { channel } = await subscribe(await connect({ id: 'bob' }), name);
    const annsChannel = (await subscribe(ann, name)).channel;
    const got = next(channel, 'client-typing');
    annsChannel.trigger('client-typing', { on: true });
    assert.deepEqual((await got).data, { on: true });
  },

  async 'presence with two users and three sockets'() {
    const name = fresh('presence-room');
    const ann = await connect({ id: 'ann', info: { name: 'Ann' } });
    const bob = await connect({ id: 'bob', info: { name: 'Bob' } });
    const bobAgain = await connect({ id: 'bob', info: { name: 'Bob' } });
    const { channel } = await subscribe(ann, name);
    const changes = [];
    channel.bind('pusher:member_added', member => changes.push(`+${member.id}`));
    channel.bind('pusher:member_removed', member => changes.push(`-${member.id}`));
    const added = next(channel, 'pusher:member_added');
    const { channel: bobs, first } = await subscribe(bob, name);
    assert.deepEqual(first.members, { ann: { name: 'Ann' }, bob: { name: 'Bob' } });
    assert.equal(bobs.members.me.id, 'bob');
    assert.deepEqual((await added).data, { id: 'bob', info: { name: 'Bob' } });
    await subscribe(bobAgain, name);
    const removed = next(channel, 'pusher:member_removed');
    const event = next(channel, 'client-x');
    bobs.trigger('client-x', { a: 1 });
    assert.equal((await event).metadata.user_id, 'bob');
    bob.disconnect();
    bobAgain.unsubscribe(name);
    assert.equal((await removed).data.id, 'bob');
    assert.deepEqual(changes, ['+bob', '-bob']);
  },

  async 'encrypted channels'() {
    const name = fresh('private-encrypted-safe');
    const client = await connect({ id: 'ann' }); // the build for Node decrypts
    const { channel } = await subscribe(client, name);
    const got = next(channel, 'e');
    await server.trigger(name, 'e', { secret: 'kept' });
    assert.deepEqual((await got).data, { secret: 'kept' });
  },

  async 'cached channels'() {
    const name = fresh('cache-prices');
    const ann = await connect({ id: 'ann' });
    const early = ann.subscribe(name);
    await next(early, 'pusher:cache_miss');
    await server.trigger(name, 'e', { price: 1 });
    await server.trigger(name, 'e', { price: 2 });
    const late = (await connect({ id: 'bob' })).subscribe(name);
    assert.deepEqual((await next(late, 'e')).data, { price: 2 });
  },

  async 'a batch'() {
    const [a, b] = [fresh('batch-a'), fresh('batch-b')];
    const ann = await connect({ id: 'ann' });
    const first = next((await subscribe(ann, a)).channel, 'e');
    const second = next((await subscribe(ann, b)).channel, 'e');
    await server.triggerBatch([
      { channel: a, name: 'e', data: { n: 1 } },
      { channel: b, name: 'e', data: { n: 2 } },
    ]);
    assert.deepEqual([(await first).data, (await second).data], [{ n: 1 }, { n: 2 }]);
  },

  async 'questions about channels'() {
    const [room, prices] = [fresh('presence-q'), fresh('cache-q')];
    const ann = await connect({ id: 'ann', info: { name: 'Ann' } });
    await subscribe(ann, room);
    const answer = await server.trigger([room, prices], 'e', { n: 1 }, { info: 'user_count,subscription_count' });
    assert.deepEqual(await answer.json(), {
      channels: { [room]: { user_count: 1, subscription_count: 1 }, [prices]: { subscription_count: 0 } },
    });
    const json = async (path, params) => (await server.get({ path, params })).json();
    const listed = await json('/channels', { filter_by_prefix: 'presence-q-', info: 'user_count' });
    assert.deepEqual(listed.channels[room], { user_count: 1 });
    assert.deepEqual(await json(`/channels/${room}`, { info: 'user_count' }), { occupied: true, user_count: 1 });
    const cached = await json(`/channels/${prices}`, { info: 'cache' });
    assert.equal(cached.occupied, false);
    assert.equal(cached.cache.data, '{"n":1}');
    assert.deepEqual(await json(`/channels/${room}/users`), { users: [{ id: 'ann' }] });
    await assert.rejects(json(`/channels/${prices}/users`), error => error.status === 400);
  },

  async 'the connections of a user are ended'() {
    const id = fresh('user');
    const client = await connect({ id });
    client.signin();
    await within('the sign-in', client.user.signinDonePromise);
    const ended = next(client.connection, 'disconnected');
    await server.terminateUserConnections(id);
    await ended;
  },

  async 'the server authorizes callers with a token'() {
    const name = fresh('presence-token');
    const base = `http://${host}:${port}${path}`;
    const headers = { Authorization: `Bearer ${token}` };
    const client = new PusherClient(key, {
      cluster: '',
      wsHost: host,
      wsPort: Number(port),
      wsPath: path,
      forceTLS: false,
      enabledTransports: ['ws'],
      channelAuthorization: { endpoint: `${base}/broadcasting/auth`, transport: 'ajax', headers },
      userAuthentication: { endpoint: `${base}/broadcasty/pusher/user-auth`, transport: 'ajax', headers },
    });
    clients.push(client);
    client.signin();
    await subscribe(client, name);
    await within('the sign-in', client.user.signinDonePromise);
    assert.equal(client.user.user_data.id, 'alice');
    assert.equal(client.channel(name).members.me.id, 'alice');
    await subscribe(client, fresh('private-token'));
    const stranger = await fetch(`${base}/broadcasty/pusher/auth`, {
      method: 'POST',
      body: new URLSearchParams({ socket_id: '1.1', channel_name: 'private-a' }),
    });
    assert.equal(stranger.status, 401);
  },

  async 'a user signs in'() {
    const id = fresh('user');
    const client = await connect({ id, user_info: { name: 'U' } });
    client.signin();
    await within('the sign-in', client.user.signinDonePromise);
    await within('the own channel', new Promise(resolve => {
      client.user.serverToUserChannel.bind('pusher:subscription_succeeded', resolve);
    }));
    const got = new Promise(resolve => client.user.bind('e', resolve));
    await server.sendToUser(id, 'e', { for: 'you' });
    assert.deepEqual(await within('the event', got), { for: 'you' });
  },

  async 'subscribers are told how many they are'() {
    const name = fresh('counted');
    const { channel } = await subscribe(await connect({ id: 'ann' }), name);
    assert.deepEqual((await next(channel, 'pusher:subscription_count')).data, { subscription_count: 1 });
    const two = next(channel, 'pusher:subscription_count');
    await subscribe(await connect({ id: 'bob' }), name);
    assert.equal((await two).data.subscription_count, 2);
    assert.equal(channel.subscriptionCount, 2);
  },

  async 'watchlists'() {
    const [annId, bobId] = [fresh('ann'), fresh('bob')];
    const ann = await connect({ id: annId, watchlist: [bobId] });
    const states = [];
    for (const state of ['online', 'offline']) {
      ann.user.watchlist.bind(state, ({ user_ids: ids }) => states.push([state, ...ids]));
    }
    const first = next(ann.user.watchlist, 'offline');
    ann.signin();
    await first;
    const online = next(ann.user.watchlist, 'online');
    const bob = await connect({ id: bobId });
    bob.signin();
    await online;
    const offline = next(ann.user.watchlist, 'offline');
    bob.disconnect();
    await offline;
    assert.deepEqual(states, [['offline', bobId], ['online', bobId], ['offline', bobId]]);
  },

  async 'Laravel Echo'() {
    const { default: Echo } = await import('laravel-echo'); // a module only
    const [news, chat, room] = [fresh('news'), fresh('chat'), fresh('room')];
    const echoOf = async user => new Echo({ broadcaster: 'reverb', key, client: await connect(user) });
    const ann = await echoOf({ id: 'ann', info: { name: 'Ann' } });
    const bob = await echoOf({ id: 'bob', info: { name: 'Bob' } });
    const subscribed = channel => within('Echo', new Promise(resolve => channel.subscribed(resolve)));
    const listened = (channel, event) => within(event, new Promise(resolve => channel.listen(event, resolve)));
    const open = ann.channel(news);
    const got = listened(open, '.order.shipped');
    await subscribed(open);
    await server.trigger(news, 'order.shipped', { id: 7 });
    assert.deepEqual(await got, { id: 7 });
    const [annsChat, bobsChat] = [ann.private(chat), bob.private(chat)];
    await Promise.all([annsChat, bobsChat].map(subscribed));
    const whisper = within('a whisper', new Promise(resolve => bobsChat.listenForWhisper('typing', resolve)));
    annsChat.whisper('typing', { on: true });
    assert.deepEqual(await whisper, { on: true });
    const joined = within('joining', new Promise(resolve => {
      ann.join(room).here(users => users.length === 1 && bob.join(room)).joining(resolve);
    }));
    assert.deepEqual(await joined, { name: 'Bob' });
    assert.match(ann.socketId(), /^[0-9]+\.[0-9]+$/);
  },

  async 'a wrong key and a wrong secret'() {
    const stranger = new PusherServer({ appId, key, secret: 'wrong', host: `${host}:${port}${path}`, useTLS: false });
    await assert.rejects(stranger.trigger('a', 'e', {}), error => error.status === 401);
    const unknown = new PusherClient('unknown', {
      cluster: '', wsHost: host, wsPort: Number(port), wsPath: path, forceTLS: false, enabledTransports: ['ws'],
    });
    clients.push(unknown);
    const { data } = await next(unknown.connection, 'error');
    assert.equal(data.data?.code ?? data.error?.data?.code, 4001);
  },
};

async function main() {
  for (const [name, step] of Object.entries(steps)) {
    try {
      await step();
      console.log(`ok ${name}`);
    } catch (error) {
      console.log(`failed ${name}: ${error.stack} ${error.body ?? ''}`);
      process.exit(1);
    } finally {
      clients.splice(0).forEach(client => client.disconnect());
    }
  }
  process.exit(0);
}

main();
