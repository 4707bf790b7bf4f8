// Generates src/codes.ts from protocol/codes.json. With --check it only compares the two.
import { readFileSync, writeFileSync } from 'node:fs';

const source = new URL('../../protocol/codes.json', import.meta.url);
const target = new URL('../src/codes.ts', import.meta.url);
const { codes } = JSON.parse(readFileSync(source, 'utf8'));

const union = codes.map(({ code }) => `  | '${code}'`).join('\n');
const closes = codes
  .filter(({ close }) => close)
  .map(({ code, close }) => `  ${close}: '${code}',`)
  .join('\n');
const retries = codes
  .filter(({ retry }) => retry !== 'no')
  .map(({ code, retry }) => `  ${code}: '${retry}',`)
  .join('\n');
const text = `// Generated from protocol/codes.json by \`npm run codes\`; do not edit.

/** Whether to try again: never, at once, or after a delay. */
export type Retry = 'no' | 'yes' | 'after';

/** The codes of the server’s errors and of the ends of streams. */
export type ServerCode =
${union};

/** The code of each WebSocket close code. */
export const CLOSE_CODES: Readonly<Record<number, ServerCode>> = {
${closes}
};

/** The retry rules of the codes that allow another attempt. */
export const RETRIES: Readonly<Partial<Record<ServerCode, Retry>>> = {
${retries}
};
`;

if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== text) {
    console.error('src/codes.ts differs from what protocol/codes.json generates; run `npm run codes`');
    process.exit(1);
  }
} else {
  writeFileSync(target, text);
}
