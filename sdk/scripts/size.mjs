// Holds each client, tree-shaken, minified and compressed as a web server sends it, to its budget in bytes.
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const BUDGETS = {
  CoreClient: 8192,
  BroadcastyClient: 13312,
};

let over = false;
for (const [name, budget] of Object.entries(BUDGETS)) {
  const { outputFiles } = await build({
    stdin: { contents: `export { ${name} } from './src/index.ts';`, resolveDir: '.' },
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    write: false,
  });
  const { contents } = outputFiles[0];
  const bytes = gzipSync(contents, { level: 9 }).length;
  console.log(`${name}: ${bytes} bytes gzip of ${budget} (${contents.length} minified)`);
  over ||= bytes > budget;
}
if (over) {
  console.error('over the budget');
  process.exit(1);
}
