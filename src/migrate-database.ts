import type { Config } from './config.ts';
import type { Logger } from './log.ts';
import { buildLateIndexes, connectSql, migrate } from './store/index.ts';

/**
 * `pagesync migrate`: brings the database up to date. The other programs do the same when they start, but for large indexes,
 * which the API builds while it serves.
 */
export async function migrateDatabase(config: Config, logger: Logger): Promise<void> {
  const sql = connectSql(config.databaseUrl, 1);
  try {
    logger.info({ applied: await migrate(sql) }, 'Database is up to date');
    const { built, others } = await buildLateIndexes(sql);
    if (built.length > 0) logger.info({ built }, 'Indexes built');
    if (others) logger.info('Another program is building the indexes that are missing');
  } finally {
    await sql.end({ timeout: 5 });
  }
}
