import { createHash, createHmac, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../simulator/server.ts';
import { get } from '../../simulator/testing/client.ts';

const APP = '1234567890';
const SECRET = 'the secret of the app';
const PAGE = '100000000000001';
const BACK = 'http://127.0.0.1:9/callback';
const verifier = randomBytes(32).toString('base64url');
const challenge = createHash('sha256').update(verifier).digest('base64url');

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator({ conversations: 4, appSecret: SECRET });
});
afterEach(() => simulator.close());

type Parameters = Record<string, string>;
interface Account {
  id: string;
  name: string;
  access_token: string;
  tasks: string[];
  instagram_business_account?: { id: string };
}

const dialog = (more: Parameters = {}) =>
  fetch(
    `${simulator.url}/v25.0/dialog/oauth?${new URLSearchParams({
      client_id: APP,
      redirect_uri: BACK,
      state: 'the state',
      scope: 'pages_show_list,pages_messaging',
      code_challenge: challenge,
      code_challenge_method: 'S256',
      ...more,
    })}`,
    { redirect: 'manual' },
  );

/** What comes back with the person who was sent to the dialog. */
async function answered(more: Parameters): Promise<URLSearchParams> {
  const response = await dialog(more);
  expect(response.status).toBe(302);
  const target = new URL(response.headers.get('location') ?? '');
  expect(`${target.origin}${target.pathname}`).toBe(BACK);
  return target.searchParams;
}

const codeOf = async (more: Parameters = {}) =>
  (await answered({ simulator_answer: 'continue', ...more })).get('code') ?? '';

async function exchange(more: Parameters) {
  const own = { client_id: APP, client_secret: SECRET, redirect_uri: BACK, code_verifier: verifier };
  const { status, body } = await get(simulator.url, '/oauth/access_token', { ...own, ...more }, null);
  return { status, error: body.error, token: String(body.access_token), expiresIn: body.expires_in };
}

/** A call of the person, or of one of the pages. */
const ask = (path: string, token: string, more: Parameters = {}) => {
  const appsecret_proof = createHmac('sha256', SECRET).update(token).digest('hex');
  return get(simulator.url, path, { ...more, appsecret_proof }, token);
};

const debug = async (token: string, app = `${APP}|${SECRET}`) =>
  (await ask('/debug_token', app, { input_token: token })).body.data as unknown as {
    is_valid: boolean;
    type: string;
    expires_at: number;
    scopes: string[];
    app_id: string;
  };

const longLived = async () => {
  const { token } = await exchange({ code: await codeOf() });
  return exchange({ grant_type: 'fb_exchange_token', fb_exchange_token: token });
};

const accountsOf = async (token: string, more: Parameters = {}) =>
  (
    await ask('/me/accounts', token, {
      fields: 'id,name,access_token,tasks,instagram_business_account',
      ...more,
    })
  ).body as unknown as { data: Account[]; paging?: { next?: string; cursors: { after: string } } };

test('the dialog is a page with two buttons; each sends the person back with the state', async () => {
  const page = await dialog({ state: '"><script>' });
  expect(page.headers.get('content-type')).toContain('text/html');
  const html = await page.text();
  expect(html).toMatch(/value="continue">Continue<[\s\S]*value="cancel">Cancel</);
  expect(html).not.toContain('<script>');
  const back = await answered({ simulator_answer: 'continue' });
  expect([...back.keys()].sort()).toEqual(['code', 'state']);
  expect(back.get('state')).toBe('the state');
  expect(Object.fromEntries(await answered({ simulator_answer: 'cancel' }))).toEqual({
    error: 'access_denied',
    error_code: '200',
    error_description: 'Permissions error',
    error_reason: 'user_denied',
    state: 'the state',
  });
});

test('nobody is sent to another app, nor to an address that is not listed', async () => {
  expect((await dialog({ client_id: '999' })).status).toBe(400);
  const elsewhere = { redirect_uri: 'https://app.example.com/back', simulator_answer: 'continue' };
  expect((await dialog(elsewhere)).status).toBe(400);
  expect((await dialog({ ...elsewhere, redirect_uri: 'javascript:alert(1)' })).status).toBe(400);
  simulator.control('POST', '/login', { redirectUris: ['https://app.example.com/back'] });
  expect((await dialog(elsewhere)).status).toBe(302);
  expect((await dialog({ ...elsewhere, redirect_uri: 'https://app.example.com/other' })).status).toBe(400);
});

test('a code is good once, for its address, its verifier and its app', async () => {
  const code = await codeOf();
  const refused = async (more: Parameters) => (await exchange({ code, ...more })).error;
  expect(await refused({ code: 'another' })).toMatchObject({ code: 100 });
  expect(await refused({ redirect_uri: `${BACK}/` })).toMatchObject({ code: 100, error_subcode: 36008 });
  const other = randomBytes(32).toString('base64url');
  expect(await refused({ code_verifier: other })).toMatchObject({
    code: 100,
    message: expect.stringContaining('Invalid code verifier'),
  });
  expect(await refused({ code_verifier: '' })).toMatchObject({ code: 100 });
  expect(await refused({ client_secret: 'guess' })).toMatchObject({
    code: 1,
    message: 'Error validating client secret.',
  });
  expect(await refused({ client_id: '999' })).toMatchObject({ code: 101 });
  // what was refused has not spent it
  expect(await exchange({ code })).toMatchObject({ status: 200, expiresIn: 5400 });
  expect(await refused({})).toMatchObject({ code: 100, error_subcode: 36009 });
  simulator.control('POST', '/users', { state: 'expired' });
  const late = await codeOf();
  simulator.control('POST', '/users', { state: 'expired' });
  expect((await exchange({ code: late })).error).toMatchObject({ code: 100, error_subcode: 36007 });
});

test('the code may come in a body, and nothing of it is logged', async () => {
  const code = await codeOf();
  const body = new URLSearchParams({
    client_id: APP,
    client_secret: SECRET,
    redirect_uri: BACK,
    code_verifier: verifier,
    code,
  });
  const answer = await fetch(`${simulator.url}/v25.0/oauth/access_token`, { method: 'POST', body });
  expect(answer.status).toBe(200);
  const { access_token } = (await answer.json()) as { access_token: string };
  expect(answer.headers.get('x-app-usage')).toBeTruthy();
  await exchange({ code });
  await exchange({ grant_type: 'fb_exchange_token', fb_exchange_token: access_token });
  const report = JSON.stringify(simulator.control('GET', '/calls'));
  for (const secret of [code, access_token, verifier, new URLSearchParams({ SECRET }).toString().slice(7)]) {
    expect(report).not.toContain(secret);
  }
  expect(simulator.control('GET', '/calls')).toMatchObject({ byEdge: { access_token: 3 } });
});

test('the long-lived token is good for 60 days, and its page tokens for ever', async () => {
  const { token: short } = await exchange({ code: await codeOf() });
  const [fromShort] = (await accountsOf(short)).data;
  const long = await exchange({ grant_type: 'fb_exchange_token', fb_exchange_token: short });
  expect(long).toMatchObject({ status: 200, expiresIn: 5_183_944 });
  const [account] = (await accountsOf(long.token)).data;
  expect(account).toMatchObject({
    id: PAGE,
    name: 'Demo Page',
    tasks: expect.arrayContaining(['MESSAGING']),
    instagram_business_account: { id: '17840000000000001' },
  });
  const token = account?.access_token ?? '';
  expect(token).toMatch(/^EAA\w{30,}$/);
  expect(token).not.toBe(fromShort?.access_token);
  expect((await ask(`/${PAGE}/conversations`, token)).status).toBe(200);
  expect(await debug(token)).toMatchObject({
    is_valid: true,
    type: 'PAGE',
    app_id: APP,
    expires_at: 0,
    scopes: ['pages_show_list', 'pages_messaging'],
  });
  expect((await debug(fromShort?.access_token ?? '')).expires_at).toBeGreaterThan(Date.now() / 1000);
  expect(await debug(long.token)).toMatchObject({ is_valid: true, type: 'USER' });
  expect((await exchange({ grant_type: 'fb_exchange_token', fb_exchange_token: 'x' })).error.code).toBe(190);
});

test('a person’s token opens no inbox, a page’s has no pages, and only the app may ask about others', async () => {
  const { token } = await longLived();
  expect((await ask(`/${PAGE}/conversations`, token)).body.error).toMatchObject({ code: 190 });
  const pageToken = (await accountsOf(token)).data[0]?.access_token ?? '';
  expect((await ask('/me/accounts', pageToken)).body.error).toMatchObject({ code: 100 });
  for (const app of [`999|${SECRET}`, `${APP}|guess`]) {
    expect((await ask('/debug_token', app, { input_token: token })).body.error).toMatchObject({ code: 190 });
  }
});

test('pages come in pages, with the tasks of the person; too many at once is refused', async () => {
  for (let i = 1; i < 7; i++)
    simulator.control('POST', '/pages', { id: `20000000000000${i}`, conversations: 1 });
  const pages = [1, 2, 3, 4, 5].map((i) => ({
    id: `20000000000000${i}`,
    ...(i === 2 ? { tasks: ['ANALYZE', 'ADVERTISE'] } : {}),
  }));
  simulator.control('POST', '/users', { pages, reduceAbove: 2, declined: ['pages_messaging'] });
  const { token } = await longLived();
  expect((await ask('/me/accounts', token, { limit: '3' })).body.error).toMatchObject({
    code: 1,
    message: expect.stringMatching(/reduce the amount of data/),
  });
  const seen: Account[] = [];
  let after: string | undefined;
  do {
    const { data, paging } = await accountsOf(token, { limit: '2', ...(after ? { after } : {}) });
    seen.push(...data);
    after = paging?.next ? paging.cursors.after : undefined;
  } while (after);
  expect(seen.map(({ id }) => id)).toEqual(pages.map(({ id }) => id));
  expect(seen.filter(({ tasks }) => !tasks.includes('MESSAGING')).map(({ id }) => id)).toEqual([
    pages[1]?.id,
  ]);
  expect((await debug(seen[0]?.access_token ?? '')).scopes).toEqual(['pages_show_list']);
});

test('tokens end on demand, those of pages too; the next login gives others', async () => {
  const { token } = await longLived();
  const first = (await accountsOf(token)).data[0]?.access_token ?? '';
  expect((await accountsOf(token)).data[0]?.access_token, 'the same while it is good').toBe(first);
  simulator.control('POST', '/token', { expiresAt: Math.floor(Date.now() / 1000) + 3600 });
  expect((await debug(first)).expires_at).toBeGreaterThan(0);
  simulator.control('POST', '/token', { state: 'expired' });
  expect((await ask(`/${PAGE}`, first)).body.error).toMatchObject({ code: 190, error_subcode: 463 });
  expect(await debug(first)).toMatchObject({ is_valid: false });
  const second = (await accountsOf(token)).data[0]?.access_token ?? '';
  expect((await ask(`/${PAGE}`, second)).status).toBe(200);
  simulator.control('POST', '/token', { expiresAt: 1_700_000_000 });
  expect((await ask(`/${PAGE}`, second)).body.error).toMatchObject({ code: 190 });
  const third = (await accountsOf(token)).data[0]?.access_token ?? '';
  expect(await debug(third)).toMatchObject({ is_valid: true, expires_at: 0 });
  expect(await debug(second)).toMatchObject({ is_valid: false });
  simulator.control('POST', '/users', { state: 'expired' });
  expect((await ask('/me/accounts', token)).body.error).toMatchObject({ code: 190, error_subcode: 463 });
  expect((await ask(`/${PAGE}`, third)).status, 'the page’s own goes on').toBe(200);
});

test('faults meet the calls of the app like all others', async () => {
  const fault = (edge: string, name: string) =>
    simulator.control('POST', '/faults', { match: { edge }, fault: { kind: 'error', name } });
  fault('access_token', 'throttle-4');
  fault('accounts', 'reduce-data');
  const code = await codeOf();
  expect(await exchange({ code })).toMatchObject({ status: 403, error: { code: 4 } });
  const { token } = await exchange({ code });
  expect((await ask('/me/accounts', token)).body.error).toMatchObject({ code: 1 });
  expect((await ask('/me/accounts', token)).status).toBe(200);
});
