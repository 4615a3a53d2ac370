import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { JOB_STATUSES, LEGAL_MOVES } from '../../src/contract/job-status.ts';
import { migrate } from '../../src/store/index.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';

describe('migrations', () => {
  let database: TestDatabase;
  let folder: string;
  beforeEach(async () => {
    database = await createDatabase('template1');
    folder = `${await mkdtemp(join(tmpdir(), 'migrations-'))}/`;
    await writeFile(`${folder}0001_one.sql`, 'CREATE TABLE one (n int); CREATE TABLE two (n int);');
  });
  afterEach(async () => {
    await database.drop();
    await rm(folder, { recursive: true });
  });
  const tables = async () =>
    (await database.sql`SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`).map(
      (row) => row.tablename as string,
    );

  test('are applied once, also when many programs start at the same moment', async () => {
    const applied = await Promise.all(Array.from({ length: 5 }, () => migrate(database.sql, folder)));
    expect(applied.flat()).toEqual(['0001_one.sql']);
    expect(await migrate(database.sql, folder)).toEqual([]);
    await writeFile(`${folder}0002_more.sql`, 'ALTER TABLE one ADD COLUMN m int');
    expect(await migrate(database.sql, folder)).toEqual(['0002_more.sql']);
  });

  test('of a newer program are not run over: the database is refused', async () => {
    await migrate(database.sql, folder);
    await rm(`${folder}0001_one.sql`);
    await expect(migrate(database.sql, folder)).rejects.toThrow(
      /newer than this program: it has 0001_one\.sql/,
    );
  });

  test('that were edited after they had been applied are refused', async () => {
    await migrate(database.sql, folder);
    await writeFile(`${folder}0001_one.sql`, 'CREATE TABLE one (n bigint);');
    await expect(migrate(database.sql, folder)).rejects.toThrow(/0001_one\.sql was edited/);
  });

  test('that fail leave nothing behind', async () => {
    await writeFile(`${folder}0002_bad.sql`, 'CREATE TABLE three (n int); SELECT nonsense;');
    await expect(migrate(database.sql, folder)).rejects.toThrow(/nonsense/);
    expect(await tables()).toEqual([]);
  });
});

describe('the database', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createDatabase();
  });
  afterAll(() => database.drop());

  test('knows the same moves of a job as the contract', async () => {
    const rows = await database.sql<
      { from_status: string; to_status: string }[]
    >`SELECT * FROM sync_job_moves`;
    const moves = JOB_STATUSES.flatMap((from) => LEGAL_MOVES[from].map((to) => `${from} ${to}`));
    expect(rows.map((row) => `${row.from_status} ${row.to_status}`).sort()).toEqual(moves.sort());
  });

  test('refuses every other move, and counters that do not add up', async () => {
    const { sql } = database;
    await sql`INSERT INTO facebook_pages (facebook_page_id, name, access_token) VALUES ('1', 'p', 'v1.x')`;
    await sql`INSERT INTO sync_jobs (id, page_id, mode, trigger) SELECT gen_random_uuid(), id, 'full', 'manual' FROM facebook_pages`;
    await expect(sql`UPDATE sync_jobs SET status = 'COMPLETED', completed_at = now()`).rejects.toThrow(
      /cannot move from PENDING to COMPLETED/,
    );
    await expect(sql`UPDATE sync_jobs SET inserted = 1`).rejects.toThrow(/counters_add_up/);
    await expect(
      sql`INSERT INTO sync_jobs (id, page_id, mode, trigger) SELECT gen_random_uuid(), id, 'full', 'manual' FROM facebook_pages`,
    ).rejects.toThrow(/sync_jobs_one_open_per_page/);
  });

  test('refuses a token that is not encrypted', async () => {
    await expect(
      database.sql`INSERT INTO facebook_pages (facebook_page_id, name, access_token) VALUES ('2', 'p', 'EAAB')`,
    ).rejects.toThrow(/check constraint/);
  });
});
