import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Inbox } from '../src/inbox.js';
import type { Backpressure, InboxSettings } from '../src/inbox.js';
import { FakeClock } from './fake-clock.js';

function createInbox(mode: Backpressure, max: number, cost: number, settings: Partial<InboxSettings> = {}) {
  const clock = new FakeClock();
  const received: number[] = [];
  const calls = { dropped: 0, drained: 0, failed: 0 };
  const box = new Inbox<number>({
    mode,
    max,
    clock,
    handler: (item: number) => {
      received.push(item);
      clock.elapse(cost);
    },
    onError: () => calls.failed++,
    onDropped: (count) => (calls.dropped += count),
    onDrained: () => calls.drained++,
    ...settings,
  });
  const put = (item: number) => {
    box.push(item);
    box.run();
  };
  return { clock, received, calls, box, put };
}

describe('an inbox', () => {
  it('delivers at once while the handler is fast', () => {
    const { received, put } = createInbox('queue', 10, 0);
    [1, 2, 3].forEach((item) => put(item));
    assert.deepEqual(received, [1, 2, 3]);
  });

  it('yields to the page after 8 ms of handlers', () => {
    const { received, clock, put } = createInbox('queue', 100, 5);
    for (let i = 0; i < 10; i++) {
      put(i);
    }
    assert.equal(received.length, 2);
    clock.advance(1);
    assert.equal(received.length, 4);
    clock.advance(1000);
    assert.deepEqual(received, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('queue: is full at its limit, and reports room when half of it is handled', () => {
    const { received, calls, box, clock, put } = createInbox('queue', 4, 5);
    for (let i = 0; box.hasRoom(); i++) {
      put(i);
    }
    assert.equal(box.size, 4);
    assert.equal(calls.drained, 0);
    clock.advance(0);
    assert.equal(box.size, 2);
    assert.equal(calls.drained, 1);
    assert.ok(box.hasRoom());
    clock.advance(100);
    assert.deepEqual(received, [0, 1, 2, 3, 4, 5]);
    assert.equal(calls.drained, 1);
  });

  it('drop: drops the oldest, reports how many, and always has room', () => {
    const { received, calls, box, clock, put } = createInbox('drop', 3, 8);
    for (let i = 0; i < 100; i++) {
      assert.ok(box.hasRoom());
      put(i);
      assert.ok(box.size <= 3);
    }
    clock.advance(1000);
    assert.deepEqual(received, [0, 97, 98, 99]);
    assert.equal(calls.dropped, 96);
  });

  it('slow-start: doubles the batch while the handler keeps up', () => {
    const { received, clock, put } = createInbox('slow-start', 100, 0);
    for (let i = 0; i < 20; i++) {
      put(i);
    }
    const at: number[] = [];
    for (let frame = 0; frame < 5; frame++) {
      clock.advance(16);
      at.push(received.length);
    }
    assert.deepEqual(at, [1, 3, 7, 15, 20]);
  });

  it('slow-start: halves the batch when the handler does not keep up', () => {
    const { received, clock, put } = createInbox('slow-start', 100, 5);
    for (let i = 0; i < 20; i++) {
      put(i);
    }
    const steps: number[] = [];
    for (let frame = 0; frame < 6; frame++) {
      const before = received.length;
      clock.advance(16);
      steps.push(received.length - before);
    }
    assert.ok(steps.every((step) => step <= 2), steps.join());
  });

  it('waits for a handler that returns a promise, and continues after one that fails', async () => {
    const received: number[] = [];
    let release: () => void = () => undefined;
    const { calls, clock, put } = createInbox('queue', 10, 0, {
      handler: (item: number) => {
        received.push(item);
        if (item === 1) {
          return new Promise<void>((resolve) => (release = resolve));
        }
        throw new Error('handler');
      },
    });
    put(1);
    put(2);
    clock.advance(100);
    assert.deepEqual(received, [1]);
    release();
    await new Promise(setImmediate);
    clock.advance(100);
    assert.deepEqual(received, [1, 2]);
    assert.equal(calls.failed, 1);
  });

  it('delivers nothing after close', () => {
    const { received, box, clock, put } = createInbox('queue', 10, 8);
    [1, 2, 3].forEach((item) => put(item));
    box.close();
    clock.advance(100);
    assert.deepEqual(received, [1]);
  });

  it('returns items from take()', async () => {
    const { box, put } = createInbox('queue', 2, 0, { handler: undefined });
    const first = box.take();
    [1, 2, 3].forEach((item) => put(item));
    assert.equal(await first, 1);
    assert.equal(await box.take(), 2);
    assert.equal(await box.take(), 3);
    const none = box.take();
    box.close();
    assert.equal(await none, undefined);
  });
});
