import { describe, expect, test } from 'vitest';
import type { BegunFacebookLogin, FacebookLoginResource } from '../../src/contract/facebook-login.ts';
import type { TokensResult } from '../../src/contract/maintenance.ts';
import type { PageResource } from '../../src/contract/resources.ts';
import { connectingUnderTest } from '../support/connecting-under-test.ts';
import { eventually } from '../support/eventually.ts';
import { APP_ID, begin, call, press } from '../support/login-under-test.ts';
import { runTask } from '../support/maintenance.ts';
import type { TestPage } from '../support/stack.ts';
import { expectInboxStored } from '../support/truth.ts';

const under = connectingUnderTest();
const { control, send, pageOf, pageAtMeta, connect, inStatus } = under;

const wrong = (field: string, words: RegExp) => ({
  status: 422,
  body: {
    type: 'urn:pagesync:problem:validation',
    errors: [{ field, message: expect.stringMatching(words) }],
  },
});

/** A browser comes back from Facebook. @returns where it is led */
async function cameBack(query: string): Promise<[number, string | null]> {
  const { status, headers } = await send('GET', `/api/facebook-logins/callback${query}`);
  return [status, headers.get('location')];
}

describe('signing in with Facebook', () => {
  test('lists all pages of the person, connects those that can be, and syncs them', async () => {
    const [one, two, mute] = [pageAtMeta(), pageAtMeta(), pageAtMeta()] as const;
    const more = [pageAtMeta(), pageAtMeta()];
    const pages = [one, two, ...more].map((id) => ({ id }));
    control('/users', { pages: [...pages, { id: mute, tasks: ['ANALYZE'] }], reduceAbove: 2 });
    const begun = await begin(under.stack);
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
    const notComplete = (state: string) => ({
      status: 409,
      body: { type: 'urn:pagesync:problem:login-not-complete', state },
    });
    expect(await connect(begun, { all: true })).toMatchObject(notComplete('pending'));

    const { query } = await press(begun);
    const looked = await send('HEAD', `/api/facebook-logins/callback${query}`);
    expect(looked.status, 'who only looks uses nothing up').toBe(204);
    expect(await cameBack(query)).toEqual([303, `/?facebookLogin=${begun.id}`]);
    expect(await cameBack(query), 'opened again').toEqual([303, `/?facebookLogin=${begun.id}`]);
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

    await under.stack.sql`UPDATE facebook_logins SET expires_at = now() WHERE id = ${begun.id}`;
    expect(await connect(login, { facebookPageIds: [one] })).toMatchObject(notComplete('expired'));
    await runTask(under.stack, 'reconcile');
    const kept = await under.stack.sql`SELECT FROM facebook_login_pages WHERE login_id = ${begun.id}`;
    expect(kept, 'tokens of a login that is over').toHaveLength(0);

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
    await expectInboxStored(under.stack, page as TestPage);
  });

  test('is refused with a state that is none, and with a code of another login (PKCE)', async () => {
    control('/users', { pages: [], reduceAbove: null });
    const [mine, theirs] = [await begin(under.stack), await begin(under.stack)];
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
    expect(await connect(mine, { all: true })).toMatchObject({
      status: 409,
      body: { state: 'failed', detail: expect.stringContaining('Begin a new login') },
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
    const refused = await begin(under.stack);
    const { query } = await press(refused, 'cancel');
    expect(await cameBack(query)).toEqual([303, `/?facebookLogin=${refused.id}`]);
    expect((await send('GET', `/api/facebook-logins/${refused.id}`)).body).toMatchObject({
      state: 'failed',
      error: 'Facebook says: Permissions error',
    });
    const wrongCode = await begin(under.stack);
    expect(await cameBack(`?code=guess&state=${(await press(wrongCode)).state}`)).toEqual([
      303,
      `/?facebookLogin=${wrongCode.id}`,
    ]);
    expect(await cameBack('?code=guess&state=guess')).toEqual([303, '/?facebookLoginError=login-not-found']);

    const late = await begin(under.stack);
    const answer = await press(late);
    const { code, state } = answer;
    const complete = () => send('POST', `/api/facebook-logins/${late.id}/complete`, { code, state });
    const away = (edge: string) =>
      control('/faults', { match: { edge }, fault: { kind: 'error', name: 'transient-2' } });
    const unavailable = {
      status: 503,
      body: { type: 'urn:pagesync:problem:meta-unavailable', retryAt: null },
    };
    away('access_token');
    expect(await complete()).toMatchObject(unavailable);
    away('access_token');
    expect(await cameBack(answer.query)).toEqual([303, '/?facebookLoginError=meta-unavailable']);
    expect((await send('GET', `/api/facebook-logins/${late.id}`)).body).toMatchObject({ state: 'pending' });
    away('accounts');
    const used = await complete();
    expect(used).toMatchObject(unavailable);
    expect(used.body.detail).toMatch(/The code is used up: begin again\.$/);
    expect((await send('GET', `/api/facebook-logins/${late.id}`)).body).toMatchObject({ state: 'failed' });
    const unset = await under.stack.addApi({ FACEBOOK_APP_ID: '' });
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
    const waiting = await paste(id, 'newer');
    expect(waiting).toMatchObject({ status: 503, body: { retryAt: expect.any(String) } });
    const { retryAt } = waiting.body as unknown as { retryAt: string };
    const seconds = (Date.parse(retryAt) - Date.now()) / 1000;
    expect(Number(waiting.headers.get('retry-after'))).toBeGreaterThanOrEqual(
      Math.max(1, Math.floor(seconds)),
    );
    expect(Number(waiting.headers.get('retry-after'))).toBeLessThanOrEqual(Math.ceil(seconds) + 60);
    await under.stack
      .sql`UPDATE graph_budget SET blocked_until = NULL, blocked_why = NULL, usage_percent = NULL, observed_at = NULL`;
    const mistaken = await under.stack.addApi({ FACEBOOK_APP_SECRET: 'not-the-secret' });
    const request = { facebookPageId: id, name: 'A page', accessToken: `${id}-token` };
    expect(await call(mistaken, 'POST', '/api/pages', request)).toMatchObject({
      status: 503,
      body: { detail: expect.stringContaining('FACEBOOK_APP_SECRET') },
    });
    expect((await pageOf(id)).tokenState).toBe('valid');
  });

  test('that Meta calls not valid without saying that it is over stays, and is asked about again', async () => {
    const page = await under.stack.addPage();
    const body = { data: { is_valid: false, error: { code: 2, message: 'Meta has a trouble' }, scopes: [] } };
    control('/faults', {
      match: { edge: 'debug_token' },
      times: 'always',
      fault: { kind: 'raw', status: 200, body },
    });
    expect(await runTask(under.stack, 'tokens')).toMatchObject({ dead: 0, unclear: expect.any(Number) });
    expect(await pageOf(page.id)).toMatchObject({
      tokenState: 'valid',
      token: { state: 'valid', error: 'Meta has a trouble' },
    });
    under.stack.simulator.control('DELETE', '/faults');
    expect(await runTask(under.stack, 'tokens')).toMatchObject({ dead: 0, unclear: 0 });
    expect((await pageOf(page.id)).token).toMatchObject({ state: 'valid', error: null });
  });

  test('is looked at every day: what ends soon is said, what is dead parks the page', async () => {
    const [soon, dead] = [await under.stack.addPage(), await under.stack.addPage()];
    const at = Math.floor(Date.now() / 1000) + 5 * 86_400;
    control('/token', { page: soon.facebookPageId, dataAccessExpiresAt: at });
    control('/token', { page: dead.facebookPageId, state: 'expired' });
    control('/faults', { match: { edge: 'debug_token' }, fault: { kind: 'error', name: 'transient-2' } });
    // Meta wants no calls of the app for a moment: the task waits, and goes on by itself
    await under.stack
      .sql`UPDATE graph_budget SET blocked_until = now() + interval '1 second' WHERE asset = '(app)'`;
    const before = Date.now();
    const first = (await runTask(under.stack, 'tokens')) as TokensResult;
    expect(first.unclear).toBe(1);
    expect(Date.now() - before).toBeGreaterThan(900);
    const second = (await runTask(under.stack, 'tokens')) as TokensResult;
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
