import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EventSource } from 'eventsource';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { heardFetch, watchSilence } from '../../web/api/heard-fetch.ts';
import { eventually } from '../support/eventually.ts';

let server: Server;
let url: string;
const streams: ServerResponse[] = [];
beforeAll(async () => {
  server = createServer((req, res) => {
    if (req.url === '/gone') return void res.writeHead(204).end();
    res.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    streams.push(res);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

test('each heartbeat of a stream is heard, and its silence too', async () => {
  let heard = 0;
  let silences = 0;
  const silence = watchSilence(150, () => {
    silences += 1;
  });
  const source = new EventSource(url, {
    fetch: (to, init) =>
      heardFetch(to, init as RequestInit, () => {
        heard += 1;
        silence.heard();
      }),
  });
  const names: string[] = [];
  source.addEventListener('progress', ({ data }) => names.push(data));
  const stream = await eventually(() => streams[0] ?? null, 'a stream');
  // the headers
  await eventually(() => heard === 2, 'an answer');
  for (const beats of [3, 4, 5]) {
    stream.write(':\n\n');
    await eventually(() => heard === beats, 'a heartbeat');
  }
  stream.write('event: progress\ndata: 7\n\n');
  await eventually(() => names[0] === '7', 'the event');
  // it dies: the connection stays open, and nothing comes
  await eventually(() => silences === 1, 'the silence');
  source.close();
  silence.stop();
  silence.heard();
});

test('an answer without a body is passed on as it is', async () => {
  const answer = await heardFetch(`${url}/gone`, {}, () => {});
  expect([answer.status, answer.body]).toEqual([204, null]);
});
