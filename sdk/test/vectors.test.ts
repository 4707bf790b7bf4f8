/** Tests with the vectors of protocol/vectors that a client reads or writes. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import WebSocket, { WebSocketServer } from 'ws';
import { ChannelTable } from '../src/channel-table.js';
import { checkChannel, kind, matches } from '../src/channels.js';
import { CLOSE_CODES, RETRIES } from '../src/codes.js';
import { clientClock } from '../src/clock.js';
import { checkHeaders } from '../src/headers.js';
import { SseParser } from '../src/transport/sse-parser.js';
import type { SessionListener } from '../src/transport/transport.js';
import { webSocketTransport } from '../src/transport/websocket.js';
import { cursor } from '../src/wire.js';
import type { BroadcastyError } from '../src/errors.js';
import type { ChannelNumber, ChannelPosition, CompactPublication, Subscribed } from '../src/wire.js';

type Text = string | (string | { repeat: string; times: number })[];

const readVectors = (name: string): unknown => JSON.parse(readFileSync(new URL(`../../protocol/${name}`, import.meta.url), 'utf8'));
const text = (given: Text): string => [given].flat().map((part) => (typeof part === 'string' ? part : part.repeat.repeat(part.times))).join('');

describe('channels', () => {
  const { channels, badChannels, patterns, badPatterns } = readVectors('vectors/channels.json') as {
    channels: { name: string; channel: Text; kind: string }[];
    badChannels: { name: string; channel: Text }[];
    patterns: { name: string; pattern: Text; kind: string; matches: Text[]; misses: Text[] }[];
    badPatterns: { name: string; pattern: Text }[];
  };
  for (const vector of channels) {
    it(vector.name, () => {
      checkChannel(text(vector.channel));
      assert.equal(kind(text(vector.channel)), vector.kind === 'public' ? '' : `${vector.kind}-`);
    });
  }
  for (const vector of badChannels) {
    it(`rejects: ${vector.name}`, () => assert.throws(() => checkChannel(text(vector.channel)), { code: 'invalid_channel' }));
  }
  for (const vector of patterns) {
    it(vector.name, () => {
      const pattern = text(vector.pattern);
      checkChannel(pattern, true);
      vector.matches.forEach((channel) => assert.ok(matches(pattern, text(channel)), text(channel)));
      vector.misses.forEach((channel) => assert.ok(!matches(pattern, text(channel)), text(channel)));
    });
  }
  for (const vector of badPatterns.filter(({ pattern }) => text(pattern).includes('*'))) {
    it(`rejects: ${vector.name}`, () => assert.throws(() => checkChannel(text(vector.pattern), true), { code: 'invalid_channel' }));
  }
});

describe('cursors', () => {
  const { good } = readVectors('vectors/cursors.json') as { good: { name: string; cursor: Text; positions: ChannelPosition[] }[] };
  for (const vector of good.filter(({ positions }) => positions.every(({ sequence }) => Number.isSafeInteger(sequence)))) {
    it(vector.name, () => assert.equal(cursor(vector.positions), text(vector.cursor)));
  }
});

describe('headers of publications', () => {
  interface Item { error?: string; headers?: Record<string, Text> }
  const { vectors } = readVectors('vectors/publish-bodies.json') as { vectors: { name: string; body?: Text; error?: string; expect?: { batch: boolean; items: Item[] } }[] };
  // JSON.stringify() and the types exclude these, so only the server checks them
  const skipped = ['a header twice', 'U+0000 in a header', 'headers that are a string'];
  for (const { name, body, expect } of vectors.filter((vector) => text(vector.body ?? '').includes('"headers"') && !vector.error && !skipped.includes(vector.name))) {
    it(name, () => {
      const items = [JSON.parse(text(body ?? ''))].flat() as { headers?: unknown }[];
      items.forEach(({ headers }, i) => {
        if (expect?.items[i]?.error) {
          assert.throws(() => checkHeaders(headers), { code: expect.items[i].error });
        } else {
          checkHeaders(headers);
        }
      });
    });
  }
});

describe('messages of the server', () => {
  const { vectors } = readVectors('vectors/server-frames.json') as {
    vectors: { name: string; kind: string; frame: Record<string, unknown>; sse?: { event: string | null; data: unknown } }[];
  };
  for (const { name, frame } of vectors.filter((vector) => 'push' in vector.frame)) {
    it(`over WebSocket: ${name}`, async () => {
      const { received, end } = await receiveFrames(JSON.stringify(frame));
      if (frame.push === 'end') {
        assert.equal(end.code, frame.code);
        assert.equal(end.retry, frame.retry);
        assert.equal(end.retryAfterMillis, frame.retryAfter && (frame.retryAfter as number) * 1000);
      } else {
        assert.deepEqual(received, [frame.push === 'expiring' ? { push: 'expiring' } : frame]);
      }
    });
  }
  for (const { name, sse } of vectors.filter((vector) => vector.sse)) {
    it(`as an event in arbitrary pieces: ${name}`, () => {
      const stream = `: hello\r\n\r\n${sse?.event ? `event: ${sse.event}\n` : ''}id: x\ndata: ${JSON.stringify(sse?.data)}\n\ndata: incomplete`;
      for (const size of [1, 2, 7, 1000]) {
        const events: unknown[] = [];
        const parser = new SseParser((event) => events.push(event));
        for (let from = 0; from < stream.length; from += size) {
          parser.push(stream.slice(from, from + size));
        }
        assert.deepEqual(events, [{ event: sse?.event ?? 'message', data: JSON.stringify(sse?.data) }]);
      }
    });
  }
});

describe('messages of the server in version 2', () => {
  interface Input { number: number; channel: string; partition: number; sequence: number; epoch: string; id: string; chosenId: boolean; payload: string; meta?: string; time: number }
  const { publications, channels, subscribed, joined } = readVectors('vectors/compact-frames.json') as {
    publications: { name: string; include?: string[]; input: Input; text: string }[];
    channels: { name: string; input: Input; frame: ChannelNumber }[];
    subscribed: { name: string; input: { channel: string; numbers: Record<string, number>; heads: ChannelPosition[] }; result: Subscribed }[];
    joined: { name: string; messages: string[]; text: string }[];
  };
  const expected = ({ number, chosenId, id, time, payload, meta, ...rest }: Input, include: readonly string[] = []) => ({
    ...(number > 0 ? rest : {}),
    payload: JSON.parse(payload) as unknown,
    ...(meta === undefined ? {} : { meta: JSON.parse(meta) as unknown }),
    ...(chosenId || include.includes('id') ? { id } : {}),
    ...(include.includes('time') ? { time } : {}),
  });
  for (const { name, include, input, text: message } of publications) {
    it(name, () => {
      const table = new ChannelTable();
      table.update(input.channel, [input], input.number);
      assert.deepEqual(table.expand(JSON.parse(message) as CompactPublication), expected(input, include));
    });
  }
  for (const { name, input, frame } of channels) {
    it(name, () => {
      const table = new ChannelTable();
      table.update(frame.channel, [frame]);
      const { channel, partition, epoch, number } = input;
      assert.deepEqual(table.expand({ c: number, p: partition, s: 1, d: 1 }), { channel, partition, sequence: 1, epoch, payload: 1 });
    });
  }
  for (const { name, input, result } of subscribed) {
    it(name, () => {
      const table = new ChannelTable();
      table.update(result.channel, result.positions, result.number);
      for (const { channel, partition, epoch } of input.heads) {
        assert.deepEqual(table.expand({ c: input.numbers[channel]!, p: partition, s: 1, d: 1 }), { channel, partition, sequence: 1, epoch, payload: 1 });
      }
    });
  }
  for (const { name, messages, text: frame } of joined) {
    it(`joined: ${name}`, async () => {
      const alone = (await receiveFrames(...messages)).received;
      assert.deepEqual((await receiveFrames(frame)).received, alone);
      assert.equal(alone.length, messages.filter((message) => message.includes('"c"')).length);
    });
  }
});

/**
 * Returns the messages that a session passes on from these frames, after it subscribed to channel
 * number 1, and how it ended.
 */
async function receiveFrames(...frames: string[]): Promise<{ received: unknown[]; end: BroadcastyError }> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'broadcasty.v2' });
  await new Promise((listening) => server.once('listening', listening));
  server.once('connection', (socket) =>
    socket.once('message', () => {
      socket.send('{"reply":1,"result":{"session":"s","protocol":2,"subject":"a","tenant":"t","expires":1,"pingInterval":25000}}');
      socket.send('{"push":"channel","number":1,"channel":"o","epoch":"e"}');
      frames.forEach((frame) => socket.send(frame));
      socket.close(4503);
    }),
  );
  const received: unknown[] = [];
  const listener = new Proxy({} as SessionListener, { get: (_, method) => (message: unknown) => received.push({ push: String(method).slice(2).toLowerCase(), ...(message as object) }) });
  const { port } = server.address() as { port: number };
  const session = await webSocketTransport.open({ baseUrl: `http://127.0.0.1:${port}`, fetch, WebSocket: WebSocket as never, clock: clientClock(), connectTimeoutMs: 2000, protocol: 'v2', include: '' }, 't', listener);
  const end = await session.ended;
  server.close();
  return { received, end };
}

it('the close codes match protocol/codes.json', () => {
  const { codes } = readVectors('codes.json') as { codes: { code: string; close?: number; retry: string }[] };
  const closes = codes.filter(({ close }) => close);
  assert.equal(Object.keys(CLOSE_CODES).length, closes.length);
  closes.forEach(({ code, close }) => assert.equal(CLOSE_CODES[close!], code));
  codes.forEach(({ code, retry }) => assert.equal((RETRIES as Record<string, string>)[code] ?? 'no', retry));
});

it('the parser accepts CR, LF or both as line ends, and data of several lines', () => {
  const events: unknown[] = [];
  const parser = new SseParser((event) => events.push(event));
  for (const piece of ['data: a\r', '\ndata:b\r\r', 'event: x\ndata\n\n', ':c\n\n']) {
    parser.push(piece);
  }
  assert.deepEqual(events, [
    { event: 'message', data: 'a\nb' },
    { event: 'x', data: '' },
  ]);
});

