/** A proxy between client and server that misbehaves on command. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

const UPGRADE = /^upgrade: *websocket/im;
const REFUSAL = 'HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nContent-Length: 13\r\nConnection: close\r\n\r\nNo WebSockets';

interface ProxiedConnection {
  near: Socket;
  far: Socket;
  /** Whether the client has sent anything. */
  begun: boolean;
}

export class Proxy {
  /** Whether it passes WebSockets; otherwise it rejects them like a company's proxy. */
  webSockets = true;
  private silent = false;
  private readonly connections = new Set<ProxiedConnection>();

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

  /** Passes nothing in either direction without closing connections, like a lost radio signal. */
  setSilent(silent: boolean): void {
    this.silent = silent;
    for (const line of this.connections) {
      this.updatePipes(line);
    }
  }

  /** Closes every connection. */
  breakAll(): void {
    for (const { near, far } of this.connections) {
      near.destroy();
      far.destroy();
    }
  }

  async stop(): Promise<void> {
    this.server.close();
    this.breakAll();
    await once(this.server, 'close');
  }

  private open(near: Socket): void {
    const line = { near, far: connect(this.target, '127.0.0.1'), begun: false };
    this.connections.add(line);
    for (const [one, other] of [
      [near, line.far],
      [line.far, near],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => {
        other.destroy();
        this.connections.delete(line);
      });
    }
    this.updatePipes(line);
  }

  private updatePipes(line: ProxiedConnection): void {
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
      this.updatePipes(line);
    });
    near.resume();
  }
}
