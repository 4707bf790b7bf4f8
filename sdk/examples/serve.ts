/**
 * Serves the page of an example, bundled on each load, and forwards all other requests to a
 * Broadcasty server, so that both have one address, as behind a site's reverse proxy.
 */
import { once } from 'node:events';
import { createReadStream, existsSync } from 'node:fs';
import { createServer, request } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const TYPES: Record<string, string> = { html: 'text/html', css: 'text/css', js: 'text/javascript' };

export interface Site {
  url: string;
  close(): void;
}

/**
 * Starts the site.
 *
 * @param server the address of Broadcasty, for example `http://localhost:8080`
 * @param port 0: any free port
 */
export async function serve(example: string, server: string, port: number): Promise<Site> {
  const target = new URL(server);
  const sockets = new Set<Socket>();
  const site = createServer((incoming, response) => {
    const name = incoming.url === '/' ? 'index.html' : (incoming.url ?? '').slice(1);
    const file = fileOf(example, name);
    if (file === undefined) {
      forward(incoming, response, target);
      return;
    }
    response.setHeader('Content-Type', TYPES[name.split('.').pop() ?? ''] ?? 'text/plain');
    response.setHeader('Cache-Control', 'no-store');
    if (file.endsWith('.ts')) {
      void bundle(file).then((text) => response.end(text));
    } else {
      createReadStream(file).pipe(response);
    }
  });
  site.on('connection', (socket: Socket) => sockets.add(socket).size && socket.once('close', () => sockets.delete(socket)));
  site.on('upgrade', (incoming: IncomingMessage, near: Socket, head: Buffer) => {
    const far = connect(Number(target.port || 80), target.hostname, () => {
      const headers = incoming.rawHeaders.map((text, i) => (i % 2 ? `${text}\r\n` : `${text}: `)).join('');
      far.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${headers}\r\n`);
      far.write(head);
      near.pipe(far).pipe(near);
    });
    near.on('error', () => far.destroy()).on('close', () => far.destroy());
    far.on('error', () => near.destroy()).on('close', () => near.destroy());
  });
  site.listen(port, 'localhost');
  await once(site, 'listening');
  return {
    url: `http://localhost:${(site.address() as AddressInfo).port}/`,
    close() {
      site.close();
      sockets.forEach((socket) => socket.destroy());
    },
  };
}

/**
 * Returns the requested file, from the example or from the shared ones; for a script, its source.
 */
function fileOf(example: string, name: string): string | undefined {
  if (!/^[\w-]+\.(html|css|js)$/.test(name)) {
    return undefined;
  }
  return [`${example}/${name}`, name]
    .map((path) => fileURLToPath(new URL(path.replace(/\.js$/, '.ts'), import.meta.url)))
    .find((path) => existsSync(path));
}

async function bundle(file: string): Promise<string> {
  const { outputFiles } = await build({ entryPoints: [file], bundle: true, format: 'esm', target: 'es2022', sourcemap: 'inline', write: false });
  return outputFiles[0]?.text ?? '';
}

function forward(incoming: IncomingMessage, response: ServerResponse, target: URL): void {
  const outgoing = request(target, { method: incoming.method, path: incoming.url, headers: incoming.headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  outgoing.on('error', () => {
    if (!response.headersSent) {
      response.writeHead(502);
    }
    response.end();
  });
  response.on('close', () => outgoing.destroy());
  incoming.pipe(outgoing);
}
