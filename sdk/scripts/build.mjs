// Bundles each entry point as an ES module, with shared chunks, so that all entry points have the
// same error class. tsc writes the types, and the CommonJS modules for those who require() them.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';
import { privateNames } from './private-names.mjs';

const entryPoints = { index: 'src/index.ts', push: 'src/push.ts', ticket: 'src/ticket.ts', tabs: 'src/tabs/client.ts', react: 'src/bindings/react.ts', vue: 'src/bindings/vue.ts' };

rmSync('dist', { recursive: true, force: true });
await build({
  entryPoints,
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  target: 'es2022',
  mangleProps: privateNames,
  platform: 'neutral',
  external: ['react', 'vue'],
  sourcemap: true,
  legalComments: 'none',
});
mkdirSync('dist/cjs');
writeFileSync('dist/cjs/package.json', '{ "type": "commonjs" }\n');
if (existsSync(new URL('../../src/main/webapp/', import.meta.url))) { // not in a copy of the package alone
  await import('./war.mjs'); // in this process, which knows the private names
}
