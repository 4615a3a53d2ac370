import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TokenFacts } from '../../src/contract/page-token.ts';
import {
  createGraphBudget,
  createStore,
  createTokenCipher,
  PageDisconnected,
  type Sql,
  type Store,
} from '../../src/store/index.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { startProgram } from '../support/program.ts';
import { freshPageId } from '../support/stack.ts';

const DAY_MS = 24 * 60 * 60_000;
const OLD = randomBytes(32);
const NEW = randomBytes(32);
const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString();
/** Who begins the logins. */
const ME = 'session:me';
const digest = (text: string) => createHash('sha256').update(text).digest();
const GOOD: TokenFacts = {
  isValid: true,
  expiresAt: null,
  dataAccessExpiresAt: null,
  scopes: ['pages_messaging', 'pages_read_engagement'],
  error: null,
};

let database: TestDatabase;
let sql: Sql;
let store: Store;
beforeAll(async () => {
  database = await createDatabase();
  sql = database.sql;
  store = createStore(sql, createTokenCipher([OLD]));
});
afterAll(() => database.drop());

async function connected(instagramAccountId: string | null = null, facts: TokenFacts | null = null) {
  const facebookPageId = freshPageId();
  const request = {
    facebookPageId,
    name: 'A page',
    accessToken: `token of ${facebookPageId}`,
    instagramAccountId,
  };
  const { page } = await store.pages.connect(request, facts);
  return { ...page, request };
}

const tokenOf = async (id: string) => (await store.pages.find(id))?.token;

describe('what is known of a token', () => {
  test('is nothing at first, then what Meta says; a new token begins anew', async () => {
    const page = await connected('178');
    expect(page.token).toEqual({
      state: 'valid',
      expiresAt: null,
      dataAccessExpiresAt: null,
      expiresSoon: false,
      scopes: null,
      missingScopes: [],
      checkedAt: null,
      error: null,
    });
    const { encryptedToken } = await store.pages.credentials(page.id);
    const dataAccessExpiresAt = inDays(9.9);
    expect(await store.pageTokens.note(page.id, encryptedToken, { ...GOOD, dataAccessExpiresAt })).toBe(true);
    expect(await tokenOf(page.id)).toMatchObject({
      state: 'valid',
      dataAccessExpiresAt,
      expiresSoon: true,
      scopes: GOOD.scopes,
      missingScopes: ['pages_manage_metadata', 'instagram_basic', 'instagram_manage_messages'],
      checkedAt: expect.any(String),
    });
    const again = await store.pages.connect(page.request, { ...GOOD, expiresAt: inDays(10.1) });
    expect(again).toMatchObject({ created: false, page: { token: { expiresSoon: false, state: 'valid' } } });
    // what is said of the one before concerns nobody
    expect(await store.pageTokens.note(page.id, encryptedToken, { ...GOOD, isValid: false })).toBe(false);
    expect(await tokenOf(page.id)).toMatchObject({ state: 'valid', error: null });
  });

  test('one that is not valid any more is dead', async () => {
    const page = await connected();
    const { encryptedToken } = await store.pages.credentials(page.id);
    await store.pageTokens.note(page.id, encryptedToken, {
      ...GOOD,
      isValid: false,
      error: 'The person left',
    });
    expect(await store.pages.find(page.id)).toMatchObject({
      tokenState: 'needs_reconnect',
      token: { state: 'needs_reconnect', error: 'The person left' },
    });
    expect(await store.pageTokens.due(null, 1000)).not.toContain(page.id);
  });
});

describe('a page that is disconnected', () => {
  test('has no token, and is left alone by all that looks at pages; connecting brings it back', async () => {
    const page = await connected(`178${freshPageId()}`, GOOD);
    await store.subscriptions.note(page.id, ['messages'], null);
    const gone = await store.pages.disconnect(page.id);
    expect(gone).toMatchObject({
      disconnectedAt: expect.any(String),
      tokenState: 'needs_reconnect',
      token: { state: 'disconnected', scopes: null, checkedAt: null },
      webhooks: { subscription: 'unknown', fields: [] },
    });
    expect((await store.pages.disconnect(page.id))?.disconnectedAt).toBe(gone?.disconnectedAt);
    // a look that was begun before
    expect(await store.subscriptions.note(page.id, ['messages'], null)).toBe(false);
    expect((await store.pages.find(page.id))?.webhooks).toMatchObject({
      subscription: 'unknown',
      fields: [],
    });
    const [row] = await sql`SELECT access_token FROM facebook_pages WHERE id = ${page.id}`;
    expect(row).toEqual({ access_token: null });
    await expect(store.pages.credentials(page.id)).rejects.toBeInstanceOf(PageDisconnected);
    expect(await store.subscriptions.due(null, 1000)).not.toContain(page.id);
    expect(await store.pageTokens.due(null, 1000)).not.toContain(page.id);
    const health = () => sql`SELECT health FROM page_health WHERE page_id = ${page.id}`;
    expect(await health()).toMatchObject([{ health: 'disconnected' }]);
    const entries = [page.facebookPageId, page.instagramAccountId ?? ''].map((id) => ({ id, json: '{}' }));
    expect(await store.deliveries.store('page', entries, [])).toEqual([]);
    const ids = async (connected?: boolean) =>
      (await store.pages.list({ after: null, limit: 200 }, connected)).data.map(({ id }) => id);
    expect(await ids(true)).not.toContain(page.id);
    expect(await ids(false)).toContain(page.id);
    expect(await ids()).toContain(page.id);

    const back = await store.pages.connect(page.request);
    expect(back).toMatchObject({
      created: false,
      page: { id: page.id, disconnectedAt: null, tokenState: 'valid' },
    });
    expect(await health()).toMatchObject([{ health: 'never_synced' }]);
    expect(await store.deliveries.store('page', entries.slice(0, 1), [])).toHaveLength(1);
  });

  test('cannot have a token, whoever writes it', async () => {
    const page = await connected();
    await store.pages.disconnect(page.id);
    await expect(sql`UPDATE facebook_pages SET access_token = 'v1.x' WHERE id = ${page.id}`).rejects.toThrow(
      'disconnected_pages_have_no_token',
    );
    await expect(sql`UPDATE facebook_pages SET token_state = 'valid' WHERE id = ${page.id}`).rejects.toThrow(
      'disconnected_pages_need_reconnect',
    );
  });
});

test('a change leaves what it does not name', async () => {
  const page = await connected('178');
  expect(await store.pages.update(page.id, { name: 'Another' })).toMatchObject({
    name: 'Another',
    instagramAccountId: '178',
  });
  expect(await store.pages.update(page.id, { instagramAccountId: null })).toMatchObject({
    name: 'Another',
    instagramAccountId: null,
  });
});

describe('a login', () => {
  const brought = (id: string, more: object = {}) => ({
    facebookPageId: id,
    name: `Page ${id}`,
    instagramAccountId: null,
    canMessage: true,
    accessToken: `secret of ${id}`,
    ...more,
  });

  test('takes its state once, in time, for itself alone, and keeps nothing readable', async () => {
    const { id } = await store.logins.begin(ME, digest('one'), 'the verifier', 'http://back');
    const other = await store.logins.begin(ME, digest('two'), 'v', 'http://back');
    expect(await store.logins.answer(ME, digest('guess'), null)).toBeNull();
    expect(await store.logins.answer(ME, digest('one'), other.id)).toBeNull();
    expect(await store.logins.answer('session:other', digest('one'), id)).toBeNull();
    expect(await store.logins.find('session:other', id)).toBeNull();
    expect(await store.logins.withState('session:other', digest('one'))).toBeNull();
    const [row] = await sql`SELECT * FROM facebook_logins WHERE id = ${id}`;
    expect(JSON.stringify(row)).not.toMatch(/the verifier|"one"/);
    expect(await store.logins.answer(ME, digest('one'), id)).toEqual({
      id,
      verifier: 'the verifier',
      redirectUri: 'http://back',
    });
    expect(await store.logins.answer(ME, digest('one'), id)).toBeNull();
    expect(await store.logins.withState(ME, digest('one'))).toBe(id);
    await store.logins.giveBack(id);
    expect((await store.logins.answer(ME, digest('one'), id))?.id).toBe(id);
    await store.logins.fail(id, 'refused');
    await store.logins.giveBack(id);
    expect(await store.logins.answer(ME, digest('one'), id)).toBeNull();
    await sql`UPDATE facebook_logins SET expires_at = now() WHERE id = ${other.id}`;
    expect(await store.logins.answer(ME, digest('two'), other.id)).toBeNull();
    expect(await store.logins.find(ME, other.id)).toMatchObject({ state: 'expired', pages: null });
  });

  test('shows what was brought, for an hour', async () => {
    const known = await connected();
    const mute = freshPageId();
    const { id } = await store.logins.begin(ME, digest('three'), 'v', 'http://back');
    expect(await store.logins.find(ME, id)).toMatchObject({ state: 'pending', pages: null });
    await store.logins.answer(ME, digest('three'), id);
    await store.logins.complete(id, [
      brought(known.facebookPageId),
      brought(mute, { canMessage: false, accessToken: null }),
    ]);
    const login = await store.logins.find(ME, id);
    expect(login?.state).toBe('completed');
    expect(login?.pages).toHaveLength(2);
    expect(login?.pages).toContainEqual(
      expect.objectContaining({ facebookPageId: known.facebookPageId, canMessage: true, connected: true }),
    );
    expect(login?.pages).toContainEqual(
      expect.objectContaining({ facebookPageId: mute, canMessage: false, connected: false }),
    );
    expect(await store.logins.tokens(id, null)).toEqual([brought(known.facebookPageId)]);
    const rows = await sql`SELECT * FROM facebook_login_pages WHERE login_id = ${id}`;
    expect(JSON.stringify(rows)).not.toContain('secret of');

    await store.pages.disconnect(known.id);
    expect(await store.logins.tokens(id, null), 'its token is erased here as well').toEqual([]);
    expect((await store.logins.find(ME, id))?.pages).toMatchObject([{ facebookPageId: mute }]);

    await sql`UPDATE facebook_logins SET expires_at = now() WHERE id = ${id}`;
    expect(await store.logins.tokens(id, null)).toEqual([]);
    expect(await store.logins.find(ME, id)).toMatchObject({ state: 'expired', pages: null });
    await store.logins.forgetOver();
    expect(await sql`SELECT FROM facebook_login_pages WHERE login_id = ${id}`).toHaveLength(0);
  });
});

describe('keys that rotate', () => {
  test('everything is encrypted anew, while tokens change, and again for nothing', async () => {
    const before = createStore(sql, createTokenCipher([OLD]));
    const both = createStore(sql, createTokenCipher([NEW, OLD]));
    const pages = await Promise.all(Array.from({ length: 230 }, () => connected()));
    await store.logins.begin(ME, digest('four'), 'a verifier', 'http://back');
    const { id } = await store.logins.begin(ME, digest('five'), 'v', 'http://back');
    await store.logins.answer(ME, digest('five'), id);
    const someone = freshPageId();
    await store.logins.complete(id, [
      { facebookPageId: someone, name: 'x', instagramAccountId: null, canMessage: true, accessToken: 'his' },
    ]);
    const [foreign] = pages;
    if (foreign === undefined) throw new Error('There are pages');
    const strange = createTokenCipher([randomBytes(32)]).encrypt('x', foreign.facebookPageId);
    await sql`UPDATE facebook_pages SET access_token = ${strange} WHERE id = ${foreign.id}`;

    // some get a new token meanwhile, from programs that have the new key and from one that has not
    const [result] = await Promise.all([
      both.rotateTokens(),
      ...pages
        .slice(100, 140)
        .map(({ request }, i) =>
          (i % 2 === 0 ? both : before).pages.connect({ ...request, accessToken: 'a newer one' }),
        ),
    ]);
    expect(result.unreadable).toBe(1);
    expect(result.rotated).toBeGreaterThan(200);
    // what the laggard wrote after the rotation had passed is caught by the next one
    await both.rotateTokens();
    expect(await both.rotateTokens()).toEqual({ rotated: 0, unreadable: 1 });
    const program = startProgram('src/pagesync.ts', ['token', 'rotate-keys'], {
      DATABASE_URL: database.url,
      TOKEN_ENCRYPTION_KEYS: [NEW, OLD].map((key) => key.toString('base64')).join(','),
      PAGESYNC_API_TOKEN: randomBytes(16).toString('hex'),
    });
    // the one that no key fits is not passed over in silence
    expect(await program.exited).toBe(1);
    expect(program.output()).toContain('"rotated":0,"unreadable":1');

    const alone = createStore(sql, createTokenCipher([NEW]));
    for (const [i, page] of pages.slice(1).entries()) {
      const wanted = i >= 99 && i < 139 ? 'a newer one' : page.request.accessToken;
      expect((await alone.pages.credentials(page.id)).accessToken).toBe(wanted);
    }
    expect(await alone.logins.tokens(id, null)).toMatchObject([{ accessToken: 'his' }]);
    expect(await alone.logins.answer(ME, digest('four'), null)).toMatchObject({ verifier: 'a verifier' });
  });
});

test('the app’s pool is known to those who take no turns in it', async () => {
  const budget = createGraphBudget(sql, 2);
  expect(await budget.pool()).toEqual({ blockedUntilMs: null, why: null, usagePercent: null });
  await budget.observe('(app)', 60, 0);
  expect(await budget.pool()).toEqual({ blockedUntilMs: null, why: null, usagePercent: 60 });
  await budget.block('(app)', 60_000, 'Meta said so');
  const { blockedUntilMs, ...rest } = await budget.pool();
  expect(rest).toEqual({ why: 'Meta said so', usagePercent: 60 });
  expect(Math.abs((blockedUntilMs ?? 0) - Date.now() - 60_000)).toBeLessThan(2000);
});
