import { runProgram } from './run-program.ts';
import { connectSql, migrate } from './store/index.ts';

/** `npm run migrate`: brings the database up to date and ends. The other programs do the same when they start. */
await runProgram('migrate', async (config, logger) => {
  const sql = connectSql(config.databaseUrl, 1);
  try {
    logger.info({ applied: await migrate(sql) }, 'Database is up to date');
  } finally {
    await sql.end({ timeout: 5 });
  }
});
