import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { JOB_STATUSES, LEGAL_MOVES } from '../../src/contract/job-status.ts';
import { migrate } from '../../src/store/index.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';

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
    const applied = await Promise.all(
      Array.from({ length: 5 }, () => migrate(database.sql, { directory: folder })),
    );
    expect(applied.flat()).toEqual(['0001_one.sql']);
    expect(await migrate(database.sql, { directory: folder })).toEqual([]);
    await writeFile(`${folder}0002_more.sql`, 'ALTER TABLE one ADD COLUMN m int');
    expect(await migrate(database.sql, { directory: folder })).toEqual(['0002_more.sql']);
  });

  test('of a newer program are not run over: the database is refused', async () => {
    await migrate(database.sql, { directory: folder });
    await rm(`${folder}0001_one.sql`);
    await expect(migrate(database.sql, { directory: folder })).rejects.toThrow(
      /newer than this program: it has 0001_one\.sql/,
    );
  });

  test('that were edited after they had been applied are refused', async () => {
    await migrate(database.sql, { directory: folder });
    await writeFile(`${folder}0001_one.sql`, 'CREATE TABLE one (n bigint);');
    await expect(migrate(database.sql, { directory: folder })).rejects.toThrow(/0001_one\.sql was edited/);
  });

  test('that fail leave nothing behind', async () => {
    await writeFile(`${folder}0002_bad.sql`, 'CREATE TABLE three (n int); SELECT nonsense;');
    await expect(migrate(database.sql, { directory: folder })).rejects.toThrow(/nonsense/);
    expect(await tables()).toEqual([]);
  });

  describe('that meet a table in use', () => {
    const options = () => ({ directory: folder, lockTimeoutMs: 200, waitsMs: Array(100).fill(200) });
    /** Somebody reads the table and does not end the transaction until told to. */
    async function longRead() {
      let end = () => {};
      const told = new Promise<void>((resolve) => {
        end = resolve;
      });
      let begun = () => {};
      const reading = new Promise<void>((resolve) => {
        begun = resolve;
      });
      const done = database.sql.begin(async (tx) => {
        await tx`SELECT * FROM one`;
        begun();
        await told;
      });
      await reading;
      return async () => {
        end();
        await done;
      };
    }
    const waits = async () => {
      const [row] =
        await database.sql`SELECT count(*)::int AS n FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
        WHERE c.relname = 'one' AND NOT l.granted AND l.mode = 'AccessExclusiveLock'`;
      return row?.n > 0;
    };
    beforeEach(async () => {
      await migrate(database.sql, { directory: folder });
      await writeFile(
        `${folder}0002_more.sql`,
        'ALTER TABLE two ADD COLUMN m int; ALTER TABLE one ADD COLUMN m int',
      );
    });

    test('let others read it, and end when it is free', async () => {
      const end = await longRead();
      const migrated = migrate(database.sql, options());
      // again and again it waits, and those behind it get through
      for (let round = 0; round < 3; round += 1) {
        await eventually(waits, 'the migration to wait');
        expect(await database.sql`SELECT count(*)::int AS n FROM one`).toEqual([{ n: 0 }]);
        expect(await database.sql`SELECT count(*)::int AS n FROM two`).toEqual([{ n: 0 }]);
      }
      await end();
      expect(await migrated).toEqual(['0002_more.sql']);
      expect(await database.sql`SELECT m FROM one`).toEqual([]);
    });

    test('give up at some time, say what to do, and leave nothing behind', async () => {
      const end = await longRead();
      await expect(migrate(database.sql, { ...options(), waitsMs: [1, 1] })).rejects.toThrow(
        /after 3 tries a table is still in use.*pg_stat_activity.*pg_terminate_backend/,
      );
      await end();
      await expect(database.sql`SELECT m FROM two`).rejects.toThrow(/does not exist/);
    });

    test('try again after a deadlock', async () => {
      // it has two and wants one; a program has one and wants two
      await migrate(database.sql, { directory: folder });
      await writeFile(`${folder}0003_two.sql`, 'LOCK TABLE two; ALTER TABLE one ADD COLUMN k int');
      let migrated: Promise<string[]> = Promise.resolve([]);
      const program = database.sql.begin(async (tx) => {
        await tx`SET LOCAL deadlock_timeout = '1min'`;
        await tx`LOCK TABLE one IN ROW EXCLUSIVE MODE`;
        migrated = migrate(database.sql, { ...options(), lockTimeoutMs: 5000 });
        await eventually(waits, 'the migration to wait');
        await tx`SELECT * FROM two`;
      });
      await program;
      expect(await migrated).toEqual(['0003_two.sql']);
    });
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
