/**
 * A push service for browsers (RFC 8030) that accepts everything, and the one browser subscribed to
 * it.
 */
import { createDecipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const PUBLIC_KEY_BYTES = 65;
const TAG_BYTES = 16;

export class PushService {
  /** The received messages, decrypted. */
  readonly received: unknown[] = [];
  private readonly key = createECDH('prime256v1');
  private readonly publicKey = this.key.generateKeys();
  private readonly auth = randomBytes(16);

  private constructor(private readonly server: Server) {
    server.on('request', (request: IncomingMessage, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.received.push(JSON.parse(this.decrypt(Buffer.concat(chunks))));
        response.writeHead(201).end();
      });
    });
  }

  static async start(): Promise<PushService> {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return new PushService(server);
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Returns the browser's subscription. */
  subscription(): { endpoint: string; keys: { p256dh: string; auth: string } } {
    return { endpoint: `${this.origin}/device`, keys: { p256dh: this.publicKey.toString('base64url'), auth: this.auth.toString('base64url') } };
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  /** Decrypts by RFC 8291, and RFC 8188 with one record. */
  private decrypt(body: Buffer): string {
    const salt = body.subarray(0, 16);
    const sender = body.subarray(21, 21 + PUBLIC_KEY_BYTES);
    const record = body.subarray(21 + PUBLIC_KEY_BYTES);
    const about = Buffer.concat([Buffer.from('WebPush: info\0'), this.publicKey, sender]);
    const secret = hkdfSync('sha256', this.key.computeSecret(sender), this.auth, about, 32);
    const derive = (what: string, bytes: number) => Buffer.from(hkdfSync('sha256', Buffer.from(secret), salt, `Content-Encoding: ${what}\0`, bytes));
    const cipher = createDecipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12));
    cipher.setAuthTag(record.subarray(-TAG_BYTES));
    const text = Buffer.concat([cipher.update(record.subarray(0, -TAG_BYTES)), cipher.final()]);
    return text.subarray(0, text.lastIndexOf(2)).toString(); // 2 is the byte before the padding
  }
}

/** Generates a key pair for a server, in base64url. */
export function vapidKeys(): { publicKey: string; privateKey: string } {
  const key = createECDH('prime256v1');
  const publicKey = key.generateKeys().toString('base64url');
  return { publicKey, privateKey: key.getPrivateKey().toString('base64url') };
}
