import { Client, ScheduleNotFoundError } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { MAINTENANCE_TASKS, type MaintenanceTask } from '../../src/contract/maintenance.ts';
import { maintenanceId } from '../../src/contract/names.ts';
import { scheduleMaintenance } from '../../src/schedule-maintenance.ts';
import { eventually } from '../support/eventually.ts';
import { deleteSchedules } from '../support/maintenance.ts';
import { startRelay } from '../support/relay.ts';
import { type Stack, startStack } from '../support/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({
    workers: 0,
    env: {
      MAINTENANCE: 'on',
      RECONCILE_EVERY_SECONDS: '1',
      RECONCILE_GRACE_SECONDS: '0',
      SYNC_SLICE_SECONDS: '0.2',
    },
  });
  await Promise.all([stack.addWorker(), stack.addWorker(), stack.addWorker()]);
});
afterAll(async () => {
  await deleteSchedules(stack);
  await stack.close();
});

const id = (task: MaintenanceTask) => maintenanceId(stack.config.queuePrefix, task);
const describeReconcile = () => stack.temporal.schedule.getHandle(id('reconcile')).describe();

test('three workers that start at once make each schedule once, under the prefix of the installation', async () => {
  const ours = () =>
    eventually(async () => {
      const ids: string[] = [];
      for await (const { scheduleId } of stack.temporal.schedule.list()) {
        if (scheduleId.startsWith(stack.config.queuePrefix)) ids.push(scheduleId);
      }
      return ids.length >= 4 ? ids.sort() : null;
    }, 'the schedules');
  // nobody is subscribed to webhooks that are not configured
  expect(await ours()).toEqual([id('reconcile'), id('retention'), id('schedules'), id('webhooks')]);
  const { spec, policies, action } = await describeReconcile();
  expect(spec.intervals).toMatchObject([{ every: 1000 }]);
  expect(policies.overlap).toBe('SKIP');
  expect(action).toMatchObject({ workflowType: 'MaintenanceWorkflow', args: [{ task: 'reconcile' }] });
});

test('by itself: a terminated workflow’s job is closed, one beside it runs to its end', async () => {
  const [lost, running] = [
    await stack.addPage({ conversations: 1000 }),
    await stack.addPage({ conversations: 1000 }),
  ];
  stack.simulator.control('POST', '/latency', { ms: 60 });
  for (const page of [lost, running]) await stack.api.post(`/api/pages/${page.id}/sync`);
  await stack.temporal.workflow.getHandle(lost.facebookPageId).terminate('a test');
  expect(await stack.ended(lost)).toMatchObject({ status: 'PARTIAL' });
  stack.simulator.control('POST', '/latency', { ms: 0 });
  expect(await stack.ended(running)).toMatchObject({ status: 'COMPLETED', totals: { fetched: 1000 } });
});

test('a worker with another configuration changes a schedule; a person’s pause stays', async () => {
  await stack.temporal.schedule.getHandle(id('reconcile')).pause('a person');
  const { maintenance } = stack.config;
  await stack.addWorker({ maintenance: { ...maintenance, reconcileEveryMs: 7000 } });
  const described = await eventually(async () => {
    const now = await describeReconcile();
    return now.spec.intervals?.[0]?.every === 7000 ? now : null;
  }, 'the new interval');
  expect(described.state).toMatchObject({ paused: true, note: 'a person' });
});

test('Temporal that does not answer at first is waited for in the background', async () => {
  const relay = await startRelay(inject('temporalAddress'));
  const connection = await NativeConnection.connect({ address: relay.address });
  const prefix = `late-${stack.config.queuePrefix}`;
  const schedules = {
    prefix,
    taskQueue: 'any',
    reconcileEveryMs: 60_000,
    webhookSweepMs: 60_000,
    scheduleCheckMs: 60_000,
    subscriptionCheckMs: 60_000,
    checkTokens: true,
  };
  const schedule = stack.temporal.schedule.getHandle(maintenanceId(prefix, 'reconcile'));
  const others = MAINTENANCE_TASKS.filter((task) => task !== 'reconcile').map((task) =>
    stack.temporal.schedule.getHandle(maintenanceId(prefix, task)),
  );
  const lines: string[] = [];
  const logger = pino({}, { write: (line: string) => lines.push(line) });
  relay.cut();
  const trying = scheduleMaintenance(new Client({ connection }), schedules, logger);
  try {
    await eventually(() => lines.some((line) => line.includes('could not be made yet')), 'a vain attempt');
    await expect(schedule.describe()).rejects.toBeInstanceOf(ScheduleNotFoundError);
    relay.mend();
    await eventually(
      () => Promise.all(others.map((other) => other.describe())).catch(() => null),
      'the schedules',
    );
    for (const made of [schedule, ...others]) await made.delete();

    // whoever stops it while it tries has no schedules afterwards
    relay.cut();
    const again = scheduleMaintenance(new Client({ connection }), schedules, logger);
    await again.close();
    relay.mend();
    await expect(schedule.describe()).rejects.toBeInstanceOf(ScheduleNotFoundError);
  } finally {
    await trying.close();
    await connection.close();
    await relay.close();
  }
});
