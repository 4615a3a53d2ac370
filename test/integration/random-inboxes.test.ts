import fc from 'fast-check';
import { afterAll, beforeAll, test } from 'vitest';
import { KNOWN_SCENARIOS } from '../support/known-scenarios.ts';
import { scenarios } from '../support/random-commands.ts';
import { play } from '../support/random-run.ts';
import { createWorkers, type RandomWorkers } from '../support/random-workers.ts';
import { type Stack, startStack } from '../support/stack.ts';

/*
 * Whatever happens to an inbox and to its syncs, one more sync makes the database equal to it, and the one after that
 * finds nothing to do.
 *
 * `PAGESYNC_RANDOM_RUNS`, `PAGESYNC_RANDOM_COMMANDS` and `PAGESYNC_RANDOM_SEED` make it longer, another one, or repeat a
 * run: each run's name says its seed. What happens is repeated, though not to the millisecond when.
 */
const RUNS = Number(process.env.PAGESYNC_RANDOM_RUNS ?? 6);
const COMMANDS = Number(process.env.PAGESYNC_RANDOM_COMMANDS ?? 8);
const SEED = Number(process.env.PAGESYNC_RANDOM_SEED ?? 20_261_121);

let stack: Stack;
let workers: RandomWorkers;
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

test.each(KNOWN_SCENARIOS)('%s', (_name, scenario) => play(stack, workers, scenario), 300_000);

test.each(Array.from({ length: RUNS }, (_, run) => SEED + run))(
  'an inbox and its syncs, seed %i',
  async (seed) => {
    // one run a test, none of them shrunk: on real servers that takes longer than reading what happened
    await fc.assert(
      fc.asyncProperty(scenarios(COMMANDS), (scenario) => play(stack, workers, scenario)),
      { seed, numRuns: 1, endOnFailure: true },
    );
  },
  300_000,
);
