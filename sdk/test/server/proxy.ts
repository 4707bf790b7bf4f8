/** A proxy between a client and the server, which tests may have behave as badly as those out there. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

const UPGRADE = /^upgrade: *websocket/im;
const REFUSAL = 'HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nContent-Length: 13\r\nConnection: close\r\n\r\nNo WebSockets';

interface Line {
  near: Socket;
  far: Socket;
  /** Whether anything has come from the client. */
  begun: boolean;
}

export class Proxy {
  /** Whether it lets WebSockets through; if not, it answers as a company's proxy does. */
  webSockets = true;
  private silent = false;
  private readonly lines = new Set<Line>();

  private constructor(
    private readonly server: Server,
    private readonly target: number,
  ) {
    server.on('connection', (near: Socket) => this.open(near));
  }

  /** @param target the port of the server on this machine */
  static async start(target: number): Promise<Proxy> {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return new Proxy(server, target);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Nothing goes through in either direction, and no side is told: what a lost radio signal looks like. */
  silence(silent: boolean): void {
    this.silent = silent;
    for (const line of this.lines) {
      this.hold(line);
    }
  }

  /** Breaks every line. */
  cut(): void {
    for (const { near, far } of this.lines) {
      near.destroy();
      far.destroy();
    }
  }

  async stop(): Promise<void> {
    this.server.close();
    this.cut();
    await once(this.server, 'close');
  }

  private open(near: Socket): void {
    const line = { near, far: connect(this.target, '127.0.0.1'), begun: false };
    this.lines.add(line);
    for (const [one, other] of [
      [near, line.far],
      [line.far, near],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => {
        other.destroy();
        this.lines.delete(line);
      });
    }
    this.hold(line);
  }

  private hold(line: Line): void {
    const { near, far } = line;
    near.unpipe().pause();
    far.unpipe().pause();
    if (this.silent) {
      return;
    }
    if (line.begun) {
      near.pipe(far);
      far.pipe(near);
      return;
    }
    near.removeAllListeners('data').once('data', (head: Buffer) => {
      line.begun = true;
      if (!this.webSockets && UPGRADE.test(head.toString('latin1'))) {
        near.end(REFUSAL);
        return;
      }
      far.write(head);
      this.hold(line);
    });
    near.resume();
  }
}
