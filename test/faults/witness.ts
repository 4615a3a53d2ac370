import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A POST that got its 200. */
export interface Post {
  body: Buffer;
  headers: Record<string, string>;
}

/**
 * Stands between Meta and the API, passes everything on as it is, broken connections too, and keeps what was answered
 * with 200.
 */
export interface Witness {
  url: string;
  /** In the order of their answers. */
  acknowledged: readonly Post[];
  /** Ends with the API's next 200, before Meta has it. */
  nextAnswer(): Promise<void>;
  close(): Promise<void>;
}

const SIGNED = ['content-type', 'x-hub-signature-256'];

/** @param target the API's URL */
export async function startWitness(target: string): Promise<Witness> {
  const acknowledged: Post[] = [];
  const waiting: (() => void)[] = [];
  const server = createServer(async (request, response) => {
    // Meta gives up: so does the request to the API
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    try {
      const body = await bodyOf(request);
      const headers = Object.fromEntries(SIGNED.map((name) => [name, String(request.headers[name])]));
      const answer = await fetch(target + request.url, {
        method: 'POST',
        body,
        headers,
        signal: gone.signal,
      });
      if (answer.status === 200) for (const resolve of waiting.splice(0)) resolve();
      const text = await answer.text();
      if (answer.status === 200) acknowledged.push({ body, headers });
      response.writeHead(answer.status).end(text);
    } catch {
      response.destroy();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    acknowledged,
    nextAnswer: () => new Promise((resolve) => waiting.push(resolve)),
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}
