'use strict';
// Unmodified libraries of back ends in any language, with pusher-js as their clients. The program of the language reads
// calls as lines of JSON and answers each with a line. Prints a line for each step that has worked.
// usage: back-end.cjs PORT APP-ID KEY SECRET PROGRAM [ARGUMENT…]
const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const { createHmac } = require('node:crypto');
const { createInterface } = require('node:readline');
const PusherClient = require('pusher-js');

const [port, appId, key, secret, program, ...programArguments] = process.argv.slice(2);
const host = '127.0.0.1';
const masterKey = Buffer.alloc(32, 7).toString('base64');
const run = `${Date.now()}-${Math.floor(Math.random() * 1e6)}`;
const fresh = name => `${name}-${run}`;
const clients = [];

const backEnd = spawn(program, [...programArguments, port, appId, key, secret, masterKey], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
const waiting = [];
createInterface({ input: backEnd.stdout }).on('line', line => {
  if (line.startsWith('{')) {
    waiting.shift()(JSON.parse(line));
  }
});
backEnd.on('exit', code => waiting.splice(0).forEach(answer => answer({ error: `the program ended with ${code}` })));

function within(what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`in vain waited for ${what}`)), 15000);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Has the library make a call; throws what it throws. */
async function call(name, args) {
  backEnd.stdin.write(`${JSON.stringify({ name, arguments: args })}\n`);
  const { result, error } = await within(name, new Promise(resolve => waiting.push(resolve)));
  if (error !== undefined) {
    throw new Error(error);
  }
  return result;
}

const sign = (promise, callback) => promise.then(signed => callback(null, signed), callback);

async function connect(user) {
  const client = new PusherClient(key, {
    cluster: '',
    wsHost: host,
    wsPort: Number(port),
    forceTLS: false,
    enabledTransports: ['ws'],
    channelAuthorization: {
      customHandler: ({ socketId, channelName }, callback) =>
        sign(
          call('authorize', {
            socketId,
            channel: channelName,
            member: channelName.startsWith('presence-') ? { user_id: user.id, user_info: user.info } : undefined,
          }),
          callback,
        ),
    },
    userAuthentication: {
      customHandler: ({ socketId }, callback) => sign(call('authenticate', { socketId, user }), callback),
    },
  });
  clients.push(client);
  await next(client.connection, 'connected');
  return client;
}

const next = (target, event) =>
  within(event, new Promise(resolve => {
    const got = data => {
      target.unbind(event, got);
      resolve(data);
    };
    target.bind(event, got);
  }));

async function subscribe(client, name) {
  const channel = client.subscribe(name);
  const first = await within(`a subscription of ${name}`, new Promise((resolve, reject) => {
    channel.bind('pusher:subscription_succeeded', resolve);
    channel.bind('pusher:subscription_error', error => reject(new Error(JSON.stringify(error))));
  }));
  return { channel, first };
}

const steps = {
  async 'events, and their sender left out'() {
    const name = fresh('news');
    const ann = await connect({ id: 'ann' });
    const bob = await connect({ id: 'bob' });
    const annsEvents = [];
    (await subscribe(ann, name)).channel.bind('e', data => annsEvents.push(data));
    const { channel } = await subscribe(bob, name);
    const got = next(channel, 'e');
    await call('trigger', { channels: [name], name: 'e', data: { text: 'hello ä', n: [1, 2] }, socketId: ann.connection.socket_id });
    assert.deepEqual(await got, { text: 'hello ä', n: [1, 2] });
    const last = next(channel, 'e');
    await call('trigger', { channels: [name, fresh('other')], name: 'e', data: { last: true } });
    await last;
    assert.deepEqual(annsEvents, [{ last: true }]);
  },

  async 'private, encrypted and cached channels'() {
    const ann = await connect({ id: 'ann' });
    for (const name of [fresh('private-a'), fresh('private-encrypted-a'), fresh('private-cache-a')]) {
      const { channel } = await subscribe(ann, name);
      const got = next(channel, 'e');
      await call('trigger', { channels: [name], name: 'e', data: { secret: name } });
      assert.deepEqual(await got, { secret: name });
    }
    const late = (await connect({ id: 'bob' })).subscribe(fresh('private-cache-a'));
    assert.deepEqual(await next(late, 'e'), { secret: fresh('private-cache-a') });
  },

  async 'presence with two users and three sockets'() {
    const name = fresh('presence-room');
    const ann = await connect({ id: 'ann', info: { name: 'Ann' } });
    const bob = await connect({ id: 'bob', info: { name: 'Bob' } });
    const again = await connect({ id: 'bob', info: { name: 'Bob' } });
    await subscribe(ann, name);
    await subscribe(bob, name);
    const { first } = await subscribe(again, name);
    assert.deepEqual(first.members, { ann: { name: 'Ann' }, bob: { name: 'Bob' } });
    const users = await call('users', { channel: name });
    assert.deepEqual((users.users ?? users.List).map(({ id, ID }) => id ?? ID).sort(), ['ann', 'bob']);
    const channel = await call('channel', { channel: name, info: ['user_count', 'subscription_count'] });
    assert.equal(channel.user_count ?? channel.UserCount, 2);
    assert.equal(channel.subscription_count ?? channel.SubscriptionCount, 3);
    const { channels } = await call('channels', { prefix: 'presence-room' });
    assert.equal(channels[name].user_count ?? channels[name].UserCount, 2);
  },

  async 'a batch'() {
    const [a, b] = [fresh('batch-a'), fresh('batch-b')];
    const ann = await connect({ id: 'ann' });
    const got = [next((await subscribe(ann, a)).channel, 'e'), next((await subscribe(ann, b)).channel, 'e')];
    await call('batch', { events: [a, b].map((channel, n) => ({ channel, name: 'e', data: { n } })) });
    assert.deepEqual(await Promise.all(got), [{ n: 0 }, { n: 1 }]);
  },

  async 'a user signs in, and is disconnected'() {
    const id = fresh('user');
    const client = await connect({ id });
    client.signin();
    await within('the sign-in', client.user.signinDonePromise);
    await within('the own channel', new Promise(resolve => {
      client.user.serverToUserChannel.bind('pusher:subscription_succeeded', resolve);
    }));
    const got = within('the event', new Promise(resolve => client.user.bind('e', resolve)));
    await call('sendToUser', { user: id, name: 'e', data: { for: 'you' } });
    assert.deepEqual(await got, { for: 'you' });
    const ended = next(client.connection, 'disconnected');
    try {
      await call('terminate', { user: id });
      await ended;
    } catch (error) {
      assert.equal(error.message, 'unsupported'); // not every library has it
      ended.catch(() => {});
    }
  },

  async 'webhooks are validated'() {
    const body = `{"time_ms":${Date.now()},"events":[{"name":"channel_occupied","channel":"a"}]}`;
    const signature = createHmac('sha256', secret).update(body).digest('hex');
    assert.ok(await call('webhook', { key, signature, body }));
    assert.ok(!(await call('webhook', { key, signature: signature.replace(/./, c => (c === '0' ? '1' : '0')), body })));
  },
};

async function main() {
  for (const [name, step] of Object.entries(steps)) {
    try {
      await step();
      console.log(`ok ${name}`);
    } catch (error) {
      console.log(`failed ${name}: ${error.stack}`);
      process.exit(1);
    } finally {
      clients.splice(0).forEach(client => client.disconnect());
    }
  }
  backEnd.stdin.end();
  process.exit(0);
}

main();
