/* A database with jobs from before there was a timeline is migrated: what their rows know is in it, and they go on. */
import { randomUUID } from 'node:crypto';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrate } from '../../src/store/index.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { storeOf } from '../support/store-under-test.ts';

const MIGRATIONS = fileURLToPath(new URL('../../migrations/', import.meta.url));

let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  database = await createDatabase('template1');
  folder = `${await mkdtemp(join(tmpdir(), 'older-jobs-'))}/`;
  for (const name of await readdir(MIGRATIONS)) {
    if (name < '0013') await cp(MIGRATIONS + name, folder + name);
  }
});
afterAll(async () => {
  await database.drop();
  await rm(folder, { recursive: true });
});

test('older jobs have a beginning and an end, and what comes is added', async () => {
  const { sql } = database;
  await migrate(sql, { directory: folder });
  const [page] = await sql<{ id: string }[]>`
    INSERT INTO facebook_pages (facebook_page_id, name, access_token) VALUES ('1', 'A page', 'v1.x') RETURNING id`;
  const [ended, open] = [randomUUID(), randomUUID()];
  await sql`INSERT INTO sync_jobs (id, page_id, status, mode, trigger, created_at, started_at, completed_at, message)
    VALUES (${ended}, ${page?.id ?? ''}, 'CANCELLED', 'full', 'manual', now() - interval '3 days', now() - interval '2 days',
      now() - interval '1 day', 'Full sync cancelled')`;
  await sql`INSERT INTO sync_jobs (id, page_id, status, mode, trigger, started_at, running_since)
    VALUES (${open}, ${page?.id ?? ''}, 'IN_PROGRESS', 'full', 'manual', now(), now())`;
  await migrate(sql);

  const { store } = storeOf(sql);
  const timeline = async (id: string) =>
    (await store.jobHistory.timeline(id, { after: null, limit: 10 })).data.map(({ id, kind, detail }) => [
      id,
      kind,
      detail,
    ]);
  const before = [
    [1, 'created', null],
    [2, 'started', null],
    [3, 'ended', 'Full sync cancelled'],
  ];
  expect(await timeline(ended)).toEqual(before);
  expect(await timeline(open)).toEqual(before.slice(0, 2));
  await store.lifecycle.pause(open, false, null);
  expect(await timeline(open)).toEqual([...before.slice(0, 2), [3, 'paused', null]]);
  expect(await store.jobs.closely(ended)).toMatchObject({ waitedMs: 0, runId: null });
  const [key] =
    await sql`SELECT FROM pg_constraint WHERE conrelid = 'sync_job_timeline'::regclass AND contype = 'f'`;
  expect(key).toBeDefined();
});
