/** A real server with the WAR, as a process that tests can kill. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TARGET = fileURLToPath(new URL('../../../target', import.meta.url));
const WAR = process.env.BROADCASTY_WAR ?? join(TARGET, 'broadcasty.war');
const PAYARA = process.env.BROADCASTY_PAYARA ?? join(TARGET, 'server/payara-micro.jar');
const START_MILLIS = 300_000;

/** The key of development mode of all servers. */
const KEY = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });

/** The environment without the variables for the tests, which the server would read as settings. */
const OWN_ENVIRONMENT = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('BROADCASTY_')));

export class RealServer {
  private process: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly home: string,
    private readonly settings: Record<string, string>,
  ) {}

  static async start(settings: Record<string, string> = {}): Promise<RealServer> {
    for (const file of [WAR, PAYARA]) {
      if (!existsSync(file)) {
        throw new Error(`${file} is missing; build it with ./mvnw package pre-integration-test -DskipTests`);
      }
    }
    const home = mkdtempSync(join(tmpdir(), 'broadcasty-sdk-'));
    mkdirSync(join(home, 'data'));
    writeFileSync(join(home, 'data', 'dev-key.jwk'), JSON.stringify(KEY)); // generating it takes the server a second or two
    mkdirSync(join(home, 'access'));
    const server = new RealServer(await freePort(), home, settings);
    await server.restart();
    return server;
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  /** Starts the server again with the same data. Resolves when it is ready. */
  async restart(): Promise<void> {
    const log = openSync(join(this.home, 'server.log'), 'a');
    const started = this.log().length;
    this.process = spawn(
      'java',
      ['-Xmx512m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Dhazelcast.phone.home.enabled=false', `-Djava.io.tmpdir=${this.home}`, '-Djava.net.preferIPv4Stack=true', '-jar', PAYARA, '--nocluster', '--disablephonehome', '--accesslog', join(this.home, 'access'), '--accessloginterval', '1', '--port', String(this.port), '--shutdowngrace', '1000', '--deploy', WAR],
      {
        cwd: this.home,
        stdio: ['ignore', log, log],
        env: {
          ...OWN_ENVIRONMENT,
          BROADCASTY_DEV: 'true',
          BROADCASTY_DRAIN: '1s',
          BROADCASTY_DATA_DIR: join(this.home, 'data'),
          BROADCASTY_LIMITS_ENABLED: 'false',
          ...this.settings,
        },
      },
    );
    const { process: child } = this;
    process.once('exit', () => child.kill('SIGKILL')); // never outlives the tests
    const end = Date.now() + START_MILLIS;
    while (!this.log().slice(started).includes(' ready in ')) {
      if (Date.now() > end || this.process.exitCode !== null) {
        throw new Error(`the server did not start: ${this.log().slice(-4000)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const answer = await fetch(`${this.url}/broadcasty/ping`);
    if (answer.status !== 204) {
      throw new Error(`the WAR was not deployed: ${this.log().slice(started, started + 30_000)}`);
    }
  }

  /** Kills the process without a shutdown. */
  async kill(): Promise<void> {
    if (this.process?.exitCode === null && this.process.signalCode === null) {
      this.process.kill('SIGKILL');
      await once(this.process, 'exit');
    }
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.home, { recursive: true, force: true });
  }

  /** Returns a token signed with the key of development mode. */
  token({ subject = 'alice', roles = ['member', 'publisher'], seconds = 3600 } = {}): string {
    const key = JSON.parse(readFileSync(join(this.home, 'data', 'dev-key.jwk'), 'utf8')) as { kid?: string };
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const now = Math.floor(Date.now() / 1000);
    const text = `${part({ alg: 'RS256', typ: 'JWT', ...(key.kid ? { kid: key.kid } : {}) })}.${part({ sub: subject, tid: 'demo', roles, iat: now - 60, exp: now + seconds })}`;
    return `${text}.${sign('sha256', Buffer.from(text), createPrivateKey({ key: key as never, format: 'jwk' })).toString('base64url')}`;
  }

  log(): string {
    return readFileSync(join(this.home, 'server.log'), 'utf8');
  }

  /** Returns what the server has written about each request. */
  accessLog(): string {
    const folder = join(this.home, 'access');
    return readdirSync(folder)
      .map((file) => readFileSync(join(folder, file), 'utf8'))
      .join('');
  }
}

/**
 * Returns a port of this machine that is not in use. It lies below those that the system gives to
 * outgoing connections, which could otherwise take it before the server does.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const probe = createServer();
    const listening = once(probe, 'listening');
    probe.listen(22_000 + Math.floor(Math.random() * 10_000), '127.0.0.1');
    try {
      await listening;
    } catch {
      continue; // taken
    }
    const { port } = probe.address() as AddressInfo;
    await new Promise((closed) => probe.close(closed));
    return port;
  }
}
