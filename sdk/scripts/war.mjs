// Bundles the client with push as one file, for the demo page of the WAR and for pages without a
// bundler. With --check it only compares the two. The first line has the digest of the sources,
// with which the Maven build checks the bundle without Node.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { privateNames } from './private-names.mjs';

const target = new URL('../../src/main/webapp/broadcasty-client.js', import.meta.url);
const sources = new URL('../src/', import.meta.url);

const digest = createHash('sha256');
for (const name of readdirSync(sources, { recursive: true }).map((path) => path.replaceAll('\\', '/')).filter((path) => path.endsWith('.ts')).sort()) {
  digest.update(`${name}\n`).update(readFileSync(new URL(name, sources)));
}
const { outputFiles } = await build({
  stdin: { contents: "export * from './src/index.ts'; export { WebPush } from './src/push.ts';", resolveDir: fileURLToPath(new URL('..', import.meta.url)) },
  bundle: true,
  format: 'esm',
  target: 'es2022',
  mangleProps: privateNames,
  minify: true,
  legalComments: 'none',
  banner: { js: `// @broadcasty/client, built from sdk/src by \`npm run build\`; sha256 of the sources: ${digest.digest('hex')}` },
  write: false,
});
const [{ text }] = outputFiles;

if (!process.argv.includes('--check')) {
  writeFileSync(target, text);
} else if (readFileSync(target, 'utf8') !== text) {
  console.error('src/main/webapp/broadcasty-client.js differs from what sdk/src builds; run `npm run build`');
  process.exit(1);
}
