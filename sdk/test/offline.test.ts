import assert from 'node:assert/strict';
import { it } from 'node:test';
import { IDBFactory } from 'fake-indexeddb';
import { openBestStore, indexedDbStore } from '../src/offline.js';

it('the IndexedDB store keeps its order across a reload', async () => {
  const factory = new IDBFactory();
  const before = await indexedDbStore('q', factory);
  for (let n = 0; n < 12; n++) {
    await before.add({ envelope: { id: `i${n}`, channel: 'a', payload: { n } }, owner: 'o' });
  }
  await before.remove('i3');
  await before.remove('unknown');
  const after = await indexedDbStore('q', factory);
  assert.deepEqual((await after.all()).map(({ envelope }) => (envelope.payload as { n: number }).n), [0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11]);
});

it('the best store is in memory where there is no other storage', async () => {
  const store = await openBestStore('q');
  await store.add({ envelope: { id: 'i', channel: 'a', payload: 1 }, owner: 'o' });
  assert.equal((await store.all()).length, 1);
});
