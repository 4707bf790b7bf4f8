'use strict';
// Validates webhooks as receivers do: with the library of Standard Webhooks, and with Pusher's for back ends.
// usage: webhook.cjs KEY SECRET; each line of the input is {"secret"?, "headers", "body"}; prints ok for each valid one
// that is not valid any more with another body, another secret or at another time
const assert = require('node:assert/strict');
const Pusher = require('pusher');
const { Webhook } = require('standardwebhooks');

const [key, secret] = process.argv.slice(2);

function standard({ secret: own, headers, body }) {
  const webhook = new Webhook(own);
  const { type, data } = webhook.verify(body, headers);
  assert.throws(() => webhook.verify(`${body} `, headers));
  assert.throws(() => new Webhook(`whsec_${Buffer.alloc(32).toString('base64')}`).verify(body, headers));
  assert.throws(() => webhook.verify(body, { ...headers, 'webhook-timestamp': '1' }));
  return `${type} ${data.channel ?? ''}`;
}

function pusher({ headers, body }) {
  const server = new Pusher({ appId: '1', key, secret });
  const webhook = server.webhook({ headers, rawBody: body });
  assert.ok(webhook.isValid());
  assert.ok(!server.webhook({ headers, rawBody: `${body} ` }).isValid());
  assert.ok(!new Pusher({ appId: '1', key, secret: 'wrong' }).webhook({ headers, rawBody: body }).isValid());
  assert.ok(Math.abs(webhook.getTime() - Date.now()) < 600_000);
  return webhook.getEvents().map(event => `${event.name} ${event.channel ?? ''}`).join();
}

const lines = require('node:fs').readFileSync(0, 'utf8').split('\n').filter(line => line);
for (const each of lines.map(line => JSON.parse(line))) {
  console.log(`ok ${each.secret ? standard(each) : pusher(each)}`);
}
