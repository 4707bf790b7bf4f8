// Bundles each entry point to ESM, what they share into chunks, so that an error is of one class whoever throws it; the types
// are written by tsc.
import { rmSync } from 'node:fs';
import { build } from 'esbuild';

const entryPoints = { index: 'src/index.ts', push: 'src/push.ts', tabs: 'src/tabs/client.ts', react: 'src/bindings/react.ts', vue: 'src/bindings/vue.ts' };

rmSync('dist', { recursive: true, force: true });
await build({
  entryPoints,
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  target: 'es2022',
  platform: 'neutral',
  external: ['react', 'vue'],
  sourcemap: true,
  legalComments: 'none',
});
