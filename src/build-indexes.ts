import { setTimeout } from 'node:timers/promises';
import type { Logger } from './log.ts';
import type { Running } from './running.ts';
import { buildLateIndexes, connectSql } from './store/index.ts';

/** How long nothing is done after a failure, or while another program builds. */
const PAUSE_MS = 30_000;

/**
 * Builds large indexes that a migration has left, while the program does its work. Fails never, and tries until they are there.
 * When it is closed PostgreSQL finishes the index that it is building.
 */
export function buildIndexesMeanwhile(databaseUrl: string, logger: Logger, pauseMs = PAUSE_MS): Running {
  const stop = new AbortController();
  // nothing else waits for this connection, nor does the end of the program
  const sql = connectSql(databaseUrl, 1);
  const run = async () => {
    while (!stop.signal.aborted) {
      try {
        const { built, others } = await buildLateIndexes(sql);
        if (built.length > 0) logger.info({ built }, 'Indexes built');
        if (!others) break;
      } catch (error) {
        if (!stop.signal.aborted) logger.warn({ err: error }, 'An index could not be built; trying again');
      }
      await setTimeout(pauseMs, undefined, { signal: stop.signal }).catch(() => {});
    }
    await sql.end({ timeout: 0 });
  };
  const done = run();
  return {
    async close() {
      stop.abort();
      await sql.end({ timeout: 0 });
      await done;
    },
  };
}
