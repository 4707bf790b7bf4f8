/** Tests of `broadcasty.v2`: channel numbers, omitted fields, and several messages in one frame. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ChannelTable } from '../src/channel-table.js';
import type { FakeServer } from './fake-server.js';
import { clientsOf, Recorder, runEventLoop, waitUntil } from './support.js';

describe('a channel table', () => {
  it('restores the omitted fields', () => {
    const table = new ChannelTable();
    table.update('a', [{ epoch: 'e0' }, { partition: 1, epoch: 'e1' }], 17);
    assert.deepEqual(table.expand({ c: 17, s: 1, d: null }), { channel: 'a', partition: 0, sequence: 1, epoch: 'e0', payload: null });
    const everything = { c: 17, s: 2, p: 1, i: '', e: 'made', d: {}, m: null, h: { a: 'b' }, o: 'c', r: 'd', t: 0, later: 'unknown' };
    assert.deepEqual(table.expand(everything), {
      channel: 'a', partition: 1, sequence: 2, epoch: 'e1', id: '', event: 'made', payload: {}, meta: null, headers: { a: 'b' }, correlationId: 'c', replyTo: 'd', time: 0,
    });
  });

  it('expands no publication of a channel, partition or epoch that was not announced', () => {
    const table = new ChannelTable();
    assert.equal(table.expand({ c: 1, s: 1, d: 1 }), undefined);
    table.update('a', [{ epoch: 'e' }], 1);
    assert.equal(table.expand({ c: 1, p: 1, s: 1, d: 1 }), undefined);
    assert.equal(table.expand({ c: 2, s: 1, d: 1 }), undefined);
  });

  it('stores the channels of a pattern, and the new epoch after a loss', () => {
    const table = new ChannelTable();
    table.update('o.*', [{ channel: 'o.a', number: 1, epoch: 'e' }, { channel: 'o.b', number: 2, epoch: 'f' }]);
    table.update('o.b', [{ partition: 0, epoch: 'g' }]);
    assert.deepEqual([1, 2].map((c) => table.expand({ c, s: 1, d: 0 })).map((one) => `${one?.channel} ${one?.epoch}`), ['o.a e', 'o.b g']);
  });

  it('uses the latest announcement of a number', () => {
    const table = new ChannelTable();
    table.update('a', [{ epoch: 'e' }], 1);
    table.update('b', [{ epoch: 'f' }], 1);
    assert.equal(table.expand({ c: 1, s: 1, d: 0 })?.channel, 'b');
  });
});

for (const transport of ['ws', 'sse'] as const) {
  describe(`compact over ${transport}`, { timeout: 20_000 }, () => {
    let server: FakeServer;
    const connect = clientsOf((started) => (server = started), { transport });
    const publish = (channel: string, ...payloads: unknown[]) => payloads.forEach((payload) => server.publish({ channel, payload }));

    it('delivers ids that publishers chose, and other ids and times on request', async () => {
      const [without, both] = [new Recorder(), new Recorder()];
      await connect().subscribe({ channel: 'a', onMessage: without.add });
      await connect({ include: ['id', 'time'] }).subscribe({ channel: 'a', onMessage: both.add });
      server.publish({ channel: 'a', payload: 1 });
      server.publish({ channel: 'a', payload: 2, id: 'mine' });
      await waitUntil('all', () => without.all.length === 2 && both.all.length === 2);
      const stored = server.stored('a');
      assert.deepEqual(without.all.map(({ id, time }) => [id, time]), [[undefined, undefined], ['mine', undefined]]);
      assert.deepEqual(both.all.map(({ id, time }) => [id, time]), stored.map(({ id, time }) => [id, time]));
      assert.ok(without.all.every((publication) => !('time' in publication)));
    });

    it('reconnects and resumes when a publication has an unknown number', async () => {
      const recorder = new Recorder();
      await connect().subscribe({ channel: 'o.*', onMessage: recorder.add });
      server.unknownNumberAfter = 3;
      publish('o.a', 1, 2);
      publish('o.b', 3, 4, 5, 6);
      await waitUntil('all', () => recorder.all.length === 6);
      assert.deepEqual([...recorder.payloads].sort(), [1, 2, 3, 4, 5, 6]);
      recorder.assertGapless();
    });

    it('accepts repeated numbers, and channels announced in the middle of a frame', async () => {
      server.repeatNumbers = true;
      server.partitions = 2;
      const recorder = new Recorder();
      await connect().subscribe({ channel: 'o.*', onMessage: recorder.add });
      for (let n = 0; n < 30; n++) {
        publish(`o.${n % 7}`, n);
      }
      await waitUntil('all', () => recorder.all.length === 30);
      recorder.assertGapless();
      assert.equal(server.requests.filter((request) => request === 'upgrade' || request === 'sse').length, 1);
    });

    it('discards publications in flight after an unsubscribe', async () => {
      const client = connect();
      const [gone, stays] = [new Recorder(), new Recorder()];
      const sub = await client.subscribe({ channel: 'a', onMessage: gone.add });
      await client.subscribe({ channel: 'b', onMessage: stays.add });
      publish('a', 1);
      await waitUntil('one', () => gone.all.length === 1);
      const last = server.stored('a')[0]!;
      sub.close();
      await waitUntil('the server knows', () => [...server.connections].every(({ targets }) => !targets.has('a')));
      await runEventLoop();
      const connections = () => server.requests.filter((request) => request === 'upgrade' || request === 'sse').length;
      const before = connections();
      [...server.connections].forEach((connection) => connection.announced.set('a', new Map([[0, last.epoch]]))); // as if it were still subscribed
      if (transport === 'ws') {
        server.sendRaw({ ...last, sequence: 2 });
      }
      publish('b', 2);
      await waitUntil('the other', () => stays.all.length === 1);
      assert.equal(gone.all.length, 1);
      assert.equal(connections(), before);
    });

    it('ignores the rest of a frame after the message that ends the connection', async () => {
      const recorder = new Recorder();
      const client = connect();
      const states: string[] = [];
      client.on('state', ({ state }) => states.push(state));
      await client.subscribe({ channel: 'a', onMessage: recorder.add });
      publish('a', 1);
      await waitUntil('one', () => recorder.all.length === 1);
      const first = server.stored('a')[0]!;
      states.length = 0;
      server.sendRaw({ ...first, sequence: 9, payload: 'a gap' });
      publish('a', 2, 3); // in flight with it, and replayed on the next connection
      await waitUntil('all', () => recorder.all.length === 3);
      assert.deepEqual(recorder.payloads, [1, 2, 3]);
      assert.equal(states.filter((state) => state === 'connected').length, 1);
    });
  });
}
