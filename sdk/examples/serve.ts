/**
 * Serves the page of an example with Vite, and forwards all other requests to a Broadcasty server,
 * so that both have one address, as behind a site's reverse proxy.
 */
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';
import type { InlineConfig } from 'vite';

export interface Site {
  url: string;
  close(): Promise<void>;
}

/** Returns what the pages need of Vite. */
export function viteConfig(server: string): InlineConfig {
  const forwarded = { '^/(broadcasty|dev)/': { target: server, ws: true } };
  return { configFile: false, logLevel: 'silent', server: { proxy: forwarded, hmr: false }, preview: { proxy: forwarded } };
}

/**
 * Starts the site of an example, with the client of these sources.
 *
 * @param server the address of Broadcasty, for example `http://localhost:8080`
 * @param port 0: any free port
 */
export async function serve(example: string, server: string, port: number): Promise<Site> {
  const config = viteConfig(server);
  const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  const site = await createServer({
    ...config,
    root: file(example),
    server: { ...config.server, port },
    resolve: {
      alias: [
        { find: /^@broadcasty\/client$/, replacement: file('../src/index.ts') },
        { find: /^@broadcasty\/client\/push$/, replacement: file('../src/push.ts') },
        { find: /^@broadcasty\/client\/react$/, replacement: file('../src/bindings/react.ts') },
      ],
    },
  });
  await site.listen();
  return { url: site.resolvedUrls?.local[0] ?? '', close: () => site.close() };
}
