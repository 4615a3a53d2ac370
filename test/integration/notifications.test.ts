import { describe, expect, test } from 'vitest';
import type { NewNotification } from '../../src/contract/notifications.ts';
import { decodeCursor } from '../../src/store/index.ts';
import { storeUnderTest } from '../support/store-under-test.ts';

const under = storeUnderTest();
const notifications = () => under.it.store.notifications;

let keys = 0;
/** Some news, told for the first time. */
function news(change: Partial<NewNotification> = {}): NewNotification {
  keys += 1;
  return {
    pageId: null,
    jobId: null,
    kind: 'sync-finished',
    severity: 'info',
    title: 'News',
    text: 'What happened',
    dedupeKey: `key-${keys}`,
    ...change,
  };
}

const listed = async (filter: object = {}) =>
  (await notifications().list({ after: null, limit: 100 }, filter)).data;

describe('a thing is told once', () => {
  test('however often it is recorded, and however many record it at once', async () => {
    const one = news();
    const told = await Promise.all(Array.from({ length: 8 }, () => notifications().record(one)));
    expect(told.filter(Boolean)).toHaveLength(1);
    expect(await notifications().record({ ...one, title: 'Other words' })).toBe(false);
  });

  test('a page whose syncs fail again and again says so once, until somebody has read it', async () => {
    const [page, other] = [await under.it.newPage(), await under.it.newPage()];
    const failed = (pageId: string) => news({ pageId, kind: 'sync-failed', severity: 'error' });
    expect(await notifications().record(failed(page.id))).toBe(true);
    expect(await notifications().record(failed(page.id))).toBe(false);
    expect(await notifications().record(failed(other.id))).toBe(true);
    expect(await notifications().record(news({ pageId: page.id }))).toBe(true);
    const [unread] = await listed({ pageId: page.id, kind: 'sync-failed' });
    await notifications().markRead(unread?.id ?? 0);
    expect(await notifications().record(failed(page.id))).toBe(true);
  });

  test('a token that is dead is told once a token, and never while the page has another', async () => {
    const { sql, store } = under.it;
    const page = await under.it.newPage();
    const jobId = await under.it.runningJob(page);
    const record = () => store.notifications.recordTokenExpired(page.id, jobId);
    const dies = async () => {
      const { encryptedToken } = await store.pages.credentials(page.id);
      await store.pages.markTokenDead(page.id, encryptedToken, 'refused');
    };
    expect(await record()).toBe(false);
    // that it will end is told once as well, and before
    const ends = () => store.notifications.recordTokenExpiring(page.id, '2027-01-31T12:00:00.000Z');
    expect([await ends(), await ends()]).toEqual([true, false]);
    await dies();
    expect([await record(), await record()]).toEqual([true, false]);
    expect(await listed({ pageId: page.id })).toMatchObject([
      { kind: 'token-expired', severity: 'error', jobId, title: `${page.name} must be connected again` },
      { kind: 'token-expiring', title: `${page.name} must be connected again before 2027-01-31` },
    ]);
    const { facebookPageId, name } = page;
    await store.pages.connect({ facebookPageId, name, accessToken: 'another', instagramAccountId: null });
    expect(await record()).toBe(false);
    await dies();
    expect(await record()).toBe(true);
    // the key says nothing of the token
    const rows = await sql<{ dedupe_key: string; access_token: string }[]>`
      SELECT n.dedupe_key, p.access_token FROM notifications n JOIN facebook_pages p ON p.id = n.page_id
      WHERE p.id = ${page.id}`;
    for (const row of rows) expect(row.dedupe_key).not.toContain(row.access_token);
  });
});

test('lists go newest first, page by page, by what is asked for', async () => {
  const page = await under.it.newPage();
  for (let i = 1; i <= 5; i++) await notifications().record(news({ pageId: page.id, title: `n${i}` }));
  const titles: string[] = [];
  let after: [string, string] | null = null;
  do {
    const list = await notifications().list({ after, limit: 2 }, { pageId: page.id });
    titles.push(...list.data.map(({ title }) => title));
    after = list.nextCursor === null ? null : decodeCursor(list.nextCursor);
  } while (after !== null);
  expect(titles).toEqual(['n5', 'n4', 'n3', 'n2', 'n1']);

  const [newest] = await listed({ pageId: page.id });
  const read = await notifications().markRead(newest?.id ?? 0);
  expect(read?.readAt).not.toBeNull();
  // the first time counts
  expect(await notifications().markRead(newest?.id ?? 0)).toEqual(read);
  expect((await listed({ pageId: page.id, unread: false })).map(({ title }) => title)).toEqual(['n5']);
  expect(await listed({ pageId: page.id, unread: true })).toHaveLength(4);
  expect(await listed({ pageId: page.id, kind: 'token-expired' })).toEqual([]);
  expect(await notifications().markRead(999_999)).toBeNull();
});

test('all are read, but those that came after the newest that was seen', async () => {
  await notifications().markAllRead(null);
  expect(await notifications().unread()).toEqual({ info: 0, warning: 0, error: 0 });
  for (const severity of ['info', 'warning', 'error'] as const)
    await notifications().record(news({ severity }));
  const [newest] = await listed();
  await notifications().record(news());
  expect(await notifications().unread()).toEqual({ info: 2, warning: 1, error: 1 });
  expect(await notifications().markAllRead(newest?.id ?? 0)).toBe(3);
  expect(await notifications().unread()).toEqual({ info: 1, warning: 0, error: 0 });
  expect(await notifications().markAllRead(null)).toBe(1);
});

test('what was read long ago is deleted, and news that nobody has read; what is wrong stays until it was read', async () => {
  const { sql } = under.it;
  await sql`DELETE FROM notifications`;
  const record = async (
    title: string,
    severity: NewNotification['severity'],
    read: boolean,
    days: number,
  ) => {
    await notifications().record(news({ title, severity }));
    await sql`UPDATE notifications SET created_at = now() - ${days} * interval '1 day',
      read_at = CASE WHEN ${read} THEN now() - ${days} * interval '1 day' END WHERE title = ${title}`;
  };
  await record('read, old', 'error', true, 31);
  await record('read, young', 'error', true, 29);
  await record('news, old', 'info', false, 31);
  await record('news, young', 'info', false, 29);
  await record('warning, old', 'warning', false, 400);
  expect(await notifications().deleteOld(30, 1)).toBe(1);
  expect(await notifications().deleteOld(30, 10)).toBe(1);
  expect(await notifications().deleteOld(30, 10)).toBe(0);
  expect((await listed()).map(({ title }) => title).sort()).toEqual([
    'news, young',
    'read, young',
    'warning, old',
  ]);
});

test('a notification outlives its job, and goes with its page', async () => {
  const { sql } = under.it;
  const page = await under.it.newPage();
  const jobId = await under.it.endedJob(page, 'COMPLETED');
  await notifications().record(news({ pageId: page.id, jobId }));
  await sql`DELETE FROM sync_jobs WHERE id = ${jobId}`;
  expect(await listed({ pageId: page.id })).toMatchObject([{ jobId: null }]);
  await sql`DELETE FROM facebook_pages WHERE id = ${page.id}`;
  expect(await listed({ pageId: page.id })).toEqual([]);
});
