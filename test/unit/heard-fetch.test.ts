import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EventSource } from 'eventsource';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
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

test('what is heard puts silence off, and who has stopped hears of none', async () => {
  vi.useFakeTimers();
  try {
    const onSilence = vi.fn();
    const silence = watchSilence(150, onSilence);
    await vi.advanceTimersByTimeAsync(100);
    silence.heard();
    await vi.advanceTimersByTimeAsync(149);
    expect(onSilence).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(onSilence).toHaveBeenCalledTimes(1);
    silence.heard();
    silence.stop();
    silence.heard();
    await vi.advanceTimersByTimeAsync(1000);
    expect(onSilence).toHaveBeenCalledTimes(1);
  } finally {
    vi.useRealTimers();
  }
});

test('each heartbeat of a stream is heard', async () => {
  let heard = 0;
  const source = new EventSource(url, {
    fetch: (to, init) =>
      heardFetch(to, init as RequestInit, () => {
        heard += 1;
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
  source.close();
});

test('an answer without a body is passed on as it is', async () => {
  const answer = await heardFetch(`${url}/gone`, {}, () => {});
  expect([answer.status, answer.body]).toEqual([204, null]);
});
