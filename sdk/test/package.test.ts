/** Tests of the package as applications install it: its files, its types, and both module systems. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import ts from 'typescript';
import { packedProject } from './packed.js';
import type { PackedProject } from './packed.js';

const run = promisify(execFile);

/** Uses something of each entry point. */
const ENTRIES = {
  client: `import BroadcastyClient, { BroadcastyError, CoreClient, fullJitter } from '@broadcasty/client';
import type { ClientOptions, ConnectionEvents, Publication } from '@broadcasty/client';
import { WebPush } from '@broadcasty/client/push';
import { SharedClient } from '@broadcasty/client/tabs';
import { CookieSession, streamUrl } from '@broadcasty/client/ticket';
const options: ClientOptions = { baseUrl: 'https://a.example', getToken: () => 't', backoff: fullJitter() };
export const client: BroadcastyClient = new SharedClient(options);
export const core = new CoreClient(options);
export const push = new WebPush(options);
export const url: () => Promise<string> = () => streamUrl(options, 'sse', { channel: 'a' });
export const session: () => Promise<CookieSession> = () => CookieSession.open(options);
export const state = (): ConnectionEvents['state']['state'] => client.state;
export async function first(): Promise<Publication<number> | undefined> {
  for await (const publication of await client.subscribe<number>({ channel: 'a', last: 1 })) {
    return publication;
  }
  throw new BroadcastyError('timeout', 'nothing');
}
`,
  react: `import { BroadcastyProvider, useChannel, usePresence } from '@broadcasty/client/react';
export const provider = BroadcastyProvider;
export const useRoom = () => [useChannel<string>('a', { last: 5 }).publications[0]?.payload.length, usePresence('presence-a').members.length];
`,
  vue: `import { createBroadcasty, useChannel } from '@broadcasty/client/vue';
import BroadcastyClient from '@broadcasty/client';
export const plugin = createBroadcasty(new BroadcastyClient({ baseUrl: 'https://a.example', getToken: () => 't' }));
export const useRoom = () => useChannel<string>('a', { last: 5 }).publications.value[0]?.payload.length;
`,
};

const STRICT: ts.CompilerOptions = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, skipDefaultLibCheck: true, noEmit: true, target: ts.ScriptTarget.ES2022, types: [] };
const DOM = ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts', 'lib.dom.asynciterable.d.ts'];
/** The libraries of TypeScript, which are the same for all. */
const parsedLibraries = new Map<string, ts.SourceFile>();
const NODE16 = { module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16 };
const BUNDLER = { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler };

describe('the packed package', { timeout: 180_000 }, () => {
  let project: PackedProject;
  /** When the files that a build writes were changed; other tests read them meanwhile. */
  const changed = () => ['../dist/index.js', '../../src/main/webapp/broadcasty-client.js'].map((path) => new URL(path, import.meta.url)).map((file) => existsSync(file) && statSync(file).mtimeMs);
  const earlier = changed();
  before(async () => {
    project = await packedProject(true);
  });
  after(() => project.close());

  it('is built without a change to the build of the sources', () => assert.deepEqual(changed(), earlier));

  it('has everything that it names, and its license and documentation', () => {
    const read = (name: string) => readFileSync(join(project.directory, 'node_modules/@broadcasty/client', name), 'utf8');
    const { exports } = JSON.parse(read('package.json')) as { exports: object };
    const named = JSON.stringify(exports).match(/\.\/dist\/[^"]+/g) ?? [];
    assert.ok(named.length >= 20);
    assert.deepEqual(named.filter((name) => !project.files.includes(name.slice(2))), []);
    assert.match(read('LICENSE'), /MIT License/);
    assert.match(read('README.md'), /^# @broadcasty\/client/);
    assert.deepEqual(project.files.filter((name) => /^(src|test|examples|scripts)\b|\.tsbuildinfo$/.test(name)), []);
  });

  for (const [mode, options, extension] of [
    ['node16 from an ES module', NODE16, 'mts'],
    ['node16 from CommonJS', NODE16, 'cts'],
    ['a bundler', BUNDLER, 'ts'],
  ] as const) {
    for (const [library, lib, entries] of [
      ['the DOM library', DOM, extension === 'ts' ? (['client', 'react', 'vue'] as const) : (['client', 'react'] as const)],
      ['no DOM library', ['lib.es2022.d.ts'], ['client', 'react'] as const],
    ] as const) {
      it(`has types for ${mode}, with ${library}`, () => {
        const files = entries.map((entry) => {
          const file = join(project.directory, `${entry}.${extension}`);
          // node16 from CommonJS has no default of the module itself
          writeFileSync(file, extension === 'cts' ? ENTRIES[entry].replace(/import BroadcastyClient(, \{)?/, (_, more) => `import { BroadcastyClient${more === undefined ? ' }' : ','}`) : ENTRIES[entry]);
          return file;
        });
        const compilerOptions = { ...STRICT, ...options, lib: [...lib] };
        const host = ts.createCompilerHost(compilerOptions);
        const parse = host.getSourceFile.bind(host);
        host.getSourceFile = (name, ...rest) => {
          const isLibrary = name.startsWith(host.getDefaultLibLocation?.() ?? '?');
          const source = (isLibrary && parsedLibraries.get(name)) || parse(name, ...rest);
          if (isLibrary && source) {
            parsedLibraries.set(name, source);
          }
          return source;
        };
        const program = ts.createProgram(files, compilerOptions, host);
        const found = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => `${file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`);
        assert.deepEqual(found, []);
      });
    }
  }

  it('is loaded by import and by require, each with one class of errors', async () => {
    const check = (load: string) => `
      (async () => {
        const names = ['', '/push', '/tabs', '/react', '/vue', '/ticket'];
        const [main, push, tabs, react, vue, ticket] = await Promise.all(names.map((name) => ${load}('@broadcasty/client' + name)));
        const shared = new tabs.SharedClient({ baseUrl: 'https://a.example', getToken: () => 't' });
        shared.close();
        const error = await shared.publish({ channel: 'a', payload: 1n }).catch((thrown) => thrown);
        console.log(error instanceof main.BroadcastyError && shared instanceof main.BroadcastyClient && typeof push.WebPush === 'function' && typeof ticket.streamUrl === 'function' && typeof react.useChannel === 'function' && typeof vue.useChannel === 'function');
      })();`;
    for (const [name, load] of [['load.mjs', '(name) => import(name)'], ['load.cjs', 'require']] as const) {
      writeFileSync(join(project.directory, name), check(`(${load})`));
      assert.equal((await run(process.execPath, [name], { cwd: project.directory })).stdout, 'true\n');
    }
  });
});
