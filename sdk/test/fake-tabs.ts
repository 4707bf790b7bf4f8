/** The locks and channels of a browser, for tabs in one process that crash on command. */
import type { TabChannel, TabLocks, TabEnvironment } from '../src/tabs/client.js';

interface LockRequest {
  tab: FakeTab;
  grant: () => Promise<void>;
  settle: (error?: Error) => void;
}

/** The state that the tabs of one origin share. */
export class FakeOrigin {
  readonly channels = new Map<string, Set<FakeChannel>>();
  private readonly held = new Map<string, LockRequest>();
  private queues = new Map<string, LockRequest[]>();

  /** The number of locks that are held or requested. */
  get locks(): number {
    return this.held.size + [...this.queues.values()].flat().length;
  }

  tab(): FakeTab {
    return new FakeTab(this);
  }

  request(tab: FakeTab, name: string, { steal = false, signal }: { steal?: boolean; signal?: AbortSignal }, held: () => Promise<void>): Promise<unknown> {
    return new Promise<void>((resolve, reject) => {
      const request: LockRequest = { tab, grant: held, settle: (error) => (error ? reject(error) : resolve()) };
      signal?.addEventListener('abort', () => {
        const queue = this.queues.get(name) ?? [];
        if (queue.includes(request)) {
          this.queues.set(name, queue.filter((one) => one !== request));
          reject(signal.reason as Error);
        }
      });
      if (signal?.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const queue = this.queues.get(name) ?? [];
      if (steal) {
        this.held.get(name)?.settle(new DOMException('stolen', 'AbortError'));
        this.held.delete(name);
        this.queues.set(name, [request, ...queue]);
      } else {
        this.queues.set(name, [...queue, request]);
      }
      this.grantNext(name);
    });
  }

  /** Releases what a closed tab held, as a browser does. */
  releaseAll(tab: FakeTab): void {
    this.queues = new Map([...this.queues].map(([name, queue]) => [name, queue.filter((request) => request.tab !== tab)]));
    for (const [name, request] of [...this.held]) {
      if (request.tab === tab) {
        this.held.delete(name);
        this.grantNext(name);
      }
    }
  }

  private grantNext(name: string): void {
    const [request, ...rest] = this.queues.get(name) ?? [];
    if (!request || this.held.has(name)) {
      return;
    }
    this.queues.set(name, rest);
    this.held.set(name, request);
    setImmediate(() => {
      if (this.held.get(name) === request) {
        void request.grant().then(() => {
          if (this.held.get(name) === request) {
            this.held.delete(name);
            request.settle();
            this.grantNext(name);
          }
        });
      }
    });
  }
}

/** A tab. */
export class FakeTab implements TabEnvironment {
  /** Whether the tab is suspended: it keeps its locks, but sends and receives nothing. */
  suspended = false;
  private crashed = false;
  private backlog: (() => void)[] = [];
  private readonly channels: FakeChannel[] = [];

  constructor(private readonly origin: FakeOrigin) {}

  locks: TabLocks = { request: (name, options, held) => this.origin.request(this, name, options, held) };

  open(name: string): TabChannel {
    const all = this.origin.channels.get(name) ?? new Set();
    this.origin.channels.set(name, all);
    const channel = new FakeChannel(this, all);
    all.add(channel);
    this.channels.push(channel);
    return channel;
  }

  /** Resumes the tab and handles what was delayed. */
  resume(): void {
    this.suspended = false;
    this.backlog.splice(0).forEach((act) => act());
  }

  /** Runs the action now, or when the tab resumes. */
  run(act: () => void): void {
    if (this.suspended) {
      this.backlog.push(act);
    } else if (!this.crashed) {
      act();
    }
  }

  /** Closes the tab without notice. */
  crash(): void {
    this.crashed = true;
    this.channels.forEach((channel) => channel.close());
    this.origin.releaseAll(this);
  }
}

class FakeChannel implements TabChannel {
  onmessage: ((event: { data: unknown }) => void) | null = null;

  constructor(
    readonly tab: FakeTab,
    private readonly all: Set<FakeChannel>,
  ) {}

  postMessage(message: unknown): void {
    this.tab.run(() => {
      for (const other of this.all) {
        if (other !== this) {
          const data: unknown = structuredClone(message);
          setImmediate(() => other.tab.run(() => this.all.has(other) && other.onmessage?.({ data })));
        }
      }
    });
  }

  close(): void {
    this.all.delete(this);
  }
}
