// Bundles each entry point to ESM; the types are written by tsc.
import { build } from 'esbuild';

export const options = {
  entryPoints: ['src/index.ts'],
  outdir: 'dist',
  bundle: true,
  format: 'esm',
  target: 'es2022',
  platform: 'neutral',
  sourcemap: true,
  legalComments: 'none',
};

await build(options);
