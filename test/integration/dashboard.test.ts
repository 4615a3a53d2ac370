import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { dashboardRouter } from '../../src/api/dashboard.ts';
import { type Stack, startStack } from '../support/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ workers: 0 });
});
afterAll(() => stack?.close());

/** As a browser asks for a page. */
const asPage = { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } };
const ask = (path: string, init: RequestInit = asPage) => fetch(stack.api.url + path, init);

describe('the dashboard', () => {
  test('is served from the API’s own origin, at each of its addresses, to everybody: the data is behind the session', async () => {
    for (const path of ['/', '/inbox/some-id?q=a', '/history', '/health', '/?facebookLogin=1']) {
      const page = await ask(path);
      expect([path, page.status]).toEqual([path, 200]);
      expect(await page.text()).toContain('<div id="root">');
      // a new version is seen at the next visit
      expect(page.headers.get('cache-control')).toBe('no-cache');
    }
  });

  test('takes scripts from itself alone, shows media of Meta, and stands in nobody’s frame', async () => {
    const policy = (await ask('/')).headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self';");
    expect(policy).toMatch(/img-src 'self' data: https:/);
    expect(policy).toMatch(/media-src 'self' https:/);
    expect(policy).toContain("frame-ancestors 'self'");
    // answers of the API allow no media of others
    const answer = await stack.api.fetch('/api/pages');
    expect(answer.headers.get('content-security-policy')).toMatch(/img-src 'self' data:;/);
  });

  test('has files that are kept for ever, as their names change, and come compressed', async () => {
    const html = await (await ask('/')).text();
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(html)?.[1] ?? '';
    const file = await ask(script, { headers: { 'accept-encoding': 'gzip' } });
    expect(file.status).toBe(200);
    expect(file.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(file.headers.get('content-encoding')).toBe('gzip');
    expect((await ask('/assets/gone.js')).status).toBe(404);
  });

  test('is no answer to programs, nor to what the API does not know', async () => {
    for (const [path, init] of [
      ['/nothing', {}],
      ['/api/nothing', asPage],
      ['/webhooks/nothing', asPage],
      ['/health/live', asPage],
      ['/inbox', { ...asPage, method: 'POST' }],
    ] as const) {
      const answer = await ask(path, init);
      expect([path, await answer.text()]).toEqual([path, expect.not.stringContaining('<div id="root">')]);
      expect([path, answer.status]).toEqual([
        path,
        path === '/api/nothing' ? 401 : path === '/health/live' ? 200 : 404,
      ]);
    }
  });

  describe('in another folder', () => {
    let folder: string;
    let server: Server;
    beforeEach(async () => {
      // as folders of programs that run others may be called
      folder = await mkdtemp(join(tmpdir(), '.pagesync-dashboard-'));
      server = express().use(dashboardRouter(folder, false)).listen(0, '127.0.0.1');
      await once(server, 'listening');
    });
    afterEach(async () => {
      server.close();
      await rm(folder, { recursive: true });
    });
    const visit = () => fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/inbox`, asPage);

    test('that was never built says how to build it', async () => {
      const page = await visit();
      expect(page.status).toBe(503);
      expect(await page.text()).toContain('npm run build');
    });

    test('is served wherever that lies, and never taken for unchanged because it is older than another version', async () => {
      await writeFile(join(folder, 'index.html'), '<p>built</p>');
      const page = await visit();
      expect([page.status, await page.text()]).toEqual([200, '<p>built</p>']);
      expect(page.headers.get('last-modified')).toBeNull();
      expect(page.headers.get('etag')).not.toBeNull();
    });
  });
});
