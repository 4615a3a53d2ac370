import { graphileJobs } from '../references/graphile-jobs.ts';
import { loop } from '../references/loop.ts';
import { rowLoop } from '../references/row-loop.ts';
import { atLeast, type Bench, type Result } from '../result.ts';
import { syncAll, warmUp } from '../stack/sync.ts';
import { alternate } from '../statistics.ts';
import { freshly, warmReferences } from './freshly.ts';

const PAGES = 20;
const MESSAGES = 10;
const REPETITIONS = 3;

/** How much one worker process does when many pages sync at once. */
export const capacity: Bench = {
  name: 'capacity',
  about: `${PAGES} pages at once on one worker, no limit, no latency`,
  async run(lab) {
    const spec = { conversations: lab.scaled(2000, 100), messages: MESSAGES };
    const specs = Array.from({ length: PAGES }, () => spec);
    const installation = await lab.install({ latencyMs: 0, callsPerSecond: 0, productCallsPerSecond: 0 });
    const run = freshly(installation, specs);
    await warmUp(installation);
    await warmReferences(installation);

    lab.say(`${REPETITIONS} × sync, loops, jobs, row by row`);
    const seconds = await alternate(REPETITIONS, {
      sync: run(syncAll),
      loop: run(loop),
      graphileJobs: run(graphileJobs),
      rowLoop: run(rowLoop),
    });
    const rate = (value: number) => (PAGES * spec.conversations) / value;
    const line = (what: string, goal: ReturnType<typeof atLeast>): Result => ({
      what,
      parameters: { pages: PAGES, ...spec, workers: 1, repetitions: REPETITIONS },
      measured: { conversationsPerSecond: rate(seconds.sync) },
      reference: {
        loop: rate(seconds.loop),
        graphileJobs: rate(seconds.graphileJobs),
        rowLoop: rate(seconds.rowLoop),
      },
      ...goal,
    });
    return [
      line('against plain loops', atLeast(0.75, seconds.loop / seconds.sync, `of ${PAGES} loops at once`)),
      line(
        'against a durable job a Graph page',
        atLeast(1, seconds.graphileJobs / seconds.sync, 'of graphile-worker'),
      ),
      line('against row by row', atLeast(10, seconds.rowLoop / seconds.sync, `× ${PAGES} loops row by row`)),
    ];
  },
};
