import type { Config } from './config.ts';
import type { Logger } from './log.ts';
import { connectSql, migrate } from './store/index.ts';

/** `pagesync migrate`: brings the database up to date. The other programs do the same when they start. */
export async function migrateDatabase(config: Config, logger: Logger): Promise<void> {
  const sql = connectSql(config.databaseUrl, 1);
  try {
    logger.info({ applied: await migrate(sql) }, 'Database is up to date');
  } finally {
    await sql.end({ timeout: 5 });
  }
}
