'use strict';
// Pusher's own client (pusher-js) on the Pusher server at 127.0.0.1. Prints what it hears, a line each, with tabs between:
//   subscribed  CHANNEL
//   event       CHANNEL  NAME  DATA as JSON
//   sealed      CHANNEL  PAYLOAD as JSON: {"secret":"kept"} as a publisher would encrypt it for the channel
//   error       what
// usage: client.cjs PORT KEY SECRET CHANNEL…; ends with its standard input.
const crypto = require('node:crypto');
const nacl = require('tweetnacl');
const Pusher = require('pusher-js');

const [port, key, secret, ...channels] = process.argv.slice(2);
const masterKey = crypto.randomBytes(32);
const print = (...fields) => process.stdout.write(fields.join('\t') + '\n');

const sharedSecret = channel => crypto.createHash('sha256').update(channel).update(masterKey).digest();

/** As an application's own server would answer the client, by Pusher's documents. */
function authorize({ socketId, channelName }, callback) {
  const signature = crypto.createHmac('sha256', secret).update(`${socketId}:${channelName}`).digest('hex');
  callback(null, {
    auth: `${key}:${signature}`,
    shared_secret: sharedSecret(channelName).toString('base64'),
  });
}

const pusher = new Pusher(key, {
  cluster: '',
  wsHost: '127.0.0.1',
  wsPort: Number(port),
  forceTLS: false,
  enabledTransports: ['ws'],
  channelAuthorization: { customHandler: authorize },
});
pusher.connection.bind('error', error => print('error', JSON.stringify(error)));

for (const name of channels) {
  const channel = pusher.subscribe(name);
  channel.bind_global((event, data) => {
    if (event === 'pusher:subscription_succeeded') {
      print('subscribed', name);
    } else if (event.startsWith('pusher:')) {
      print('error', `${name} ${event} ${JSON.stringify(data)}`);
    } else {
      print('event', name, event, JSON.stringify(data));
    }
  });
  if (name.startsWith('private-encrypted-')) {
    const nonce = nacl.randomBytes(24);
    const ciphertext = nacl.secretbox(Buffer.from('{"secret":"kept"}'), nonce, new Uint8Array(sharedSecret(name)));
    const base64 = bytes => Buffer.from(bytes).toString('base64');
    print('sealed', name, JSON.stringify({ nonce: base64(nonce), ciphertext: base64(ciphertext) }));
  }
}

process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
