import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiTokenResource } from '../../src/contract/access.ts';
import { callAs, newToken } from '../support/api-tokens.ts';
import { expectProblem } from '../support/problem.ts';
import { startProgram } from '../support/program.ts';
import { type Stack, startStack } from '../support/stack.ts';

/** Who may use the API: tokens, pages of other origins. */
let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ env: { CORS_ORIGINS: 'https://app.example.com,http://localhost:5173' } });
});
afterAll(() => stack.close());

const as = (token: string, path: string, init?: RequestInit) => callAs(stack.api, token, path, init);

describe('a token', () => {
  test('may what its scope says, until it is revoked', async () => {
    const [reader, syncer] = [await newToken(stack.api, 'read'), await newToken(stack.api, 'sync')];
    const { token: admin } = await newToken(stack.api, 'admin');
    const page = await stack.addPage({ conversations: 3 });
    const sync = `/api/pages/${page.id}/sync`;
    expect((await as(reader.token, `/api/pages/${page.id}`)).status).toBe(200);
    await expectProblem(await as(reader.token, sync, { method: 'POST' }), 403, 'forbidden', {
      scope: 'sync',
    });
    expect((await as(syncer.token, sync, { method: 'POST' })).status).toBe(202);
    await expectProblem(await as(syncer.token, '/api/tokens'), 403, 'forbidden', { scope: 'admin' });
    const list = (await (await as(admin, '/api/tokens')).json()) as { data: ApiTokenResource[] };
    expect(list.data.find(({ id }) => id === reader.id)?.lastUsedAt).not.toBeNull();
    for (const { token } of [reader, syncer]) expect(JSON.stringify(list)).not.toContain(token);

    const revoked = await as(admin, `/api/tokens/${reader.id}`, { method: 'DELETE' });
    expect(((await revoked.json()) as ApiTokenResource).revokedAt).not.toBeNull();
    const refused = await as(reader.token, '/api/pages');
    expect(refused.headers.get('www-authenticate')).toBe('Bearer');
    await expectProblem(refused, 401, 'unauthorized');
    await stack.sql`UPDATE api_tokens SET expires_at = now() WHERE id = ${syncer.id}`;
    await expectProblem(await as(syncer.token, '/api/pages'), 401, 'unauthorized');
    await stack.ended(page);
  });
});

test('in production no program starts with an example for a secret', async () => {
  const examples = {
    ...stack.env,
    NODE_ENV: 'production',
    TOKEN_ENCRYPTION_KEYS: Buffer.alloc(32).toString('base64'),
    PAGESYNC_API_TOKEN: 'change-me-change-me-change-me-change-me',
    FACEBOOK_VERIFY_TOKEN: 'my-verify-token',
  };
  const programs: [file: string, args: string[]][] = [
    ['src/server.ts', []],
    ['src/worker.ts', []],
    ['src/pagesync.ts', ['migrate']],
  ];
  const ends = programs.map(async ([file, args]) => {
    const program = startProgram(file, args, examples);
    expect([file, await program.exited]).toEqual([file, 1]);
    // only the API is where browsers are sent to
    expect(program.output().includes('  PUBLIC_URL: ')).toBe(file === 'src/server.ts');
    for (const name of ['TOKEN_ENCRYPTION_KEYS', 'PAGESYNC_API_TOKEN', 'FACEBOOK_VERIFY_TOKEN']) {
      expect(program.output()).toContain(`  ${name}: `);
      expect(program.output()).not.toContain(examples[name as keyof typeof examples]);
    }
  });
  await Promise.all(ends);
});

describe('other origins', () => {
  const preflight = (origin: string) =>
    fetch(`${stack.api.url}/api/pages`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,idempotency-key',
      },
    });

  test('may read with a token when they are listed; never with the cookie', async () => {
    for (const origin of ['https://app.example.com', 'http://localhost:5173']) {
      const allowed = await preflight(origin);
      expect(allowed.status).toBe(204);
      expect(Object.fromEntries(allowed.headers)).toMatchObject({
        'access-control-allow-origin': origin,
        'access-control-allow-methods': 'GET,POST,PATCH,DELETE',
        'access-control-allow-headers': expect.stringContaining('Idempotency-Key'),
        vary: expect.stringContaining('Origin'),
      });
      const read = await stack.api.fetch('/api/pages', { headers: { origin } });
      expect(read.headers.get('access-control-allow-origin')).toBe(origin);
      const exposed = read.headers.get('access-control-expose-headers')?.split(',');
      expect(exposed).toEqual(expect.arrayContaining(['ETag', 'Content-Disposition', 'WWW-Authenticate']));
      for (const { headers } of [allowed, read])
        expect(headers.has('access-control-allow-credentials')).toBe(false);
    }
  });

  test('may not when they are not', async () => {
    const closed = await stack.addApi({ CORS_ORIGINS: '' });
    for (const origin of [
      'https://evil.example.com',
      'https://app.example.com.evil.com',
      'https://app.example.com:8443',
      'http://app.example.com',
      'null',
    ]) {
      for (const answer of [
        await preflight(origin),
        await stack.api.fetch('/api/pages', { headers: { origin } }),
        await closed.fetch('/api/pages', { headers: { origin } }),
        await fetch(`${closed.url}/api/pages`, {
          method: 'OPTIONS',
          headers: { origin, 'access-control-request-method': 'GET' },
        }),
      ]) {
        expect(answer.headers.has('access-control-allow-origin')).toBe(false);
      }
    }
  });

  test('find the headers that keep a page safe', async () => {
    for (const path of ['/api/pages', '/health/live', '/sign-in']) {
      const { headers } = await stack.api.fetch(path);
      expect(Object.fromEntries(headers)).toMatchObject({
        'content-security-policy': expect.stringContaining("default-src 'self'"),
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'SAMEORIGIN',
        'referrer-policy': 'no-referrer',
      });
      expect(headers.has('x-powered-by')).toBe(false);
    }
  });
});
