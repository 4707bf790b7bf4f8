/** A headless Chromium, and a tab with a client whose record tests read. */
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, BrowserServer, CDPSession, Page } from 'playwright-core';
import type * as Sdk from '../../src/index.js';

/** The globals of the test page. */
export interface TestGlobals {
  sdk: typeof Sdk;
  client: Sdk.BroadcastyClient;
  /** The received payloads, by channel. */
  record: Record<string, number[]>;
  /** The states of the connection so far. */
  states: string[];
  /** The number of tokens that the application issued. */
  tokens: number;
  /** Returns a token that is valid for so many seconds; provided by the test. */
  newToken: (seconds: number) => Promise<string>;
}

declare const window: TestGlobals;

interface TabOptions {
  client?: Partial<Sdk.ClientOptions>;
  /** How long a token is valid. */
  tokenSeconds?: number;
  /**
   * Whether the application returns the same token until it expires, instead of a new one each
   * time.
   */
  reuseToken?: boolean;
}

export const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const PAGE = '<!doctype html><script type="module">window.sdk = await import("/client.js")</script>';

/** The browser, and a site with a page that contains the client. */
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

  /** Stops every process of the browser until `wake`, like a laptop with a closed lid. */
  sleep(): void {
    this.signal('SIGSTOP', () => true);
  }

  /**
   * Stops the pages until `wake`, like pages in the background; the rest of the browser continues.
   */
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
        // the process has ended
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

/** A tab with its own profile. */
export class BrowserTab {
  private constructor(
    private readonly chromium: Chromium,
    private readonly context: BrowserContext,
    readonly page: Page,
    readonly devtools: CDPSession,
    private readonly baseUrl: string,
  ) {}

  /** @param token creates a token that is valid for so many seconds */
  static async open(chromium: Chromium, baseUrl: string, token: (seconds: number) => string): Promise<BrowserTab> {
    const context = await chromium.browser.newContext();
    await context.exposeFunction('newToken', token);
    const page = await context.newPage();
    await page.addInitScript('globalThis.__name = (named) => named'); // tsx adds calls of __name to functions
    const tab = new BrowserTab(chromium, context, page, await context.newCDPSession(page), baseUrl);
    await tab.load();
    return tab;
  }

  close(): Promise<void> {
    return this.context.close();
  }

  /** Loads the page, or reloads it; its state is lost. */
  async load(): Promise<void> {
    await this.page.goto(this.chromium.url);
    await this.page.waitForFunction(() => (window as Partial<TestGlobals>).sdk !== undefined);
  }

  /** Creates the client of the page and subscribes to the channels. */
  async start(channels: readonly string[], { client = {}, tokenSeconds = 3600, reuseToken = false }: TabOptions = {}): Promise<void> {
    await this.page.evaluate(
      async ({ baseUrl, channels, client, tokenSeconds, reuseToken }) => {
        let ends = 0;
        let token = '';
        window.tokens = 0;
        const getToken = async () => {
          if (!reuseToken || Date.now() >= ends) {
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
      { baseUrl: this.baseUrl, channels, client, tokenSeconds, reuseToken },
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

  /** Waits until this many more publications have arrived. */
  async waitForMore(by = 1): Promise<void> {
    await this.waitForCount((await this.count()) + by);
  }

  async waitForCount(count: number): Promise<void> {
    await this.page.waitForFunction((count) => Object.values(window.record).reduce((sum, one) => sum + one.length, 0) >= count, count, { timeout: 60_000 });
  }

  /** Sets whether the browser has a network. */
  async setOnline(online: boolean): Promise<void> {
    await this.context.setOffline(!online);
  }

  /** Returns the bytes of JavaScript in use after a garbage collection. */
  async heapBytes(): Promise<number> {
    await this.devtools.send('HeapProfiler.collectGarbage');
    return (await this.devtools.send('Runtime.getHeapUsage')).usedSize;
  }
}
