// Checks the size of each entry point, tree-shaken, minified and compressed, against its budget.
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { privateNames } from './private-names.mjs';

const BUDGETS = [
  { name: 'CoreClient', contents: "export { CoreClient } from './src/index.ts';", budget: 8192 },
  { name: 'BroadcastyClient', contents: "export { BroadcastyClient } from './src/index.ts';", budget: 15872 },
  { name: 'SharedClient', contents: "export { SharedClient } from './src/tabs/client.ts';", budget: 18944 },
  { name: 'push', contents: "export * from './src/push.ts';", budget: 3584 },
  { name: 'ticket', contents: "export * from './src/ticket.ts';", budget: 2560 },
  { name: 'react', contents: "export * from './src/bindings/react.ts';", budget: 2560 },
  { name: 'vue', contents: "export * from './src/bindings/vue.ts';", budget: 2560 },
];

let over = false;
for (const { name, contents, budget } of BUDGETS) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: '.' },
    bundle: true,
    format: 'esm',
    target: 'es2022',
    mangleProps: privateNames,
    minify: true,
    external: ['react', 'vue'],
    write: false,
  });
  const built = outputFiles[0].contents;
  const bytes = gzipSync(built, { level: 9 }).length;
  console.log(`${name}: ${bytes} bytes gzip of ${budget} (${built.length} minified)`);
  over ||= bytes > budget;
}
if (over) {
  console.error('a bundle exceeds its budget');
  process.exit(1);
}
