import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PLATFORMS } from '../../src/contract/platform.ts';
import {
  expectConversationsCounted,
  expectCountersAddUp,
  expectNothingMissing,
  truthOf,
  writesOf,
} from '../support/random-checks.ts';
import { type Scenario, scenarios } from '../support/random-commands.ts';
import { RandomPage } from '../support/random-page.ts';
import { createWorkers } from '../support/random-workers.ts';
import { type Stack, startStack } from '../support/stack.ts';

/**
 * Whatever happens to an inbox and to its syncs, one more sync makes the database equal to it, and the one after that
 * finds nothing to do.
 *
 * `PAGESYNC_RANDOM_RUNS`, `PAGESYNC_RANDOM_COMMANDS` and `PAGESYNC_RANDOM_SEED` make it longer, or repeat a run: each
 * run's name says its seed. What happens is repeated, though not to the millisecond when.
 */
const RUNS = Number(process.env.PAGESYNC_RANDOM_RUNS ?? 6);
const COMMANDS = Number(process.env.PAGESYNC_RANDOM_COMMANDS ?? 8);
const SEED = Number(process.env.PAGESYNC_RANDOM_SEED ?? Date.now() % 1_000_000_000);

/** The most that the light question of an incremental sync asks for. */
const LOOK_AT = 25;

let stack: Stack;
let workers: Awaited<ReturnType<typeof createWorkers>>;
beforeAll(async () => {
  stack = await startStack({
    workers: 0,
    // a walk of small pages: even a small inbox has several
    simulator: { maxLimit: 40 },
    env: { SYNC_SLICE_SECONDS: '0.3', GRAPH_THROTTLE_WAIT_SECONDS: '0.2' },
  });
  workers = await createWorkers(stack);
});
afterAll(async () => {
  await workers.close();
  await stack.close();
});

test.each(Array.from({ length: RUNS }, (_, run) => SEED + run))(
  'an inbox and its syncs, seed %i',
  async (seed) => {
    // one run a test, none of them shrunk: on real servers that takes longer than reading what happened
    await fc.assert(fc.asyncProperty(scenarios(COMMANDS), check), { seed, numRuns: 1, endOnFailure: true });
  },
  300_000,
);

async function check(scenario: Scenario): Promise<void> {
  if (scenario.commands.some((command) => command.do === 'kill a worker')) await workers.prepareKill();
  const page = await RandomPage.create(stack, workers, scenario);
  try {
    for (const command of scenario.commands) await page.run(command);
    await page.calmDown();
    await expectAllCovered(page);
    await expectNothingNew(page);
  } catch (error) {
    if (error instanceof Error) error.message += `\n${[...page.trace, ...(await page.jobs())].join('\n')}`;
    throw error;
  }
}

/** Whatever earlier jobs left out, an incremental sync brings. */
async function expectAllCovered(page: RandomPage): Promise<void> {
  const { job } = await page.sync({ mode: 'incremental' });
  expect(['COMPLETED', 'UP_TO_DATE']).toContain(job.status);
  await expectNothingMissing(stack, page.page);
  await expectConversationsCounted(stack, page.page);
  await expectCountersAddUp(stack, page.page, page.deleted);
}

/** A second one writes nothing, and asks one question a platform, where the newest conversations are not all new. */
async function expectNothingNew(page: RandomPage): Promise<void> {
  const before = await writesOf(stack, page.page);
  const { job, calls } = await page.sync({ mode: 'incremental' });
  expect(await writesOf(stack, page.page)).toEqual(before);
  const { inserted, updated, failed, eventsCreated } = job.totals;
  expect({ inserted, updated, failed, eventsCreated }).toEqual({
    inserted: 0,
    updated: 0,
    failed: 0,
    eventsCreated: 0,
  });
  const isQuiet = PLATFORMS.every((platform) => {
    const all = truthOf(stack, page.page).filter((conversation) => conversation.platform === platform);
    const recent = all.filter(({ updated_time }) => updated_time > '2026-02');
    return recent.length < LOOK_AT || all.length <= LOOK_AT;
  });
  if (isQuiet)
    expect({ status: job.status, calls }).toEqual({ status: 'UP_TO_DATE', calls: PLATFORMS.length });
  else expect(['COMPLETED', 'UP_TO_DATE']).toContain(job.status);
}
