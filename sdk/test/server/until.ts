import assert from 'node:assert/strict';

/** Waits until a condition holds, for at most a minute. */
export async function waitUntil(what: string, condition: () => boolean | Promise<boolean>, millis = 60_000): Promise<void> {
  const end = Date.now() + millis;
  while (!(await condition())) {
    assert.ok(Date.now() < end, `timed out waiting: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
