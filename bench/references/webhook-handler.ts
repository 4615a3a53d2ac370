import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connectSql } from '../../src/store/index.ts';
import { isSignedByMeta } from '../../src/webhook/index.ts';

/** As many as the product's intake has. */
const CONNECTIONS = 8;

/**
 * The least that a handler of webhooks can do: it looks at the signature, stores the body in one INSERT and says 200. A
 * program of its own; nothing is done with what it stores.
 */
const { DATABASE_URL = '', FACEBOOK_APP_SECRET = '' } = process.env;
const sql = connectSql(DATABASE_URL, CONNECTIONS);

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  const answer = (status: number) => response.writeHead(status).end();
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks);
    const signature = request.headers['x-hub-signature-256'];
    if (!isSignedByMeta(body, String(signature), [FACEBOOK_APP_SECRET])) {
      answer(401);
      return;
    }
    sql`INSERT INTO bench_bodies (body) VALUES (${body.toString('utf8')})`.then(
      () => answer(200),
      () => answer(503),
    );
  });
});
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ port: (server.address() as AddressInfo).port }));
});
process.on('SIGTERM', () => process.exit(0));
