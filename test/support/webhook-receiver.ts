import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An item of `entry.messaging` or `entry.standby`. */
export type Item = {
  sender: { id: string };
  recipient: { id: string };
  timestamp?: number;
  message?: { mid: string; text?: string; is_echo?: boolean; is_deleted?: boolean } & Record<string, unknown>;
} & Record<string, unknown>;

/** A POST as it came in. */
export type Post = {
  headers: IncomingMessage['headers'];
  raw: Buffer;
  body: {
    object: string;
    entry: { id: string; time: number; messaging?: Item[]; standby?: Item[] }[];
  };
  /** The items of all entries, in order. */
  items: Item[];
  atMs: number;
};

/** An HTTP server that keeps what is posted to it. */
export type Receiver = {
  url: string;
  posts: Post[];
  /** Connections that were opened. */
  connections: () => number;
  /** The items of all POSTs, in order. */
  items: () => Item[];
  /** How the next requests are answered; 200 unless set. */
  answer: (respond: (request: IncomingMessage, response: ServerResponse, post: Post) => void) => void;
  close: () => Promise<void>;
};

/** Starts a receiver on a free port. GETs are answered with their `hub.challenge`. */
export async function startReceiver(): Promise<Receiver> {
  const posts: Post[] = [];
  let connections = 0;
  let respond: Parameters<Receiver['answer']>[0] = (_request, response) => {
    response.end('ok');
  };
  const server = createServer(async (request, response) => {
    if (request.method === 'GET') {
      response.end(new URL(request.url ?? '/', 'http://localhost').searchParams.get('hub.challenge'));
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const raw = Buffer.concat(chunks);
    const body: Post['body'] = JSON.parse(raw.toString('utf8'));
    const items = body.entry.flatMap((entry) => entry.messaging ?? entry.standby ?? []);
    const post = { headers: request.headers, raw, body, items, atMs: Date.now() };
    posts.push(post);
    respond(request, response, post);
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/webhooks/meta`,
    posts,
    connections: () => connections,
    items: () => posts.flatMap((post) => post.items),
    answer: (next) => {
      respond = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
