import { taskQueues } from '../../src/contract/names.ts';
import { type AutoSyncSchedules, createAutoSyncSchedules } from '../../src/temporal/auto-sync.ts';
import type { Stack } from './stack.ts';

/** The schedules of the stack's pages, as its programs handle them. */
export function schedulesOf({ temporal, config }: Pick<Stack, 'temporal' | 'config'>): AutoSyncSchedules {
  const { queuePrefix: prefix } = config;
  return createAutoSyncSchedules(temporal, { prefix, taskQueue: taskQueues(prefix).sync });
}
