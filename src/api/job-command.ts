import { type SyncCommand, type SyncControl, SyncNotRunning } from '../temporal/sync.ts';
import { Problem } from './problem.ts';

export function notRunning(command: SyncCommand): Problem {
  return new Problem(404, 'sync-not-running', 'No sync is running', `There is nothing to ${command}.`);
}

/** Sends a command to a job's workflow: the page's, or that of a repair. @throws Problem 404 when there is none */
export async function commandJob(
  sync: SyncControl,
  job: Parameters<SyncControl['command']>[0],
  command: SyncCommand,
): Promise<void> {
  try {
    await sync.command(job, command);
  } catch (error) {
    if (error instanceof SyncNotRunning) throw notRunning(command);
    throw error;
  }
}
