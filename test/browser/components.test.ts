import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import express from 'express';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JobResource } from '../../src/contract/resources.ts';
import { type DashboardUnderTest, PATIENCE_MS, startDashboard } from '../support/dashboard.ts';
import { eventually } from '../support/eventually.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { HOST_APP } from './host-app.ts';

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, '../..');

let app: string;
let server: Server;
let stack: Stack;
let dashboard: DashboardUnderTest;
beforeAll(async () => {
  await run(process.execPath, ['scripts/build-components.mjs'], { cwd: ROOT });
  app = await hostApp();
  server = express()
    .use(express.static(join(app, 'dist')))
    .listen(0, '127.0.0.1');
  await once(server, 'listening');
  stack = await startStack({ env: { CORS_ORIGINS: origin(), SYNC_SLICE_SECONDS: '0.2' } });
  dashboard = await startDashboard(stack);
});
afterAll(async () => {
  await dashboard?.close();
  await stack?.close();
  server?.close();
  await rm(app, { recursive: true, force: true });
});

function origin(): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** @returns the folder of an app that has installed the components and what they want to be installed beside them */
async function hostApp(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'pagesync-host-app-'));
  for (const [name, text] of Object.entries(HOST_APP)) await writeFile(join(folder, name), text);
  const installed = {
    'pagesync-components': 'web/dist-components',
    '@tanstack/react-query': 'node_modules/@tanstack/react-query',
    ...Object.fromEntries(
      ['react', 'react-dom', 'sonner', 'vite', '@types/react', '@types/react-dom'].map((name) => [
        name,
        `node_modules/${name}`,
      ]),
    ),
  };
  for (const [name, from] of Object.entries(installed)) {
    const to = join(folder, 'node_modules', name);
    await mkdir(dirname(to), { recursive: true });
    await symlink(join(ROOT, from), to, 'dir');
  }
  return folder;
}

test('the types are whole: an app that uses them is checked, and what is wrong is refused', async () => {
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const { stdout } = await run(process.execPath, [tsc, '-p', app, '--pretty', 'false']).catch(
    (error) => error,
  );
  expect(stdout).toBe('');
});

test('another app builds with the module, and shows and starts syncs over CORS with a token', async () => {
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
  await run(process.execPath, [vite, 'build', app, '--logLevel', 'error'], { cwd: app });
  const token = await stack.api.post<{ id: string; token: string }>('/api/tokens', {
    name: 'host app',
    scope: 'sync',
  });
  const page = await stack.addPage({ conversations: 600, messages: 2 });
  stack.simulator.control('POST', '/latency', { ms: 700 });

  const { context, faults } = await dashboard.person();
  const tab = await context.newPage();
  const asked: string[] = [];
  tab.on('request', (request) => asked.push(request.url()));
  const query = new URLSearchParams({ api: stack.api.url, token: token.body.token, page: page.id });
  await tab.goto(`${origin()}/?${query}`);
  const button = tab.getByRole('button', { name: 'My Page' });
  const panel = tab.getByRole('region', { name: 'Sync' });
  await panel.getByText('Never synced').waitFor();

  // neither's styles reach the other
  const looks = await button.evaluate((element) => {
    const { backgroundColor, fontSize, textTransform, borderRadius } = getComputedStyle(element);
    return { backgroundColor, fontSize, textTransform, borderRadius };
  });
  expect(looks).toEqual({
    backgroundColor: 'rgb(255, 255, 255)',
    fontSize: '16px',
    textTransform: 'none',
    borderRadius: '8px',
  });
  const own = tab.getByRole('button', { name: 'A button of its own' });
  expect(await own.evaluate((element) => getComputedStyle(element).backgroundColor)).toBe('rgb(200, 0, 0)');
  const heading = await tab.getByRole('heading', { name: 'Host' }).evaluate((element) => {
    const { color, fontSize, marginTop } = getComputedStyle(element);
    return { color, fontSize, marginTop: marginTop !== '0px' };
  });
  expect(heading).toEqual({ color: 'rgb(1, 2, 3)', fontSize: '40px', marginTop: true });

  // started elsewhere: nobody says so, and whoever comes back to the window sees it
  await stack.api.post(`/api/pages/${page.id}/sync`);
  await tab.evaluate(() => dispatchEvent(new Event('focus')));
  await panel
    .getByText(/^[\d,]+ conversations?$/)
    .first()
    .waitFor();
  await panel.getByText(/^Now: .+/).waitFor();
  stack.simulator.control('POST', '/latency', { ms: 0 });
  await panel.getByText('Last sync complete').waitFor();
  await eventually(async () => (await tab.title()) === '1 complete 600', 'onSyncComplete', PATIENCE_MS);
  await tab.getByText('Conversations read 2 times').waitFor();

  // and by the button, when somebody else is a moment faster
  stack.simulator.control('POST', '/latency', { ms: 700 });
  await button.getByText('Sync', { exact: true }).waitFor();
  await stack.api.post(`/api/pages/${page.id}/sync`);
  await button.click();
  await tab.getByText('Sync already in progress').waitFor();
  await button.getByText(/^[\d,]+ of 600$/).waitFor();
  stack.simulator.control('POST', '/latency', { ms: 0 });
  await eventually(async () => (await tab.title()) === '2 complete 0', 'onSyncComplete again', PATIENCE_MS);
  const jobs = await stack.api.get<{ data: JobResource[] }>(`/api/jobs?pageId=${page.id}`);
  expect(jobs.body.data).toHaveLength(2);

  // nobody says so and nobody comes back: it is looked for now and then
  await stack.api.post(`/api/pages/${page.id}/sync`);
  await eventually(async () => (await tab.title()) === '3 complete 0', 'onSyncComplete by itself', 40_000);

  // the token is taken away: it says so, and asks no more until somebody comes back
  await stack.api.fetch(`/api/tokens/${token.body.id}`, { method: 'DELETE' });
  await tab.evaluate(() => dispatchEvent(new Event('focus')));
  await panel
    .getByRole('alert')
    .getByText(/Sign in again/)
    .waitFor();

  expect(asked.filter((url) => url.startsWith(`${origin()}/api`))).toEqual([]);
  expect(faults).toEqual([]);
});
