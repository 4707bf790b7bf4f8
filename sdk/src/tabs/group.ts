import type { Clock } from '../clock.js';
import { newId } from '../core.js';
import { BroadcastyError, closed } from '../errors.js';
import { claimsOf } from '../token.js';
import type { Link, LinkListener, LinkSettings, Transport } from '../transport/transport.js';
import { Hub } from './hub.js';
import { moved, TabLink } from './tab-link.js';
import type { Word } from './words.js';

/** How long a leading tab may leave a link at the door before another one takes its place. */
const PATIENCE_MILLIS = 5000;

/** What of a `LockManager` a group needs. */
export interface TabLocks {
  /** As in Web Locks: the lock is held until what `held` returns settles, or until the page goes. */
  request(name: string, options: { steal?: boolean; signal?: AbortSignal }, held: () => Promise<void>): Promise<unknown>;
}

/** What of a `BroadcastChannel` a group needs. */
export interface TabChannel {
  /** Says it to every other tab. */
  postMessage(message: unknown): void;
  /** Neither says nor hears anything any more. */
  close(): void;
  /** Hears what others say. */
  onmessage: ((event: { data: unknown }) => void) | null;
}

/** What tabs of one origin have in common. */
export interface TabWorld {
  /** Who has what; the browser gives up what a tab had when it dies. */
  locks: TabLocks;
  /** A channel by its name, the same for all tabs. */
  open(name: string): TabChannel;
}

/** A link before it is let in. */
interface Knock {
  id: string;
  answered: boolean;
  again: () => void;
  done: (welcome: (Word & { say: 'welcome' }) | undefined) => void;
  failed: (error: BroadcastyError) => void;
}

/**
 * The tabs of one origin that use one server with the same rights; this tab as one of them. Whoever has the lock of the group
 * leads: it holds the connection. The browser hands the lock on when its tab dies.
 */
export class Group {
  private readonly channel: TabChannel;
  private readonly stop = new AbortController();
  private waiting = new AbortController();
  private leading = false;
  /** The channel is closed. */
  private mute = false;
  private release: () => void = () => undefined;
  private hub: Hub | undefined;
  private real: Link | undefined;
  private carrier: 'ws' | 'sse' = 'ws';
  private link: TabLink | undefined;
  private listener: LinkListener | undefined;
  private knock: Knock | undefined;

  constructor(
    readonly name: string,
    private readonly world: TabWorld,
    private readonly clock: Clock,
  ) {
    this.channel = world.open(name);
    this.channel.onmessage = ({ data }) => this.hear(data as Word);
    this.stand();
  }

  /** A link on the connection of the leading tab, or on this tab’s own if that is the one. */
  async open(transport: Transport, settings: LinkSettings, token: string, listener: LinkListener): Promise<Link> {
    for (;;) {
      if (this.ended) {
        throw closed();
      }
      if (this.leading) {
        await this.connect(transport, settings, token);
        const { hub, real } = this;
        if (hub && real && this.isLeading()) {
          const id = newId();
          hub.welcome(id);
          return this.attach(id, hub.id, this.carrier, real.window, listener);
        }
      } else {
        const id = newId();
        const stay = await this.hold(`${this.name}.${id}`);
        const welcome = await (this.isLeading() ? undefined : this.ask(id))?.catch((error: unknown) => {
          stay();
          throw error;
        });
        if (welcome) {
          const link = this.attach(id, welcome.hub, welcome.carrier, welcome.window, listener);
          void link.ended.then(stay);
          return link;
        }
        stay();
      }
    }
  }

  /** Whether this tab left the group. */
  get ended(): boolean {
    return this.stop.signal.aborted;
  }

  /** This tab has no part in the group any more. */
  leave(): void {
    if (!this.ended) {
      this.stop.abort();
      this.waiting.abort();
      this.knock?.failed(closed());
      this.disconnect(moved());
      this.link?.finish(moved());
      this.release();
      this.channel.close();
      this.mute = true;
    }
  }

  // Who leads.

  /** Waits for the lock, behind whoever has it; or takes it from one who gives no sign of life. */
  private stand(steal = false): void {
    this.waiting.abort();
    this.waiting = new AbortController();
    const held = () => {
      this.lead();
      return new Promise<void>((release) => (this.release = release));
    };
    this.world.locks.request(this.name, steal ? { steal } : { signal: this.waiting.signal }, held).catch(() => this.isLeading() && this.depose());
  }

  private lead(): void {
    this.leading = true;
    this.say({ say: 'over' });
    this.link?.finish(moved());
    this.knock?.done(undefined);
  }

  /** Another tab took the lock: this one had not answered for too long. */
  private depose(): void {
    this.leading = false;
    this.disconnect(moved());
    this.stand();
  }

  // The connection, where this tab leads.

  private async connect(transport: Transport, settings: LinkSettings, token: string): Promise<void> {
    if (this.hub) {
      return;
    }
    const hub = new Hub(
      (word) => this.say(word),
      () => this.listener?.expiring(),
    );
    const real = await transport.open(settings, token, hub);
    if (!this.isLeading()) {
      real.close();
      return;
    }
    hub.begin(real);
    this.hub = hub;
    this.real = real;
    this.carrier = transport.name;
    void real.ended.then((end) => this.hub === hub && this.disconnect(end));
    this.say({ say: 'ready' });
  }

  private isLeading(): boolean {
    return this.leading && !this.ended;
  }

  private disconnect(end: BroadcastyError): void {
    const { real } = this;
    if (real) {
      this.hub = this.real = undefined;
      this.say({ say: 'over' });
      this.link?.finish(end);
      real.close();
    }
  }

  /** A token with other rights is no token for this group. */
  private async refresh(token: string): Promise<void> {
    if ((await nameOf(this.name, token)) !== this.name) {
      this.leave();
    } else {
      await this.hub?.refresh(token);
    }
  }

  // This tab’s link.

  private attach(id: string, hub: string, carrier: 'ws' | 'sse', window: number, listener: LinkListener): TabLink {
    this.listener = listener;
    const link = new TabLink({ id, hub, carrier, window, clock: this.clock, listener, say: (word) => this.say(word), refresh: (token) => this.refresh(token) });
    this.link = link;
    return link;
  }

  /** @returns undefined when this tab leads now */
  private ask(id: string): Promise<(Word & { say: 'welcome' }) | undefined> {
    return new Promise<(Word & { say: 'welcome' }) | undefined>((resolve, reject) => {
      let timer: unknown;
      const again = () => {
        knock.answered = false;
        this.clock.clearTimeout(timer);
        timer = this.clock.setTimeout(() => {
          if (knock.answered) {
            again();
          } else {
            this.stand(true);
          }
        }, PATIENCE_MILLIS);
        this.say({ say: 'hello', from: id });
      };
      const end = () => {
        this.knock = undefined;
        this.clock.clearTimeout(timer);
      };
      const knock: Knock = {
        id,
        answered: false,
        again,
        done: (welcome) => {
          end();
          resolve(welcome);
        },
        failed: (error) => {
          end();
          reject(error);
        },
      };
      this.knock = knock;
      again();
    });
  }

  /** Holds a lock that tells others that this tab lives. @returns what gives it back */
  private hold(name: string): Promise<() => void> {
    return new Promise((resolve, reject) => {
      this.world.locks.request(name, {}, () => new Promise<void>((release) => resolve(() => release()))).catch(reject);
    });
  }

  // What is said.

  private say(word: Word): void {
    if (!this.mute && !this.isPrivate(word)) {
      this.channel.postMessage(word);
    }
    this.hear(word);
  }

  /** Whether it is between this tab’s link and its own hub, as is all that the hub says while there is no other link. */
  private isPrivate(word: Word): boolean {
    const one = 'to' in word ? word.to : 'from' in word ? word.from : undefined;
    return this.hub !== undefined && (one === undefined ? 'body' in word && this.hub.size === 1 : one === this.link?.id);
  }

  private hear(word: Word): void {
    const { hub, knock, link } = this;
    switch (word.say) {
      case 'hello':
        if (this.leading) {
          this.answer(word.from);
        }
        return;
      case 'call':
        if (hub?.id === word.hub) {
          hub.serve(word.from, word.id, word);
        }
        return;
      case 'bye':
        hub?.drop(word.from);
        return;
      case 'wait':
        if (knock?.id === word.to) {
          knock.answered = true;
        }
        return;
      case 'welcome':
        if (knock?.id === word.to) {
          knock.done(word);
        }
        return;
      case 'ready':
        knock?.again();
        return;
      case 'over':
        if (link && !this.leading) {
          link.finish(moved());
        }
        return;
      case 'answer':
        if (link?.id === word.to) {
          link.hear(word);
        }
        return;
      default:
        link?.hear(word);
    }
  }

  private answer(guest: string): void {
    const { hub, real } = this;
    if (!hub || !real) {
      this.say({ say: 'wait', to: guest });
      return;
    }
    hub.welcome(guest);
    this.say({ say: 'welcome', to: guest, hub: hub.id, carrier: this.carrier, window: real.window });
    const gone = () => {
      hub.drop(guest);
      return Promise.resolve();
    };
    this.world.locks.request(`${this.name}.${guest}`, { signal: this.stop.signal }, gone).catch(() => undefined);
  }
}

/**
 * The name of the group for a server and a token: of those who may do the same. Tokens that differ in more than when they were
 * made and when they end do not meet.
 *
 * @param base the address of the server, or the name of another group for it
 */
export async function nameOf(base: string, token: string): Promise<string> {
  const rights = Object.entries(claimsOf(token) ?? { token }).filter(([claim]) => !['exp', 'iat', 'nbf', 'jti'].includes(claim));
  const text = JSON.stringify(rights.sort(([one], [other]) => (one < other ? -1 : 1)));
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  const hex = Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${base.replace(/#[0-9a-f]{64}$/, '')}#${hex}`;
}
