import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Inbox } from '../src/inbox.js';
import type { Backpressure, InboxSettings } from '../src/inbox.js';
import { FakeClock } from './fake-clock.js';

function inbox(mode: Backpressure, max: number, cost: number, settings: Partial<InboxSettings> = {}) {
  const clock = new FakeClock();
  const got: number[] = [];
  const told = { dropped: 0, drained: 0, failed: 0 };
  const box = new Inbox<number>({
    mode,
    max,
    clock,
    handler: (item: number) => {
      got.push(item);
      clock.spend(cost);
    },
    onError: () => told.failed++,
    onDropped: (count) => (told.dropped += count),
    onDrained: () => told.drained++,
    ...settings,
  });
  return { clock, got, told, box };
}

describe('an inbox', () => {
  it('hands over at once while the handler is fast', () => {
    const { got, box } = inbox('queue', 10, 0);
    [1, 2, 3].forEach((item) => box.push(item));
    assert.deepEqual(got, [1, 2, 3]);
  });

  it('gives the page its turn when handlers took 8 ms', () => {
    const { got, box, clock } = inbox('queue', 100, 5);
    for (let i = 0; i < 10; i++) {
      box.push(i);
    }
    assert.equal(got.length, 2);
    clock.advance(1);
    assert.equal(got.length, 4);
    clock.advance(1000);
    assert.deepEqual(got, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('queue: has no room beyond its bound, and tells when half of it is handled', () => {
    const { got, told, box, clock } = inbox('queue', 4, 5);
    for (let i = 0; box.hasRoom(); i++) {
      box.push(i);
    }
    assert.equal(box.size, 4);
    assert.equal(told.drained, 0);
    clock.advance(0);
    assert.equal(box.size, 2);
    assert.equal(told.drained, 1);
    assert.ok(box.hasRoom());
    clock.advance(100);
    assert.deepEqual(got, [0, 1, 2, 3, 4, 5]);
    assert.equal(told.drained, 1);
  });

  it('drop: lets go of the oldest, tells how many, and always has room', () => {
    const { got, told, box, clock } = inbox('drop', 3, 8);
    for (let i = 0; i < 100; i++) {
      assert.ok(box.hasRoom());
      box.push(i);
      assert.ok(box.size <= 3);
    }
    clock.advance(1000);
    assert.deepEqual(got, [0, 97, 98, 99]);
    assert.equal(told.dropped, 96);
  });

  it('slow-start: doubles what it hands over at a time while the handler keeps up', () => {
    const { got, box, clock } = inbox('slow-start', 100, 0);
    for (let i = 0; i < 20; i++) {
      box.push(i);
    }
    const at: number[] = [];
    for (let frame = 0; frame < 5; frame++) {
      clock.advance(16);
      at.push(got.length);
    }
    assert.deepEqual(at, [1, 3, 7, 15, 20]);
  });

  it('slow-start: hands over half as many when the handler does not keep up', () => {
    const { got, box, clock } = inbox('slow-start', 100, 5);
    for (let i = 0; i < 20; i++) {
      box.push(i);
    }
    const steps: number[] = [];
    for (let frame = 0; frame < 6; frame++) {
      const before = got.length;
      clock.advance(16);
      steps.push(got.length - before);
    }
    assert.ok(steps.every((step) => step <= 2), steps.join());
  });

  it('waits for a handler that returns a promise, and survives one that fails', async () => {
    const got: number[] = [];
    let release: () => void = () => undefined;
    const { told, box, clock } = inbox('queue', 10, 0, {
      handler: (item: number) => {
        got.push(item);
        if (item === 1) {
          return new Promise<void>((resolve) => (release = resolve));
        }
        throw new Error('handler');
      },
    });
    box.push(1);
    box.push(2);
    clock.advance(100);
    assert.deepEqual(got, [1]);
    release();
    await new Promise(setImmediate);
    clock.advance(100);
    assert.deepEqual(got, [1, 2]);
    assert.equal(told.failed, 1);
  });

  it('hands over nothing after close', () => {
    const { got, box, clock } = inbox('queue', 10, 8);
    [1, 2, 3].forEach((item) => box.push(item));
    box.close();
    clock.advance(100);
    assert.deepEqual(got, [1]);
  });

  it('is taken from by who asks', async () => {
    const { box } = inbox('queue', 2, 0, { handler: undefined });
    const first = box.take();
    [1, 2, 3].forEach((item) => box.push(item));
    assert.equal(await first, 1);
    assert.equal(await box.take(), 2);
    assert.equal(await box.take(), 3);
    const none = box.take();
    box.close();
    assert.equal(await none, undefined);
  });
});
