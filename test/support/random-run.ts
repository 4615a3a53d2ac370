import { expect } from 'vitest';
import { PLATFORMS } from '../../src/contract/platform.ts';
import {
  expectConversationsCounted,
  expectCountersAddUp,
  expectNothingMissing,
  truthOf,
  writesOf,
} from './random-checks.ts';
import type { Scenario } from './random-commands.ts';
import { RandomPage } from './random-page.ts';
import type { RandomWorkers } from './random-workers.ts';
import type { Stack } from './stack.ts';

/** The most that the light question of an incremental sync asks for. */
const LOOK_AT = 25;

/** Lets a scenario happen to a page of its own. When it is over one sync makes the database equal to the inbox. */
export async function play(stack: Stack, workers: RandomWorkers, scenario: Scenario): Promise<void> {
  if (scenario.commands.some((command) => command.do === 'kill a worker')) await workers.prepareKill();
  const page = await RandomPage.create(stack, workers, scenario);
  try {
    for (const command of scenario.commands) await page.run(command);
    await page.calmDown();
    await expectAllCovered(stack, page);
    await expectNothingNew(stack, page);
  } catch (error) {
    if (error instanceof Error) error.message += `\n${[...page.trace, ...(await page.jobs())].join('\n')}`;
    throw error;
  }
}

/** Whatever earlier jobs left out, an incremental sync brings. */
async function expectAllCovered(stack: Stack, page: RandomPage): Promise<void> {
  const { job } = await page.sync({ mode: 'incremental' });
  expect(['COMPLETED', 'UP_TO_DATE']).toContain(job.status);
  await expectNothingMissing(stack, page.page);
  await expectConversationsCounted(stack, page.page);
  await expectCountersAddUp(stack, page.page, page.deleted);
}

/** A second one writes nothing, and asks one question a platform, where the newest conversations are not all new. */
async function expectNothingNew(stack: Stack, page: RandomPage): Promise<void> {
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
