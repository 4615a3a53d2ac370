import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp } from '../../src/api/app.ts';
import type { ApiDeps } from '../../src/api/deps.ts';
import type { WebhookDeps } from '../../src/api/webhooks.ts';
import { SCOPES, type Scope } from '../../src/contract/scopes.ts';
import { createLogger } from '../../src/log.ts';
import { type Browser, signIn } from '../support/browser.ts';
import type { Description } from '../support/documented-answers.ts';
import { routesOf } from '../support/routes.ts';
import { type Stack, startStack } from '../support/stack.ts';

/** Every route of the API, without a token, with a wrong one, and with one that is too weak. */
let stack: Stack;
let operations: { method: string; path: string; url: string; scope: Scope }[];
const tokens = new Map<Scope, string>();
const browsers = new Map<Scope, Browser>();
beforeAll(async () => {
  stack = await startStack({ workers: 0 });
  const { body } = await stack.api.get<Description>('/api/openapi.json');
  operations = Object.entries(body.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { security }]) => ({
      method: method.toUpperCase(),
      path,
      url: stack.api.url + path.replaceAll(/\{\w+\}/g, () => randomUUID()),
      scope: security?.[0]?.token?.[0] as Scope,
    })),
  );
  for (const scope of SCOPES) {
    const { body } = await stack.api.post<{ token: string }>('/api/tokens', { name: scope, scope });
    tokens.set(scope, body.token);
    const link = await stack.api.post<{ url: string }>('/api/sign-in-links', { scope });
    browsers.set(scope, await signIn(link.body.url));
  }
});
afterAll(() => stack.close());

/** What a request is answered with, by its headers alone. The body is one that no operation takes. */
async function statusOf(method: string, url: string, headers: Record<string, string>): Promise<number> {
  const body = method === 'GET' || method === 'HEAD' ? {} : { body: '{"nobody knows this": 1}' };
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    headers: { 'content-type': 'application/json', ...headers },
    ...body,
  });
  await response.body?.cancel();
  return response.status;
}

const bearer = (token: string | undefined) => ({ authorization: `Bearer ${token}` });
const asBrowser = ({ cookie, csrfToken }: Browser) => ({
  cookie,
  origin: stack.api.url,
  'x-csrf-token': csrfToken,
});

test('every operation wants to know who asks, and whether they may', async () => {
  expect(operations.length).toBeGreaterThan(20);
  expect(new Set(operations.map(({ scope }) => scope))).toEqual(new Set(SCOPES));
  const faults: string[] = [];
  for (const { method, path, url, scope } of operations) {
    const expectStatus = async (what: string, expected: (status: number) => boolean, headers = {}) => {
      const status = await statusOf(method, url, headers);
      if (!expected(status)) faults.push(`${method} ${path} (${scope}) ${what}: ${status}`);
    };
    await expectStatus('without a token', (status) => status === 401);
    await expectStatus('with a wrong token', (status) => status === 401, bearer('ps_wrong'));
    for (const has of SCOPES) {
      const may = SCOPES.indexOf(has) >= SCOPES.indexOf(scope);
      const expected = (status: number) => (may ? status !== 401 && status !== 403 : status === 403);
      const signsOut = method === 'DELETE' && path === '/api/session';
      await expectStatus(`with a token that may ${has}`, expected, bearer(tokens.get(has)));
      const browser = browsers.get(has);
      if (browser === undefined || signsOut) continue;
      await expectStatus(`in a browser that may ${has}`, expected, asBrowser(browser));
      if (method === 'GET') continue;
      const { 'x-csrf-token': _, ...without } = asBrowser(browser);
      await expectStatus('in a browser without the CSRF token', (status) => status === 403, without);
    }
  }
  expect(faults).toEqual([]);
});

/** Whoever adds a route that needs no token adds it here, and says why in docs/access.md. */
const PUBLIC = [
  'GET /{*path}',
  'GET /health/live',
  'GET /health/ready',
  'GET /sign-in',
  'GET /webhooks/facebook',
  'POST /sign-in',
  'POST /webhooks/facebook',
];

test('no route is there but those of the document, the page that shows it, and the public ones', async () => {
  // of a program whose parts are not there: only what it would serve is looked at
  const nothing: unknown = new Proxy(() => nothing, { get: () => nothing, apply: () => nothing });
  const app = createApp(
    nothing as ApiDeps,
    nothing as WebhookDeps,
    stack.config,
    createLogger('silent', 'test'),
  );
  const mounts = ['/api', '/api/docs', '/webhooks', '/health', '/sign-in', '/assets'];
  const routes = routesOf(app, mounts);
  const documented = operations.map(
    ({ method, path }) => `${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
  );
  const docs = ['GET /api/docs', 'GET /api/docs/start.js'];
  expect([...routes].sort()).toEqual([...documented, ...docs, ...PUBLIC].sort());

  const behindToken = [
    ...routes.filter((route) => !PUBLIC.includes(route)),
    'GET /api/docs/swagger-ui.css',
    'GET /api',
    'GET /api/nothing',
    'PUT /api/pages',
    'GET /API/pages',
    'GET //api/pages',
    'GET /api//pages',
  ];
  for (const route of behindToken) {
    const [method = '', path = ''] = route.split(' ');
    expect([route, await statusOf(method, stack.api.url + path, {})]).toEqual([
      route,
      path.startsWith('//') ? 404 : 401,
    ]);
  }
  for (const route of PUBLIC) {
    const [method = '', path = ''] = route.split(' ');
    // a sign-in without a code, a webhook without Meta's secrets
    const status = await statusOf(method, stack.api.url + path, {});
    expect([route, status]).toEqual([
      route,
      // the dashboard's pages, of which a program asks for none
      path === '/{*path}'
        ? 404
        : path === '/sign-in'
          ? 401
          : path.startsWith('/health')
            ? 200
            : method === 'GET'
              ? 403
              : 503,
    ]);
  }
});
