/** A headless Chromium, and a tab with a client in it whose record tests read. */
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, BrowserServer, CDPSession, Page } from 'playwright-core';
import type * as Sdk from '../../src/index.js';

/** What the page of the tests holds. */
export interface Scene {
  sdk: typeof Sdk;
  client: Sdk.BroadcastyClient;
  /** What came, by channel. */
  record: Record<string, number[]>;
  /** How the connection went. */
  states: string[];
  /** How many tokens the application was asked for and made. */
  tokens: number;
  /** Of the test: a token of so many seconds. */
  newToken: (seconds: number) => Promise<string>;
}

declare const window: Scene;

export interface TabOptions {
  client?: Partial<Sdk.ClientOptions>;
  /** How long a token lives. */
  tokenSeconds?: number;
  /** The application hands out the same token until its end, instead of a new one each time. */
  keepsToken?: boolean;
}

export const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const PAGE = '<!doctype html><script type="module">window.sdk = await import("/client.js")</script>';

/** The browser, and a site with a page that has the client. */
export class Chromium {
  private constructor(
    private readonly process: BrowserServer,
    readonly browser: Browser,
    private readonly site: Server,
  ) {}

  static async start(): Promise<Chromium> {
    const bundle = await build({ entryPoints: ['src/index.ts'], bundle: true, format: 'esm', target: 'es2022', write: false });
    const site = createServer((request, response) => {
      const script = request.url === '/client.js';
      response.setHeader('Content-Type', script ? 'text/javascript' : 'text/html');
      response.end(script ? bundle.outputFiles[0]!.text : PAGE);
    });
    await once(site.listen(0, '127.0.0.1'), 'listening');
    const process = await chromium.launchServer({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
    return new Chromium(process, await chromium.connect(process.wsEndpoint()), site);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.site.address() as AddressInfo).port}/`;
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await this.process.close();
    this.site.close();
  }

  /** Every process of the browser stands still until `wake`, as on a laptop whose lid is closed. */
  sleep(): void {
    this.signal('SIGSTOP', () => true);
  }

  /** The pages stand still until `wake`, as in a background where they get no time; the rest of the browser goes on. */
  freeze(): void {
    this.signal('SIGSTOP', (command) => command.includes('--type=renderer'));
  }

  wake(): void {
    this.signal('SIGCONT', () => true);
  }

  private signal(signal: 'SIGSTOP' | 'SIGCONT', to: (command: string) => boolean): void {
    const children = new Map<number, number[]>();
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        const parent = Number(/^.*\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'latin1'))?.[1]);
        children.set(parent, [...(children.get(parent) ?? []), Number(pid)]);
      } catch {
        // it has ended meanwhile
      }
    }
    const send = (pid: number): void => {
      if (to(readFileSync(`/proc/${pid}/cmdline`, 'latin1'))) {
        process.kill(pid, signal);
      }
      children.get(pid)?.forEach(send);
    };
    send(this.process.process().pid!);
  }
}

/** A tab of its own profile. */
export class Tab {
  private constructor(
    private readonly chromium: Chromium,
    private readonly context: BrowserContext,
    readonly page: Page,
    readonly devtools: CDPSession,
    private readonly baseUrl: string,
  ) {}

  /** @param token makes a token that lives for so many seconds */
  static async open(chromium: Chromium, baseUrl: string, token: (seconds: number) => string): Promise<Tab> {
    const context = await chromium.browser.newContext();
    await context.exposeFunction('newToken', token);
    const page = await context.newPage();
    await page.addInitScript('globalThis.__name = (named) => named'); // what tsx puts into functions
    const tab = new Tab(chromium, context, page, await context.newCDPSession(page), baseUrl);
    await tab.load();
    return tab;
  }

  close(): Promise<void> {
    return this.context.close();
  }

  /** Loads the page, again if need be: what was in it is gone. */
  async load(): Promise<void> {
    await this.page.goto(this.chromium.url);
    await this.page.waitForFunction(() => (window as Partial<Scene>).sdk !== undefined);
  }

  /** Makes the client of the page, and subscribes it. */
  async start(channels: readonly string[], { client = {}, tokenSeconds = 3600, keepsToken = false }: TabOptions = {}): Promise<void> {
    await this.page.evaluate(
      async ({ baseUrl, channels, client, tokenSeconds, keepsToken }) => {
        let ends = 0;
        let token = '';
        window.tokens = 0;
        const getToken = async () => {
          if (!keepsToken || Date.now() >= ends) {
            token = await window.newToken(tokenSeconds);
            ends = Date.now() + tokenSeconds * 1000;
            window.tokens++;
          }
          return token;
        };
        window.client = new window.sdk.BroadcastyClient({ baseUrl, getToken, ...client });
        window.record = {};
        window.states = [];
        window.client.on('state', ({ state, transport }) => window.states.push(transport ?? state));
        await Promise.all(
          channels.map((channel) => {
            const record: number[] = (window.record[channel] = []);
            return window.client.subscribe<number>({ channel, onMessage: ({ payload }) => record.push(payload) });
          }),
        );
      },
      { baseUrl: this.baseUrl, channels, client, tokenSeconds, keepsToken },
    );
  }

  record(): Promise<Record<string, number[]>> {
    return this.page.evaluate(() => window.record);
  }

  states(): Promise<string[]> {
    return this.page.evaluate(() => window.states);
  }

  count(): Promise<number> {
    return this.page.evaluate(() => Object.values(window.record).reduce((sum, one) => sum + one.length, 0));
  }

  /** Waits until so many more have come. */
  async grows(by = 1): Promise<void> {
    await this.reaches((await this.count()) + by);
  }

  async reaches(count: number): Promise<void> {
    await this.page.waitForFunction((count) => Object.values(window.record).reduce((sum, one) => sum + one.length, 0) >= count, count, { timeout: 60_000 });
  }

  /** What the browser thinks of the network. */
  async online(online: boolean): Promise<void> {
    await this.context.setOffline(!online);
  }

  /** Bytes of JavaScript that are in use, after the garbage was collected. */
  async heap(): Promise<number> {
    await this.devtools.send('HeapProfiler.collectGarbage');
    return (await this.devtools.send('Runtime.getHeapUsage')).usedSize;
  }
}
