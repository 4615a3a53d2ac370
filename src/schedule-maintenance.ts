import { setTimeout } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Logger } from './log.ts';
import type { Running } from './running.ts';
import { ensureMaintenanceSchedules, type MaintenanceSchedules } from './temporal/schedules.ts';

/** Waits between attempts, in milliseconds: doubled each time. */
const FIRST_WAIT_MS = 2000;
const LONGEST_WAIT_MS = 60_000;

/**
 * Makes the schedules in the background, and tries until it has worked: syncs do not wait for them. To close it takes no
 * longer than the call in hand.
 */
export function scheduleMaintenance(
  client: Client,
  schedules: MaintenanceSchedules,
  logger: Logger,
): Running {
  const stop = new AbortController();
  async function keepTrying(): Promise<void> {
    for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
      try {
        await ensureMaintenanceSchedules(client, schedules);
        return;
      } catch (error) {
        if (stop.signal.aborted) return;
        logger.warn({ err: error }, 'The maintenance schedules could not be made yet');
      }
      await setTimeout(waitMs, null, { signal: stop.signal }).catch(() => {});
      if (stop.signal.aborted) return;
    }
  }
  const done = keepTrying();
  return {
    async close() {
      stop.abort();
      await done;
    },
  };
}
