import assert from 'node:assert/strict';

/** Waits for something to be so, for at most a minute. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, millis = 60_000): Promise<void> {
  const end = Date.now() + millis;
  while (!(await holds())) {
    assert.ok(Date.now() < end, `it did not happen: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
