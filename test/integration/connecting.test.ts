import { createHmac } from 'node:crypto';
import { ScheduleNotFoundError } from '@temporalio/client';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { BegunFacebookLogin, FacebookLoginResource } from '../../src/contract/facebook-login.ts';
import type { TokensResult } from '../../src/contract/maintenance.ts';
import { autoSyncId } from '../../src/contract/names.ts';
import type { JobResource, PageResource } from '../../src/contract/resources.ts';
import { eventually } from '../support/eventually.ts';
import { APP_ID, begin, call, LOGIN, LOGIN_SECRET, press } from '../support/login-under-test.ts';
import { runTask } from '../support/maintenance.ts';
import { freshPageId, type Stack, startStack, type TestPage } from '../support/stack.ts';
import { expectInboxStored } from '../support/truth.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ ...LOGIN, env: { ...LOGIN.env, SYNC_SLICE_SECONDS: '0.2' } });
});
afterAll(() => stack.close());
afterEach(() => {
  stack.simulator.control('DELETE', '/faults');
  control('/latency', { ms: 0 });
  control('/usage', {});
});

type Body = Record<string, unknown>;
const control = (path: string, body: object) => stack.simulator.control('POST', path, body);
const send = <T = Body>(method: string, path: string, body?: unknown) =>
  call<T>(stack.api, method, path, body);
const pageOf = async (id: string) => (await send<PageResource>('GET', `/api/pages/${id}`)).body;
const wrong = (field: string, words: RegExp) => ({
  status: 422,
  body: {
    type: 'urn:pagesync:problem:validation',
    errors: [{ field, message: expect.stringMatching(words) }],
  },
});

/** A page in the simulator that nobody has connected. */
function pageAtMeta(conversations = 10): string {
  const id = freshPageId();
  control('/pages', { id, name: `Page ${id}`, conversations, instagramAccountId: `178${id}` });
  return id;
}

/** Signs in, up to the list of pages. */
async function signIn(pages: { id: string; tasks?: string[] }[]): Promise<FacebookLoginResource> {
  control('/users', { pages });
  const begun = await begin(stack);
  const { code, state } = await press(begun);
  const { status, body } = await send<FacebookLoginResource>(
    'POST',
    `/api/facebook-logins/${begun.id}/complete`,
    { code, state },
  );
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}

const connect = (login: { id: string }, request: object) =>
  send<{ data: PageResource[] }>('POST', `/api/facebook-logins/${login.id}/connect`, request);

const inStatus = (page: { id: string }, status: string) =>
  eventually(async () => {
    const { body } = await send<{ data: JobResource[] }>('GET', `/api/jobs?pageId=${page.id}&limit=1`);
    return body.data[0]?.status === status ? body.data[0] : null;
  }, `a job in status ${status}`);

describe('signing in with Facebook', () => {
  test('lists all pages of the person, connects those that can be, and syncs them', async () => {
    const [one, two, mute] = [pageAtMeta(), pageAtMeta(), pageAtMeta()] as const;
    const more = [pageAtMeta(), pageAtMeta()];
    const pages = [one, two, ...more].map((id) => ({ id }));
    control('/users', { pages: [...pages, { id: mute, tasks: ['ANALYZE'] }], reduceAbove: 2 });
    const begun = await begin(stack);
    const url = new URL(begun.url);
    expect(url.pathname).toBe('/v25.0/dialog/oauth');
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      client_id: APP_ID,
      redirect_uri: 'http://localhost:9/api/facebook-logins/callback',
      response_type: 'code',
      code_challenge_method: 'S256',
      scope: expect.stringContaining('pages_messaging'),
    });
    const path = `/api/facebook-logins/${begun.id}`;
    expect((await send('GET', path)).body).toMatchObject({ state: 'pending', pages: null });
    expect(await connect(begun, { all: true })).toMatchObject({ status: 200, body: { data: [] } });

    const { query } = await press(begun);
    const back = await send('GET', `/api/facebook-logins/callback${query}`);
    expect([back.status, back.headers.get('location')]).toEqual([303, `/?facebookLogin=${begun.id}`]);
    expect(await send('GET', `/api/facebook-logins/callback${query}`)).toMatchObject(
      wrong('state', /was used/),
    );
    const login = (await send<FacebookLoginResource>('GET', path)).body;
    expect(login).toMatchObject({ state: 'completed', error: null });
    expect(login.pages?.map(({ facebookPageId }) => facebookPageId).sort()).toEqual(
      [one, two, mute, ...more].sort(),
    );
    expect(login.pages?.filter(({ canMessage }) => !canMessage)).toMatchObject([{ facebookPageId: mute }]);

    expect(await connect(login, { facebookPageIds: [one, mute] })).toMatchObject(
      wrong('facebookPageIds', new RegExp(`MESSAGING.*${mute}`)),
    );
    expect(await connect(login, { facebookPageIds: ['77'] })).toMatchObject(wrong('facebookPageIds', /77/));
    expect(await connect(login, {})).toMatchObject({ status: 422 });
    expect((await send('GET', `/api/pages/${one}`)).status, 'nothing was connected').toBe(404);
    const named = await connect(login, { facebookPageIds: [one] });
    expect(named.body.data).toMatchObject([{ facebookPageId: one, instagramAccountId: `178${one}` }]);
    const all = await connect(login, { all: true });
    expect(all.body.data.map(({ facebookPageId }) => facebookPageId).sort()).toEqual(
      [one, two, ...more].sort(),
    );

    const page = all.body.data.find(({ facebookPageId }) => facebookPageId === one);
    const token = await eventually(async () => {
      const now = (await pageOf(one)).token;
      return now.checkedAt === null ? null : now;
    }, 'Meta to be asked about the token');
    expect(token).toMatchObject({
      state: 'valid',
      expiresAt: null,
      dataAccessExpiresAt: expect.any(String),
      expiresSoon: false,
      missingScopes: [],
    });
    await send('POST', `/api/pages/${one}/sync`);
    await inStatus({ id: page?.id ?? '' }, 'COMPLETED');
    await expectInboxStored(stack, page as TestPage);
  });

  test('is refused with a state that is none, and with a code of another login (PKCE)', async () => {
    control('/users', { pages: [], reduceAbove: null });
    const [mine, theirs] = [await begin(stack), await begin(stack)];
    const [ours, stolen] = [await press(mine), await press(theirs)];
    const complete = (login: BegunFacebookLogin, answer: object) =>
      send('POST', `/api/facebook-logins/${login.id}/complete`, answer);
    expect(await complete(mine, { code: ours.code, state: 'guess' })).toMatchObject(
      wrong('state', /not of this/),
    );
    expect(await complete(mine, { code: stolen.code, state: stolen.state })).toMatchObject(
      wrong('state', /not of this/),
    );
    expect(await complete(mine, { code: stolen.code, state: ours.state })).toMatchObject(
      wrong('code', /Invalid code verifier/),
    );
    expect((await send('GET', `/api/facebook-logins/${mine.id}`)).body).toMatchObject({
      state: 'failed',
      error: expect.stringContaining('verifier'),
    });
    // neither the state nor the code of the other one was used up
    expect((await complete(theirs, { code: stolen.code, state: stolen.state })).status).toBe(200);
    expect((await send('POST', '/api/facebook-logins', { redirectUri: 'https://evil.example' })).status).toBe(
      422,
    );
    expect((await send('POST', '/api/facebook-logins', { redirectUri: 'http://127.0.0.1:7/x' })).status).toBe(
      201,
    );
  });

  test('says what Facebook said when the person refuses, or when Meta does not answer', async () => {
    const refused = await begin(stack);
    const { query } = await press(refused, 'cancel');
    expect((await send('GET', `/api/facebook-logins/callback${query}`)).status).toBe(303);
    expect((await send('GET', `/api/facebook-logins/${refused.id}`)).body).toMatchObject({
      state: 'failed',
      error: 'Facebook says: Permissions error',
    });
    const late = await begin(stack);
    const { code, state } = await press(late);
    control('/faults', { match: { edge: 'access_token' }, fault: { kind: 'error', name: 'transient-2' } });
    expect(await send('POST', `/api/facebook-logins/${late.id}/complete`, { code, state })).toMatchObject({
      status: 503,
      body: { type: 'urn:pagesync:problem:meta-unavailable', retryAt: null },
    });
    const unset = await stack.addApi({ FACEBOOK_APP_ID: '' });
    expect(await call(unset, 'POST', '/api/facebook-logins', {})).toMatchObject({
      status: 503,
      body: { type: 'urn:pagesync:problem:facebook-login-not-configured' },
    });
  });
});

describe('a pasted token', () => {
  const paste = (facebookPageId: string, accessToken: string) =>
    send<PageResource>('POST', '/api/pages', { facebookPageId, name: 'A page', accessToken });

  test('is asked about: what Meta does not take changes nothing', async () => {
    const [id, other] = [pageAtMeta(), pageAtMeta()];
    const reject = async (token: string, words: RegExp) => {
      expect(await paste(id, token)).toMatchObject(wrong('accessToken', words));
      expect((await send('GET', `/api/pages/${id}`)).status).toBe(404);
    };
    await reject('guess', /could not be decrypted/);
    await reject(`${other}-token`, new RegExp(`another page.*${other}`));
    control('/token', { page: id, state: 'expired' });
    await reject(`${id}-token`, /expired/);
    control('/token', { page: id, state: 'valid', expiresAt: Math.floor(Date.now() / 1000) + 86_400 });
    const { status, body } = await paste(id, `${id}-token`);
    expect(status).toBe(201);
    expect(body.token).toMatchObject({ expiresSoon: true, checkedAt: expect.any(String), missingScopes: [] });

    for (const name of ['transient-2', 'throttle-4']) {
      control('/faults', { match: { edge: 'debug_token' }, fault: { kind: 'error', name } });
      expect(await paste(id, 'newer')).toMatchObject({
        status: 503,
        body: { type: 'urn:pagesync:problem:meta-unavailable' },
      });
    }
    // the throttle holds for all calls of the app, until it is over
    expect(await paste(id, 'newer')).toMatchObject({ status: 503, body: { retryAt: expect.any(String) } });
    await stack.sql`UPDATE graph_budget SET blocked_until = NULL, blocked_why = NULL, usage_percent = NULL, observed_at = NULL`;
    const mistaken = await stack.addApi({ FACEBOOK_APP_SECRET: 'not-the-secret' });
    const request = { facebookPageId: id, name: 'A page', accessToken: `${id}-token` };
    expect(await call(mistaken, 'POST', '/api/pages', request)).toMatchObject({
      status: 503,
      body: { detail: expect.stringContaining('FACEBOOK_APP_SECRET') },
    });
    expect((await pageOf(id)).tokenState).toBe('valid');
  });

  test('is looked at every day: what ends soon is said, what is dead parks the page', async () => {
    const [soon, dead] = [await stack.addPage(), await stack.addPage()];
    const at = Math.floor(Date.now() / 1000) + 5 * 86_400;
    control('/token', { page: soon.facebookPageId, dataAccessExpiresAt: at });
    control('/token', { page: dead.facebookPageId, state: 'expired' });
    control('/faults', { match: { edge: 'debug_token' }, fault: { kind: 'error', name: 'transient-2' } });
    // Meta wants no calls of the app for a moment: the task waits, and goes on by itself
    await stack.sql`UPDATE graph_budget SET blocked_until = now() + interval '1 second' WHERE asset = '(app)'`;
    const before = Date.now();
    const first = (await runTask(stack, 'tokens')) as TokensResult;
    expect(first.unclear).toBe(1);
    expect(Date.now() - before).toBeGreaterThan(900);
    const second = (await runTask(stack, 'tokens')) as TokensResult;
    expect(second.unclear).toBe(0);
    // whichever page Meta said nothing of
    expect(first.dead + second.dead).toBe(1);
    expect(second.endSoon).toBeGreaterThan(0);
    expect(await pageOf(soon.id)).toMatchObject({
      tokenState: 'valid',
      token: { expiresSoon: true, dataAccessExpiresAt: new Date(at * 1000).toISOString() },
    });
    expect(await pageOf(dead.id)).toMatchObject({
      tokenState: 'needs_reconnect',
      token: { state: 'needs_reconnect', error: expect.stringContaining('expired') },
    });
    for (const [page, kind] of [
      [soon, 'token-expiring'],
      [dead, 'token-expired'],
    ] as const) {
      const told = await send<{ data: { kind: string }[] }>('GET', `/api/notifications?pageId=${page.id}`);
      expect(told.body.data, 'once, though it was looked at twice').toMatchObject([{ kind }]);
    }
  });
});

describe('a page that needs to be connected again', () => {
  test('parks its sync; the next login lets it go on, and nothing is lost', async () => {
    const id = pageAtMeta(120);
    const [page] = (await connect(await signIn([{ id }]), { all: true })).body.data;
    if (page === undefined) throw new Error('The page is not connected');
    control('/latency', { ms: 60 });
    await send('POST', `/api/pages/${id}/sync`);
    await eventually(async () => {
      const { body } = await send<{ job: JobResource }>('GET', `/api/pages/${id}/sync`);
      return body.job.totals.fetched > 0;
    }, 'the first conversations');
    control('/token', { page: id, state: 'expired' });
    expect(await inStatus(page, 'PAUSED')).toMatchObject({ tokenExpired: true });
    expect(await pageOf(id)).toMatchObject({
      token: { state: 'needs_reconnect', error: expect.any(String) },
    });
    control('/latency', { ms: 0 });
    await connect(await signIn([{ id }]), { facebookPageIds: [id] });
    expect(await inStatus(page, 'COMPLETED')).toMatchObject({
      totals: { fetched: 120, inserted: 120, failed: 0 },
    });
    await expectInboxStored(stack, page as TestPage);
  });

  test('disconnected in the middle of a sync: all stops, the data stays, and a resume loses nothing', async () => {
    const page = await stack.addPage({ conversations: 120 });
    await fetch(
      `${stack.simulator.url}/v25.0/${page.facebookPageId}/subscribed_apps?${new URLSearchParams({
        subscribed_fields: 'messages',
        access_token: page.accessToken,
        appsecret_proof: proofOf(page.accessToken),
      })}`,
      { method: 'POST' },
    );
    await send('PATCH', `/api/pages/${page.id}`, { autoSync: true, syncIntervalSeconds: 86_400 });
    expect(await hasSchedule(page)).toBe(true);
    control('/latency', { ms: 60 });
    await send('POST', `/api/pages/${page.id}/sync`);
    await eventually(async () => {
      const { body } = await send<{ job: JobResource }>('GET', `/api/pages/${page.id}/sync`);
      return body.job.totals.fetched > 0;
    }, 'the first conversations');
    const gone = await send<PageResource>('DELETE', `/api/pages/${page.facebookPageId}`);
    expect(gone).toMatchObject({
      status: 200,
      body: { disconnectedAt: expect.any(String), token: { state: 'disconnected' } },
    });
    expect(await inStatus(page, 'CANCELLED')).toBeTruthy();
    expect(await hasSchedule(page)).toBe(false);
    control('/latency', { ms: 0 });
    const { pages } = stack.simulator.control('GET', '/webhooks') as {
      pages: { id: string; state: string }[];
    };
    expect(pages.find(({ id }) => id === page.facebookPageId)).toMatchObject({ state: 'none' });
    for (const request of [{}, { resume: true }]) {
      expect(await send('POST', `/api/pages/${page.id}/sync`, request)).toMatchObject({
        status: 409,
        body: { type: 'urn:pagesync:problem:not-connected' },
      });
    }
    const [kept] =
      await stack.sql`SELECT count(*)::int AS n FROM messenger_conversations WHERE page_id = ${page.id}`;
    expect(kept?.n).toBeGreaterThan(0);
    expect((await send('DELETE', `/api/pages/${page.id}`)).status, 'again').toBe(200);
    expect((await send('PATCH', `/api/pages/${page.id}`, { name: 'Renamed' })).body).toMatchObject({
      name: 'Renamed',
    });
    const listed = async (query: string) =>
      (await send<{ data: PageResource[] }>('GET', `/api/pages?limit=200${query}`)).body.data.some(
        ({ id }) => id === page.id,
      );
    expect([await listed(''), await listed('&connected=false'), await listed('&connected=all')]).toEqual([
      false,
      true,
      true,
    ]);

    const { facebookPageId, accessToken, instagramAccountId } = page;
    const back = await send<PageResource>('POST', '/api/pages', {
      facebookPageId,
      name: 'Back',
      accessToken,
      instagramAccountId,
    });
    expect(back).toMatchObject({ status: 200, body: { id: page.id, disconnectedAt: null } });
    expect(await hasSchedule(page)).toBe(true);
    await send('PATCH', `/api/pages/${page.id}`, { autoSync: false });
    await eventually(async () => {
      // the workflow ends a moment after its job
      const { status } = await send('POST', `/api/pages/${page.id}/sync`, { resume: true });
      return status === 202;
    }, 'the resumed sync');
    expect(await inStatus(page, 'COMPLETED')).toMatchObject({ totals: { fetched: 120, inserted: 120 } });
    await expectInboxStored(stack, page);
  });
});

const hasSchedule = (page: TestPage) =>
  stack.temporal.schedule
    .getHandle(autoSyncId(stack.config.queuePrefix, page.facebookPageId))
    .describe()
    .then(
      () => true,
      (error: unknown) => {
        if (error instanceof ScheduleNotFoundError) return false;
        throw error;
      },
    );

function proofOf(token: string): string {
  return createHmac('sha256', LOGIN_SECRET).update(token).digest('hex');
}
