/** The package as npm packs it, installed in a project of its own. */
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SDK = fileURLToPath(new URL('..', import.meta.url));

/** A directory whose `node_modules` has the packed client; other packages are those of this one. */
export interface PackedProject {
  directory: string;
  /** The files of the package. */
  files: string[];
  close(): void;
}

/**
 * Packs the client and installs it. What is not built yet is built in a copy, since other tests run
 * meanwhile.
 *
 * @param fresh builds it as in a fresh clone, even if it is built
 */
export async function packedProject(fresh = false): Promise<PackedProject> {
  const directory = mkdtempSync(join(SDK, '.packed-'));
  const close = () => rmSync(directory, { recursive: true, force: true });
  try {
    const built = !fresh && isBuilt();
    const copied = join(directory, 'copy');
    const cwd = built ? SDK : copy(copied);
    await run('npm', ['pack', '--silent', '--pack-destination', directory, ...(built ? ['--ignore-scripts'] : [])], { cwd });
    rmSync(copied, { recursive: true, force: true });
    const archive = readdirSync(directory).find((name) => name.endsWith('.tgz')) ?? '';
    const target = join(directory, 'node_modules/@broadcasty/client');
    mkdirSync(target, { recursive: true });
    await run('tar', ['-xzf', join(directory, archive), '-C', target, '--strip-components=1']);
    writeFileSync(join(directory, 'package.json'), '{ "private": true, "type": "module" }\n');
    const files = readdirSync(target, { recursive: true }).map((path) => String(path).replaceAll('\\', '/'));
    return { directory, files, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Copies what the build reads; its packages are those of this one, which is above it. */
function copy(target: string): string {
  for (const name of readdirSync(SDK).filter((one) => /^(src|scripts|package\.json|tsconfig.*\.json|README\.md|LICENSE)$/.test(one))) {
    cpSync(join(SDK, name), join(target, name), { recursive: true });
  }
  return target;
}

/** Returns whether the whole build is newer than every source. */
function isBuilt(): boolean {
  const last = join(SDK, 'dist/cjs/index.js');
  const sources = readdirSync(join(SDK, 'src'), { recursive: true }).map((path) => statSync(join(SDK, 'src', String(path))).mtimeMs);
  return existsSync(last) && statSync(last).mtimeMs > Math.max(...sources);
}
