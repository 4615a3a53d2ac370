import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Where Facebook's Login dialog sends the browser back to, on this machine. */
export interface LoginListener {
  redirectUri: string;
  /** The address that the browser is sent to. @param state of the login, without which nobody is listened to */
  answer(state: string): Promise<string>;
  close(): void;
}

/** What the person sees who comes back. */
const THANKS = '<!doctype html><title>Pagesync</title><p>Thank you. Pagesync goes on in the terminal.</p>\n';

/** Listens on a port that is free, for this machine alone, for one browser that comes back. */
export async function listenForLogin(): Promise<LoginListener> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const redirectUri = `http://localhost:${(server.address() as AddressInfo).port}/`;
  return {
    redirectUri,
    answer: (state) =>
      new Promise((resolve) => {
        server.on('request', (request, response) => {
          const target = request.url ?? '/';
          if (!URL.canParse(target, redirectUri)) {
            response.writeHead(400).end();
            return;
          }
          const url = new URL(target, redirectUri);
          if (url.searchParams.get('state') !== state) {
            response.writeHead(404).end();
            return;
          }
          const headers = { 'content-type': 'text/html; charset=utf-8', connection: 'close' };
          response.writeHead(200, headers).end(THANKS, () => resolve(url.href));
        });
      }),
    close() {
      server.close();
      server.closeIdleConnections();
    },
  };
}
