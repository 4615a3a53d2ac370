import { createContext, runInContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Browser, signIn } from '../support/browser.ts';
import { type Stack, startStack } from '../support/stack.ts';

/* The script that starts Swagger UI, as it is served, in the place of a browser: with its cookie, against the real API. */

interface TriedRequest {
  url: string;
  method: string;
  headers: Record<string, string>;
  body?: string;
}
interface SwaggerOptions {
  url: string;
  requestInterceptor(request: TriedRequest): Promise<TriedRequest>;
  responseInterceptor(response: { status: number }): unknown;
}

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ workers: 0 });
});
afterAll(() => stack.close());

async function signedIn(): Promise<Browser> {
  const link = await stack.api.post<{ url: string }>('/api/sign-in-links', {});
  return signIn(link.body.url);
}

/** Runs the served script in a page that has the browser's cookie. */
async function openDocs(browser: () => Browser) {
  const script = await (await browser().fetch('/api/docs/start.js')).text();
  const asked: string[] = [];
  let options: SwaggerOptions | undefined;
  const page = {
    SwaggerUIBundle: (given: SwaggerOptions) => {
      options = given;
    },
    fetch: (url: string) => {
      const { pathname } = new URL(url, `${stack.api.url}/api/docs/`);
      asked.push(pathname);
      return browser().fetch(pathname, { headers: { 'x-csrf-token': '' } });
    },
  };
  runInContext(script, createContext(page));
  if (options === undefined) throw new Error('The script starts nothing');
  const { requestInterceptor, responseInterceptor } = options;
  return {
    options,
    asked,
    /** As “Execute” does it. */
    async execute(method: string, path: string, body?: object): Promise<Response> {
      const json: Record<string, string> = body === undefined ? {} : { 'Content-Type': 'application/json' };
      const tried = await requestInterceptor({
        url: stack.api.url + path,
        method,
        headers: json,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const { cookie } = browser();
      const response = await fetch(tried.url, {
        method,
        headers: { ...tried.headers, cookie, origin: stack.api.url },
        ...(tried.body === undefined ? {} : { body: tried.body }),
      });
      responseInterceptor(response);
      return response;
    },
  };
}

describe('Try it out in a browser that has signed in', () => {
  test('may change something, and asks for the CSRF token once', async () => {
    const browser = await signedIn();
    const docs = await openDocs(() => browser);
    expect(docs.options.url).toBe('../openapi.json');
    expect((await docs.execute('GET', '/api/tokens')).status).toBe(200);
    expect(docs.asked, 'what changes nothing needs no token').toEqual([]);
    const made = await docs.execute('POST', '/api/tokens', { name: 'tried', scope: 'read' });
    expect(made.status).toBe(201);
    const { id } = (await made.json()) as { id: string };
    expect((await docs.execute('DELETE', `/api/tokens/${id}`)).status).toBe(200);
    expect(docs.asked).toEqual(['/api/session']);
  });

  test('goes on after somebody has signed in anew', async () => {
    let browser = await signedIn();
    const docs = await openDocs(() => browser);
    const make = () => docs.execute('POST', '/api/tokens', { name: 'tried', scope: 'read' });
    expect((await make()).status).toBe(201);
    browser = await signedIn();
    expect((await make()).status, 'the token of the other session').toBe(403);
    expect((await make()).status).toBe(201);
  });
});

test('only where browsers come by https are they asked to come by https', async () => {
  const policyOf = async (url: string) => {
    const response = await fetch(`${url}/health/live`);
    return response.headers.get('content-security-policy');
  };
  expect(await policyOf(stack.api.url)).toContain("default-src 'self'");
  expect(await policyOf(stack.api.url)).not.toContain('upgrade-insecure-requests');
  const http = await stack.addApi({ PUBLIC_URL: 'http://pagesync.example.com' });
  expect(await policyOf(http.url)).not.toContain('upgrade-insecure-requests');
  const https = await stack.addApi({ PUBLIC_URL: 'https://pagesync.example.com' });
  expect(await policyOf(https.url)).toContain('upgrade-insecure-requests');
});
