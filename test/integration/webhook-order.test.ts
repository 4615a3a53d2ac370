import fc from 'fast-check';
import { expect, test } from 'vitest';
import { storeUnderTest } from '../support/store-under-test.ts';
import { type Day, days } from '../support/webhook-day.ts';
import { asItHappened, DayPage, mixed } from '../support/webhook-order.ts';

/*
 * Webhooks first and syncs later, the reverse, and both at once, end in the same rows: whatever the order in which the
 * deliveries of a day are applied, however often, and in whatever entries.
 *
 * `PAGESYNC_RANDOM_RUNS` and `PAGESYNC_RANDOM_SEED` make it longer, another one, or repeat a run.
 */
const RUNS = Number(process.env.PAGESYNC_RANDOM_RUNS ?? 90);
const SEED = Number(process.env.PAGESYNC_RANDOM_SEED ?? 20_261_121);

const under = storeUnderTest();

test.each([
  { name: 'webhooks alone', readings: false },
  { name: 'webhooks and syncs', readings: true },
])(
  '$name: any order and any repetition end in the same rows',
  async ({ readings }) => {
    await fc.assert(
      fc.asyncProperty(days(readings), (day) => expectSameRows(day, readings)),
      {
        seed: SEED,
        numRuns: RUNS,
      },
    );
  },
  600_000,
);

test('two drains and a sync at once end in the same rows', async () => {
  // not shrunk: what happens at once is not repeated
  await fc.assert(fc.asyncProperty(days(true), expectSameRowsAtOnce), {
    seed: SEED,
    numRuns: Math.ceil(RUNS / 3),
    endOnFailure: true,
  });
}, 600_000);

async function expectSameRowsAtOnce(day: Day): Promise<void> {
  const { it } = under;
  const [one, other] = [await DayPage.create(it), await DayPage.create(it)];
  try {
    await one.play(day, asItHappened(day));
    await other.playAtOnce(day);
    for (const page of [one, other]) await page.readLast(day);
    expect(await other.rows()).toEqual(await one.rows());
    for (const page of [one, other]) await page.expectTriggers();
  } finally {
    for (const page of [one, other]) await page.drop();
  }
}

async function expectSameRows(day: Day, readings: boolean): Promise<void> {
  const { it } = under;
  const [one, other] = [await DayPage.create(it), await DayPage.create(it)];
  try {
    await one.play(day, asItHappened(day));
    await other.play(day, mixed(day));
    if (readings) for (const page of [one, other]) await page.readLast(day);
    expect(await other.rows()).toEqual(await one.rows());
    for (const page of [one, other]) await page.expectTriggers();
  } finally {
    for (const page of [one, other]) await page.drop();
  }
}
