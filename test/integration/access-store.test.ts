import { createHash, randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type Claim, hashOfSecret } from '../../src/store/index.ts';
import { storeUnderTest } from '../support/store-under-test.ts';

/** Tokens, sessions and idempotency keys on PostgreSQL. */
const under = storeUnderTest();
const sql = () => under.it.sql;
const tokens = () => under.it.store.tokens;
const sessions = () => under.it.store.sessions;
const keys = () => under.it.store.idempotency;

const tenTimes = <T>(what: () => Promise<T>) => Promise.all(Array.from({ length: 10 }, what));

describe('an API token', () => {
  test('is shown once, stored as a hash, and found by it until it is revoked', async () => {
    const { token, ...shown } = await tokens().create({ name: 'reports', scope: 'read' });
    expect(token).toMatch(/^ps_[A-Za-z0-9_-]{43}$/);
    expect(shown).toMatchObject({ name: 'reports', scope: 'read', expiresAt: null, lastUsedAt: null });
    const [stored] =
      await sql()`SELECT api_tokens::text AS row, secret_hash FROM api_tokens WHERE id = ${shown.id}`;
    expect(stored?.row).not.toContain(token);
    expect(stored?.secret_hash).toEqual(createHash('sha256').update(token).digest());

    expect(await tokens().authenticate(hashOfSecret(token))).toEqual({ id: shown.id, scope: 'read' });
    expect(await tokens().authenticate(hashOfSecret(`${token}x`))).toBeNull();
    const revoked = await tokens().revoke(shown.id);
    expect(revoked?.revokedAt).not.toBeNull();
    expect(await tokens().revoke(shown.id)).toEqual(revoked);
    expect(await tokens().authenticate(hashOfSecret(token))).toBeNull();
    expect(await tokens().revoke(randomUUID())).toBeNull();
  });

  test('is none after its end', async () => {
    const { token, id, expiresAt } = await tokens().create({
      name: 'a day',
      scope: 'sync',
      expiresInDays: 1,
    });
    expect(Date.parse(expiresAt ?? '') - Date.now()).toBeCloseTo(86_400_000, -5);
    expect(await tokens().authenticate(hashOfSecret(token))).not.toBeNull();
    await sql()`UPDATE api_tokens SET expires_at = now() WHERE id = ${id}`;
    expect(await tokens().authenticate(hashOfSecret(token))).toBeNull();
  });

  test('moves its last use once a minute, however many ask at once', async () => {
    const { token, id } = await tokens().create({ name: 'busy', scope: 'read' });
    const version = async () => (await sql()`SELECT xmin, last_used_at FROM api_tokens WHERE id = ${id}`)[0];
    const before = await version();
    const found = await tenTimes(() => tokens().authenticate(hashOfSecret(token)));
    expect(found).toEqual(Array(10).fill({ id, scope: 'read' }));
    const used = await version();
    expect(used?.xmin).not.toBe(before?.xmin);
    expect((await tokens().find(id))?.lastUsedAt).not.toBeNull();
    await tokens().authenticate(hashOfSecret(token));
    expect(await version()).toEqual(used);
    await sql()`UPDATE api_tokens SET last_used_at = now() - interval '61 seconds' WHERE id = ${id}`;
    await tokens().authenticate(hashOfSecret(token));
    expect(Date.parse((await tokens().find(id))?.lastUsedAt ?? '')).toBeGreaterThan(Date.now() - 30_000);
  });

  test('stands in a list, newest first, page by page', async () => {
    for (const name of ['one', 'two', 'three']) await tokens().create({ name, scope: 'read' });
    const first = await tokens().list({ after: null, limit: 2 });
    expect(first.data.map(({ name }) => name)).toEqual(['three', 'two']);
    expect(JSON.stringify(first)).not.toContain('secret');
    const after = JSON.parse(Buffer.from(first.nextCursor ?? '', 'base64url').toString());
    expect((await tokens().list({ after, limit: 1 })).data.map(({ name }) => name)).toEqual(['one']);
  });
});

describe('a sign-in code', () => {
  test('opens one session, whoever is first', async () => {
    const { code, expiresAt } = await sessions().createCode('sync', 'bootstrap');
    expect(expiresAt.getTime() - Date.now()).toBeCloseTo(600_000, -4);
    const opened = await tenTimes(() => sessions().open(code));
    const [session, ...more] = opened.filter((one) => one !== null);
    expect(session?.scope).toBe('sync');
    expect(more).toEqual([]);
    expect(await sessions().open(code)).toBeNull();
    const [{ texts } = { texts: '' }] =
      await sql()`SELECT string_agg(c::text, ' ') AS texts FROM sign_in_codes c`;
    expect(texts).not.toContain(code);
  });

  test('is none after its end, and unknown ones are none', async () => {
    const { code } = await sessions().createCode('admin', 'bootstrap');
    await sql()`UPDATE sign_in_codes SET expires_at = now() WHERE code_hash = ${hashOfSecret(code)}`;
    expect(await sessions().open(code)).toBeNull();
    expect(await sessions().open('guessed')).toBeNull();
  });
});

describe('a session', () => {
  const openSession = async () => {
    const session = await sessions().open((await sessions().createCode('admin', 'bootstrap')).code);
    if (session === null) throw new Error('The code opened nothing');
    return session;
  };

  test('lasts until it is revoked or over', async () => {
    const [revoked, over] = [await openSession(), await openSession()];
    expect(await sessions().authenticate(revoked.id)).toEqual(revoked);
    expect(await sessions().revoke(revoked.id)).toMatchObject({ id: revoked.id, createdBy: 'bootstrap' });
    expect(await sessions().revoke(revoked.id)).toBeNull();
    expect(await sessions().revoke(randomUUID())).toBeNull();
    expect(await sessions().authenticate(revoked.id)).toBeNull();
    expect(await sessions().authenticate(over.id)).toEqual(over);
    await sql()`UPDATE dashboard_sessions SET expires_at = now() WHERE id = ${over.id}`;
    expect(await sessions().authenticate(over.id)).toBeNull();
  });

  test('is over with the token that made its link, and so are those that it let in; others are not', async () => {
    const [maker, other] = [
      await tokens().create({ name: 'maker', scope: 'admin' }),
      await tokens().create({ name: 'other', scope: 'admin' }),
    ];
    const open = async (createdBy: string) => {
      const session = await sessions().open((await sessions().createCode('read', createdBy)).code);
      if (session === null) throw new Error('The code opened nothing');
      return session;
    };
    const made = await open(`token:${maker.id}`);
    const letIn = await open(`session:${made.id}`);
    const others = [await open(`token:${other.id}`), await openSession()];
    const unused = await sessions().createCode('read', `session:${letIn.id}`);
    const kept = await sessions().createCode('read', `token:${other.id}`);
    await tokens().revoke(maker.id);
    for (const { id } of [made, letIn]) expect(await sessions().authenticate(id)).toBeNull();
    for (const session of others) expect(await sessions().authenticate(session.id)).toEqual(session);
    expect(await sessions().open(unused.code)).toBeNull();
    expect(await sessions().open(kept.code)).not.toBeNull();

    // a link that was being made, a session that was being opened meanwhile
    expect(await sessions().open((await sessions().createCode('read', `token:${maker.id}`)).code)).toBeNull();
    await sql()`UPDATE dashboard_sessions SET revoked_at = NULL WHERE id = ${made.id}`;
    expect(await sessions().authenticate(made.id)).toBeNull();
    const listed = (await sessions().list({ after: null, limit: 100 })).data.map(({ id }) => id);
    expect(listed).toEqual(expect.arrayContaining(others.map(({ id }) => id)));
    for (const { id } of [made, letIn]) expect(listed).not.toContain(id);
  });

  test('is deleted some days after its end, as codes are', async () => {
    const { id } = await openSession();
    await sql()`UPDATE sign_in_codes SET expires_at = now() - interval '8 days'`;
    await sql()`UPDATE dashboard_sessions SET expires_at = now() - interval '8 days' WHERE id = ${id}`;
    const [{ codes } = { codes: 0 }] = await sql()`SELECT count(*) AS codes FROM sign_in_codes`;
    expect(await sessions().deleteExpired(30, 100)).toBe(0);
    expect(await sessions().deleteExpired(7, 100)).toBe(codes + 1);
    expect(await sql()`SELECT FROM dashboard_sessions WHERE id = ${id}`).toHaveLength(0);
  });
});

describe('an idempotency key', () => {
  const request = (body = 'a', principal = 'token:1', key: string = randomUUID()) => ({
    principal,
    key,
    requestHash: hashOfSecret(body),
  });
  const claimed = (claim: Claim) => {
    if (claim.state !== 'claimed') throw new Error(`The key is ${claim.state}`);
    return claim.claimId;
  };
  const ANSWER = { status: 202, headers: { location: '/api/jobs/1' }, body: '{"id":"1"}' };

  test('is claimed once, and its answer is kept', async () => {
    const asked = request();
    const claims = await tenTimes(() => keys().claim(asked));
    expect(claims.map(({ state }) => state).sort()).toEqual(['claimed', ...Array(9).fill('in-progress')]);
    expect(await keys().claim({ ...asked, requestHash: hashOfSecret('b') })).toEqual({ state: 'reused' });
    const mine = claims.find((claim) => claim.state === 'claimed');
    await keys().complete(mine?.state === 'claimed' ? mine.claimId : '', asked, ANSWER);
    expect(await keys().claim(asked)).toEqual({ state: 'done', answer: ANSWER });
    expect(await keys().claim({ ...asked, requestHash: hashOfSecret('b') })).toEqual({ state: 'reused' });
    // another client's key of the same name is another key
    expect((await keys().claim({ ...asked, principal: 'token:2' })).state).toBe('claimed');
  });

  test('that was given back is for the same request alone, which goes on with what it has made', async () => {
    const asked = request();
    const first = await keys().claim(asked);
    expect(first).toMatchObject({ state: 'claimed', isRetry: false });
    await keys().release(claimed(first), asked);
    // a sign of life that was on its way
    await keys().keepAlive(claimed(first), asked);
    expect((await keys().claim({ ...asked, requestHash: hashOfSecret('b') })).state).toBe('reused');
    const [second, ...others] = (await tenTimes(() => keys().claim(asked))).filter(
      ({ state }) => state === 'claimed',
    );
    expect(others).toEqual([]);
    const { workId } = first as { workId: string };
    expect(second).toMatchObject({
      workId,
      isRetry: true,
      claimId: expect.not.stringMatching(claimed(first)),
    });
    expect(workId).not.toBe(((await keys().claim(request())) as { workId: string }).workId);
    // after a day it is another request
    await sql()`UPDATE idempotency_keys SET created_at = now() - interval '25 hours' WHERE key = ${asked.key}`;
    const late = await keys().claim(asked);
    expect(late).toMatchObject({
      state: 'claimed',
      isRetry: false,
      workId: expect.not.stringMatching(workId),
    });
  });

  test('is taken over when its process has died, and the dead one changes nothing any more', async () => {
    const asked = request();
    const dead = claimed(await keys().claim(asked));
    const silent = (seconds: number) =>
      sql()`UPDATE idempotency_keys SET alive_at = now() - ${seconds} * interval '1 second' WHERE key = ${asked.key}`;
    await silent(61);
    await keys().keepAlive(dead, asked);
    expect((await keys().claim(asked)).state).toBe('in-progress');
    await silent(59);
    expect((await keys().claim(asked)).state).toBe('in-progress');
    await silent(61);
    // not for another request
    expect((await keys().claim({ ...asked, requestHash: hashOfSecret('b') })).state).toBe('reused');
    const claims = await tenTimes(() => keys().claim(asked));
    const [heir, ...others] = claims.filter(({ state }) => state === 'claimed');
    expect(others).toEqual([]);
    await keys().release(dead, asked);
    await keys().complete(dead, asked, { ...ANSWER, status: 409 });
    expect((await keys().claim(asked)).state).toBe('in-progress');
    await keys().complete(claimed(heir as Claim), asked, ANSWER);
    expect(await keys().claim(asked)).toEqual({ state: 'done', answer: ANSWER });
  });

  test('is free again after a day', async () => {
    const [asked, forgotten] = [request(), request()];
    await keys().complete(claimed(await keys().claim(asked)), asked, ANSWER);
    await keys().claim(forgotten);
    expect(await keys().deleteExpired(100)).toBe(0);
    await sql()`UPDATE idempotency_keys SET created_at = now() - interval '25 hours'
      WHERE key IN (${asked.key}, ${forgotten.key})`;
    const anew = claimed(await keys().claim({ ...asked, requestHash: hashOfSecret('b') }));
    await keys().complete(anew, asked, { ...ANSWER, body: 'b' });
    expect(await keys().deleteExpired(100)).toBe(1);
    expect(await keys().claim({ ...asked, requestHash: hashOfSecret('b') })).toMatchObject({
      state: 'done',
      answer: { body: 'b' },
    });
  });
});
