import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { connectSql, type Sql } from '../../src/store/index.ts';
import { TEMPLATE_DATABASE } from './global-setup.ts';

/** A database of a test file's own, migrated. */
export interface TestDatabase {
  url: string;
  sql: Sql;
  drop(): Promise<void>;
}

export async function createDatabase(template = TEMPLATE_DATABASE): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const url = new URL(inject('postgresUrl'));
  const admin = connectSql(url.href, 1);
  await admin.unsafe(`CREATE DATABASE ${name} TEMPLATE ${template}`);
  url.pathname = `/${name}`;
  const sql = connectSql(url.href, 5);
  return {
    url: url.href,
    sql,
    async drop() {
      await sql.end({ timeout: 5 });
      await admin.unsafe(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.end();
    },
  };
}
