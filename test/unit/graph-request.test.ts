import { createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, test } from 'vitest';
import type { GraphErrorKind } from '../../src/contract/sync-error.ts';
import { callGraph } from '../../src/graph/request.ts';
import { TOKEN } from './graph-samples.ts';
import { answer, errorOf, get, type Handler, never, SECRET, serve, stopServing } from './graph-server.ts';

afterEach(stopServing);

describe('a call', () => {
  test('carries the token in a header only, the parameters, the version and a proof', async () => {
    let seen: { method: string | undefined; url: URL; headers: IncomingMessage['headers'] } | undefined;
    const endpoint = await serve((req, res) => {
      seen = { method: req.method, url: new URL(req.url ?? '', 'http://x'), headers: req.headers };
      res.setHeader('X-Page-Usage', '{"call_count":12}').end('{"data":[]}');
    });
    const { body, usage } = await get(endpoint);

    expect(body).toEqual({ data: [] });
    expect(usage.assetPercent).toBe(12);
    expect(seen?.method).toBe('GET');
    expect(seen?.url.pathname).toBe('/v25.0/1/conversations');
    expect(seen?.headers.authorization).toBe(`Bearer ${TOKEN}`);
    expect(seen?.url.href).not.toContain(TOKEN);
    expect(Object.fromEntries(seen?.url.searchParams ?? [])).toEqual({
      platform: 'messenger',
      after: 'a b&c=',
      appsecret_proof: createHmac('sha256', SECRET).update(TOKEN).digest('hex'),
    });
  });

  test('the proof is the one of RFC 4231, test case 2', async () => {
    let proof: string | null = null;
    const endpoint = await serve(
      (req, res) => {
        proof = new URL(req.url ?? '', 'http://x').searchParams.get('appsecret_proof');
        res.end('{}');
      },
      { appSecret: 'Jefe' },
    );
    await callGraph(endpoint, 'what do ya want for nothing?', { path: 'me', params: {} }, never);
    expect(proof).toBe('5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843');
  });

  test('carries no proof without an app secret', async () => {
    let query = '';
    const endpoint = await serve(
      (req, res) => {
        query = req.url ?? '';
        res.end('{}');
      },
      { appSecret: null },
    );
    await get(endpoint);
    expect(query).not.toContain('appsecret_proof');
  });

  test('gives its text clean', async () => {
    const endpoint = await serve(answer(200, '{"data":["a\\u0000b\\ud800"]}'));
    expect((await get(endpoint)).body).toEqual({ data: ['ab\ufffd'] });
  });

  test('is not sent to where a redirect points', async () => {
    let calls = 0;
    const endpoint = await serve((_, res) => {
      calls += 1;
      res.writeHead(302, { location: '/elsewhere' }).end();
    });
    expect((await errorOf(endpoint)).kind).toBe('transient');
    expect(calls).toBe(1);
  });

  test('that takes too long ends as transient and says so', async () => {
    const error = await errorOf(await serve(() => {}, { timeoutMs: 50 }));
    expect(error).toMatchObject({ kind: 'transient', message: 'Graph did not answer within 0.05 s' });
  });

  test('whose body takes too long ends as transient too', async () => {
    const endpoint = await serve((_, res) => res.writeHead(200).write('{"data":['), { timeoutMs: 200 });
    expect(await errorOf(endpoint)).toMatchObject({
      kind: 'transient',
      message: 'Graph did not answer within 0.2 s',
    });
  });

  test.each(['before the answer', 'within the body'])(
    'that is aborted %s throws the abort’s reason',
    async (when) => {
      const endpoint = await serve((_, res) => {
        if (when === 'within the body') res.writeHead(200).write('{"data":[');
      });
      const abort = new AbortController();
      const reason = new Error('the worker shuts down');
      const call = expect(get(endpoint, TOKEN, abort.signal)).rejects.toBe(reason);
      await sleep(100);
      abort.abort(reason);
      await call;
    },
  );

  test('that is aborted already is not sent', async () => {
    let calls = 0;
    const endpoint = await serve((_, res) => {
      calls += 1;
      res.end('{}');
    });
    const reason = new Error('too late');
    await expect(get(endpoint, TOKEN, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(calls).toBe(0);
  });

  test('to nobody names the reason and not the address', async () => {
    const endpoint = await serve(() => {});
    await stopServing();
    expect(await errorOf(endpoint)).toMatchObject({
      kind: 'transient',
      message: 'Graph could not be reached: ECONNREFUSED',
      status: null,
    });
  });

  test('with a token that cannot stand in a header does not show it', async () => {
    const endpoint = await serve(answer(200, {}));
    const token = 'EAAB-first-line\nsecond-line';
    const error: unknown = await get(endpoint, token).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    expect(inspect(error)).not.toMatch(/first-line|second-line/);
  });
});

describe('answers that are broken', () => {
  test.each<[string, Handler, GraphErrorKind]>([
    ['a reset connection', (req) => req.socket.resetAndDestroy(), 'transient'],
    ['a connection closed without an answer', (req) => req.socket.destroy(), 'transient'],
    [
      'a body shorter than announced',
      (_, res) => {
        res.writeHead(200, { 'content-length': '1000' });
        res.write('{"data":[');
        setTimeout(() => res.destroy(), 20);
      },
      'transient',
    ],
    ['JSON cut off', answer(200, '{"data":[{"id":"t_1"'), 'transient'],
    ['an empty 200', answer(200, ''), 'transient'],
    ['HTML with 200', answer(200, '<html>Sorry, something went wrong.</html>'), 'transient'],
    ['HTML with 500', answer(500, '<html>Sorry, something went wrong.</html>'), 'transient'],
    ['an empty 502', answer(502, ''), 'transient'],
    ['HTML with 429', answer(429, '<html>'), 'throttle'],
    ['HTML with 400', answer(400, '<html>'), 'bad_request'],
    ['an error with 200', answer(200, { error: { code: 190, message: 'x' } }), 'auth'],
    [
      'an error with 500',
      answer(500, { error: { code: 1, message: 'Please reduce the amount of data' } }),
      'shrink',
    ],
  ])('%s', async (_, handler, kind) => {
    expect((await errorOf(await serve(handler))).kind).toBe(kind);
  });

  test('an error that quotes the very token, whatever it looks like', async () => {
    const quoting: Handler = (req, res) => {
      const token = (req.headers.authorization ?? '').slice('Bearer '.length);
      res
        .writeHead(400)
        .end(JSON.stringify({ error: { message: `Malformed access token ${token}`, code: 190 } }));
    };
    const endpoint = await serve(quoting);
    for (const token of [TOKEN, 'IGQVJXabc-DEF_123', '1234567890|abcDEF']) {
      expect((await errorOf(endpoint, token)).kind).toBe('auth');
    }
  });
});

test('the time-out comes although nothing but the call holds on to it', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const endpoint = { ...(await serve(() => {})), timeoutMs: 400 };
  const collecting = setInterval(collect, 20);
  try {
    expect((await errorOf(endpoint)).kind).toBe('transient');
  } finally {
    clearInterval(collecting);
  }
}, 5000);
