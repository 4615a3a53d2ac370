import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildIndexesMeanwhile } from '../../src/build-indexes.ts';
import { createLogger } from '../../src/log.ts';
import { buildLateIndexes, connectSql, migrate, type Sql } from '../../src/store/index.ts';
import { conversation } from '../support/batches.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import { eventually } from '../support/eventually.ts';
import { storeOf, type TestStore } from '../support/store-under-test.ts';

const MIGRATIONS = new URL('../../migrations/', import.meta.url);
const NAMES = [
  'contact_interaction_events_words',
  'messenger_conversations_name',
  'messenger_conversations_tags',
  'messenger_conversations_unread',
  'contact_interaction_events_history',
];

const definitions = async (sql: Sql) =>
  Object.fromEntries(
    (
      await sql<{ name: string; definition: string }[]>`
      SELECT indexname AS name, indexdef AS definition FROM pg_indexes
      JOIN pg_index ON indexrelid = to_regclass(indexname) AND indisvalid WHERE indexname = ANY(${NAMES})`
    ).map((row) => [row.name, row.definition]),
  );

test('are made at once in a new database', async () => {
  const database = await createDatabase();
  expect(Object.keys(await definitions(database.sql)).sort()).toEqual([...NAMES].sort());
  expect(await buildLateIndexes(database.sql)).toEqual({ built: [], others: false });
  await database.drop();
});

describe('of a database that has conversations', () => {
  let database: TestDatabase;
  let under: TestStore;
  const write = async (id: string) => {
    const page = await under.newPage();
    await under.batches.store(under.batch(page, await under.runningJob(page), 1, [conversation(id)]));
  };
  beforeEach(async () => {
    database = await createDatabase('template1');
    const folder = `${await mkdtemp(join(tmpdir(), 'migrations-'))}/`;
    for (const name of await readdir(MIGRATIONS)) {
      if (name < '0011') await copyFile(new URL(name, MIGRATIONS), `${folder}${name}`);
    }
    await migrate(database.sql, { directory: folder });
    await rm(folder, { recursive: true });
    under = storeOf(database.sql);
    await write('before');
    await migrate(database.sql);
  });
  afterEach(() => database.drop());

  const find = async (text: string) =>
    (await under.store.conversations.list({ after: null, limit: 50 }, {}, text)).data.length;

  test('are not built by the migration, and the search says so until they are', async () => {
    expect(await definitions(database.sql)).toEqual({});
    expect(await under.store.conversations.isSearchable()).toBe(false);
    expect(await buildLateIndexes(database.sql)).toEqual({ built: NAMES, others: false });
    expect(await under.store.conversations.isSearchable()).toBe(true);
    expect(await find('text of m-before')).toBe(1);
    const fresh = await createDatabase();
    expect(await definitions(database.sql)).toEqual(await definitions(fresh.sql));
    await fresh.drop();
  });

  test('are built while others write, by one program at a time', async () => {
    // whoever is in a transaction is waited for, and nobody waits for the building
    let end = () => {};
    const told = new Promise<void>((resolve) => {
      end = resolve;
    });
    let begun = () => {};
    const open = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const writer = database.sql.begin(async (tx) => {
      await tx`UPDATE contact_interaction_events SET text = 'meanwhile'`;
      begun();
      await told;
    });
    await open;
    const first = connectSql(database.url, 1);
    const building = buildLateIndexes(first);
    await eventually(async () => {
      const rows =
        await database.sql`SELECT FROM pg_stat_progress_create_index WHERE datname = current_database()`;
      return rows.length > 0;
    }, 'the index to be begun');
    await write('during');
    expect(await buildLateIndexes(database.sql)).toEqual({ built: [], others: true });
    end();
    await writer;
    expect(await building).toEqual({ built: NAMES, others: false });
    await first.end();
    expect([await find('meanwhile'), await find('text of m-during')]).toEqual([1, 1]);
  });

  test('are built anew when their building was broken off', async () => {
    let begun = () => {};
    const open = new Promise<void>((resolve) => {
      begun = resolve;
    });
    let end = () => {};
    const told = new Promise<void>((resolve) => {
      end = resolve;
    });
    const writer = database.sql.begin(async (tx) => {
      await tx`UPDATE contact_interaction_events SET text = 'meanwhile'`;
      begun();
      await told;
    });
    await open;
    const building = buildLateIndexes(database.sql);
    const broken = expect(building).rejects.toThrow(/canceling statement/);
    await eventually(async () => {
      // a moment earlier there is no index yet that could be left behind
      const [row] = await database.sql`SELECT pg_cancel_backend(pid) FROM pg_stat_progress_create_index
        WHERE datname = current_database() AND phase = 'waiting for writers before build'`;
      return row !== undefined;
    }, 'the index to be begun');
    await broken;
    end();
    await writer;
    const [left] =
      await database.sql`SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(${NAMES[0] ?? ''})`;
    expect(left).toEqual({ indisvalid: false });
    expect(await under.store.conversations.isSearchable()).toBe(false);
    expect(await buildLateIndexes(database.sql)).toEqual({ built: NAMES, others: false });
    expect(await find('meanwhile')).toBe(1);
  });

  test('are built by a program that does other work, which tries again', async () => {
    // what keeps it from building at first
    await database.sql`ALTER FUNCTION search_words RENAME TO hidden`;
    const logger = createLogger('silent', 'test');
    const running = buildIndexesMeanwhile(database.url, logger, 10);
    await eventually(async () => {
      const [row] = await database.sql`SELECT count(*)::int AS n FROM pg_stat_activity
        WHERE datname = current_database() AND query ILIKE '%advisory_unlock%' OR query = 'RESET lock_timeout'`;
      return row?.n > 0;
    }, 'a try to have failed');
    await database.sql`ALTER FUNCTION hidden RENAME TO search_words`;
    await eventually(() => under.store.conversations.isSearchable(), 'the indexes to be built');
    await running.close();
  });
});
