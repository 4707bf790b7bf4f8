// Writes src/codes.ts from protocol/codes.json; with --check only says whether they are in step.
import { readFileSync, writeFileSync } from 'node:fs';

const source = new URL('../../protocol/codes.json', import.meta.url);
const target = new URL('../src/codes.ts', import.meta.url);
const { codes } = JSON.parse(readFileSync(source, 'utf8'));

const union = codes.map(({ code }) => `  | '${code}'`).join('\n');
const closes = codes
  .filter(({ close }) => close)
  .map(({ code, close, retry }) => `  ${close}: ['${code}', '${retry}'],`)
  .join('\n');
const text = `// Made from protocol/codes.json by \`npm run codes\`; do not edit.

/** Whether the same request can succeed: never, at once, or after a wait. */
export type Retry = 'no' | 'yes' | 'after';

/** What the server calls a refusal or an end. */
export type ServerCode =
${union};

/** The code and the retry rule of each number that closes a WebSocket. */
export const CLOSE_CODES: Readonly<Record<number, readonly [ServerCode, Retry]>> = {
${closes}
};
`;

if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== text) {
    console.error('src/codes.ts is not in step with protocol/codes.json: run `npm run codes`');
    process.exit(1);
  }
} else {
  writeFileSync(target, text);
}
