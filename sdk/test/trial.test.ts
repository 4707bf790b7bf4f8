/** Tests of handlers, tokens and clocks that misbehave, over both transports. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FakeClock } from './fake-clock.js';
import type { FakeServer } from './fake-server.js';
import { token } from './fake-server.js';
import { client as make, clientsOf, Recorder, runEventLoop, waitUntil } from './support.js';

for (const transport of ['ws', 'sse'] as const) {
  describe(`over ${transport}`, { timeout: 20_000 }, () => {
    let server: FakeServer;
    const connect = clientsOf((started) => (server = started), { transport });

    it('getToken() that never settles ends every call in time, and is called again', async () => {
      let asked = 0;
      const client = connect({ connectTimeoutMs: 50, getToken: () => (asked++ === 0 ? new Promise<string>(() => undefined) : token()) });
      await client.connect();
      assert.ok(asked >= 2); // more where a connection takes longer than that
      const never = connect({ connectTimeoutMs: 50, getToken: () => new Promise<string>(() => undefined) });
      await assert.rejects(never.connect({ timeoutMs: 200 }), { code: 'no_token' });
      await assert.rejects(never.publish({ channel: 'a', payload: 1, timeoutMs: 200 }), { code: 'no_token' });
      await assert.rejects(never.replay({ channel: 'a' }), { code: 'no_token' });
    });

    it('a clock that is two hours ahead does not refresh tokens all the time', async () => {
      const clock = new FakeClock(Date.now() + 7_200_000);
      let asked = 0;
      const client = connect({ clock, getToken: () => (asked++, token({ expires: Date.now() + 3_600_000 })) });
      await client.subscribe({ channel: 'a' });
      for (let second = 0; second < 20; second++) {
        clock.advance(1000);
        await runEventLoop();
      }
      assert.equal(asked, 1);
    });

    it('an error of a handler is reported as uncaught if nobody listens', async () => {
      const uncaught: unknown[] = [];
      const others = process.listeners('uncaughtException');
      process.removeAllListeners('uncaughtException');
      process.on('uncaughtException', (error) => uncaught.push(error.message));
      try {
        const client = connect();
        const recorder = new Recorder();
        const onMessage = () => {
          throw new Error('boom');
        };
        await client.subscribe({ channel: 'a', onMessage });
        await client.subscribe({ channel: 'a', onMessage, on: { error: ({ code }) => uncaught.push(code) } });
        await client.subscribe({ channel: 'a', onMessage: recorder.add });
        server.publish({ channel: 'a', payload: 1 });
        await waitUntil('both', () => uncaught.length === 2 && recorder.all.length === 1);
        assert.deepEqual(uncaught.sort(), ['boom', 'handler_failed']);
      } finally {
        process.removeAllListeners('uncaughtException');
        others.forEach((listener) => process.on('uncaughtException', listener));
      }
    });

    it('a handler of requests that throws answers with an error, and one without a result with null', async () => {
      const client = connect();
      const onRequest = ({ payload }: { payload: unknown }) => {
        if (payload === 'bad') {
          throw new Error('boom');
        }
      };
      await client.respond({ channel: 'rpc:a', onRequest, on: { error: () => undefined } });
      await assert.rejects(client.request({ channel: 'rpc:a', payload: 'bad', timeoutMs: 5000 }), { code: 'handler_failed' });
      assert.equal((await client.request({ channel: 'rpc:a', payload: 'good' })).payload, null);
    });

    it('a join that the server refuses is refused to the caller', async () => {
      if (transport === 'ws') {
        server.joinProblems = [{ code: 'forbidden', status: 403 }];
        await assert.rejects(connect().presence('presence-a', { join: true }), { code: 'forbidden' });
      }
    });

    it('a member can be changed', async () => {
      const client = connect();
      const view = await client.presence('presence-a', { member: { name: 'Ann' } });
      await view.update({ name: 'Anna' });
      await waitUntil('the change', () => view.members.get('ann')?.name === 'Anna');
    });
  });
}

it('a base URL with a query is refused', () => {
  for (const baseUrl of ['https://a.example?x=1', 'https://a.example/#x', 'https://']) {
    assert.throws(() => make(baseUrl), /baseUrl must be/);
  }
});
