/** Tests tickets for the browser’s own streams, and the session in a cookie. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { CookieSession, streamUrl } from '../src/ticket.js';
import type { BroadcastyError, ServerOptions } from '../src/ticket.js';
import { FakeClock } from './fake-clock.js';
import { waitUntil } from './support.js';

interface Seen {
  method: string;
  url: string;
  authorization: string | null;
}

/** A server that answers in turn; the last answer again and again. */
function server(...answers: (() => Response)[]): { options: ServerOptions; clock: FakeClock; seen: Seen[] } {
  const seen: Seen[] = [];
  const clock = new FakeClock();
  let tokens = 0;
  const fakeFetch = (input: string | URL | Request, init?: RequestInit) => {
    const url = input instanceof Request ? input.url : String(input);
    seen.push({ method: init?.method ?? 'GET', url, authorization: new Headers(init?.headers).get('Authorization') });
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    return Promise.resolve((answer as () => Response)());
  };
  const getToken = () => `token-${++tokens}`;
  return { options: { baseUrl: 'https://rt.example/app/', getToken, fetch: fakeFetch, clock }, clock, seen };
}

const json = (body: unknown, status = 200) => () => Response.json(body, { status });
const problem = json({ code: 'unavailable', detail: 'later' }, 503);

it('a stream is opened by a ticket, and no URL has the token', async () => {
  const { options, seen } = server(json({ ticket: 'abc', expiresIn: 30 }));
  assert.equal(await streamUrl(options, 'sse', { channel: ['a', 'b'], fromSequence: 0 }), 'https://rt.example/app/broadcasty/sse?ticket=abc&channel=a&channel=b&fromSequence=0');
  assert.equal(await streamUrl(options, 'ws'), 'wss://rt.example/app/broadcasty/ws?ticket=abc');
  assert.deepEqual(seen, [
    { method: 'POST', url: 'https://rt.example/app/broadcasty/ticket', authorization: 'Bearer token-1' },
    { method: 'POST', url: 'https://rt.example/app/broadcasty/ticket', authorization: 'Bearer token-2' },
  ]);
});

it('a refused ticket is an error with its code', async () => {
  const { options } = server(problem);
  await assert.rejects(streamUrl(options, 'sse'), { code: 'unavailable' });
});

it('a session is renewed before it ends, and ends once', async () => {
  const { options, clock, seen } = server(
    () => Response.json({ expires: clock.now() + 300_000 }),
    () => Response.json({ expires: clock.now() + 300_000 }),
    () => new Response(null, { status: 204 }),
  );
  const session = await CookieSession.open(options);
  assert.equal(session.expires, clock.now() + 300_000);
  clock.advance(269_999);
  assert.equal(seen.length, 1);
  clock.advance(1);
  await waitUntil('the renewal', () => session.expires === clock.now() + 300_000);
  assert.deepEqual(
    seen.map(({ authorization }) => authorization),
    ['Bearer token-1', 'Bearer token-2'],
  );
  await session.close();
  assert.deepEqual(seen[2], { method: 'DELETE', url: 'https://rt.example/app/broadcasty/session', authorization: null });
  clock.advance(10 * 300_000);
  assert.equal(seen.length, 3);
  assert.equal(clock.pending, 0);
});

it('a renewal under way does not outlive the session', async () => {
  const { options, clock, seen } = server(
    () => Response.json({ expires: clock.now() + 60_000 }),
    () => Response.json({ expires: clock.now() + 60_000 }),
    () => new Response(null, { status: 204 }),
  );
  const session = await CookieSession.open(options);
  clock.advance(30_000);
  await session.close();
  assert.deepEqual(
    seen.map(({ method }) => method),
    ['POST', 'POST', 'DELETE'],
  );
  assert.equal(clock.pending, 0);
});

it('a renewal that fails is told and tried again', async () => {
  const errors: BroadcastyError[] = [];
  const { options, clock } = server(
    () => Response.json({ expires: clock.now() + 60_000 }),
    problem,
    () => Response.json({ expires: clock.now() + 60_000 }),
  );
  const session = await CookieSession.open({ ...options, onFailure: (error) => errors.push(error) });
  clock.advance(30_000);
  await waitUntil('the error', () => errors.length === 1);
  assert.equal(errors[0]?.code, 'unavailable');
  clock.advance(5_000);
  await waitUntil('the renewal', () => session.expires === clock.now() + 60_000);
});
