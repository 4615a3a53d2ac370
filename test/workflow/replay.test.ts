import { readdir, readFile } from 'node:fs/promises';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { describe, expect, inject, test } from 'vitest';
import { MAINTENANCE_TASKS } from '../../src/contract/maintenance.ts';

/** Every run that a landed version has left behind must go on under the code of today. */
const FOLDER = new URL('../histories/', import.meta.url);

const replay = (history: unknown) =>
  Worker.runReplayHistory({ workflowBundle: { codePath: inject('workflowBundle') } }, history as History);

const read = async (name: string) =>
  JSON.parse(await readFile(new URL(name, FOLDER), 'utf8')) as RecordedHistory;

interface RecordedHistory {
  events: Record<string, unknown>[];
}

const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.json'));

describe('a recorded history is replayed without a deviation', () => {
  test.each(names)('%s', async (name) => {
    await replay(await read(name));
  });

  test('there are some of every kind', () => {
    for (const kind of [
      'full',
      'cancelled',
      'cancelled-by-temporal',
      'paused',
      'continued-first',
      'continued-last',
      'troubled',
    ]) {
      expect(names).toContain(`sync-v1-${kind}.json`);
      expect(names).toContain(`sync-v2-${kind}.json`);
    }
    for (const kind of ['incremental', 'up-to-date', 'repair'])
      expect(names).toContain(`sync-v2-${kind}.json`);
    for (const kind of ['woken', 'continued']) expect(names).toContain(`webhook-v1-${kind}.json`);
    for (const kind of ['scheduled', 'joined', 'skipped', 'resumed', 'failed'])
      expect(names).toContain(`auto-sync-v1-${kind}.json`);
    for (const kind of ['finished', 'cancelled', 'continued-first', 'continued-last'])
      expect(names).toContain(`batch-sync-v1-${kind}.json`);
    for (const task of MAINTENANCE_TASKS) expect(names).toContain(`maintenance-v1-${task}.json`);
  });
});

test('an altered history fails', async () => {
  const history = await read('sync-v1-full.json');
  const altered = structuredClone(history);
  const scheduled = altered.events
    .map(
      (event) => event.activityTaskScheduledEventAttributes as { activityType: { name: string } } | undefined,
    )
    .filter((attributes) => attributes !== undefined);
  const last = scheduled.at(-1);
  if (last === undefined) throw new Error('The history has no activity');
  last.activityType.name = 'somethingElse';
  await expect(replay(altered)).rejects.toThrow(DeterminismViolationError);
});
