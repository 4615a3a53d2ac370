import { copy } from '../references/copy.ts';
import { type Disposition, installDlt } from '../references/dlt.ts';
import { graphileJobs } from '../references/graphile-jobs.ts';
import { loop } from '../references/loop.ts';
import { rowLoop } from '../references/row-loop.ts';
import { atLeast, type Bench, type Lab, type Result } from '../result.ts';
import type { PageSpec } from '../stack/installation.ts';
import { syncAll, warmUp } from '../stack/sync.ts';
import { alternate } from '../statistics.ts';
import { freshly, warmReferences } from './freshly.ts';

const MESSAGES = 10;
const REPETITIONS = 3;

/** What Temporal and all that a sync is careful about costs where neither Meta nor the network is in the way. */
export const onePage: Bench = {
  name: 'one-page',
  about: 'one page, no limit, no latency, against the same work done in other ways',
  async run(lab) {
    const spec = { conversations: lab.scaled(10_000, 500), messages: MESSAGES };
    const installation = await lab.install({ latencyMs: 0, callsPerSecond: 0, productCallsPerSecond: 0 });
    const run = freshly(installation, [spec]);
    await warmUp(installation);
    await warmReferences(installation);

    lab.say(`${REPETITIONS} × sync, loop, jobs, row by row`);
    const seconds = await alternate(REPETITIONS, {
      sync: run(syncAll),
      loop: run(loop),
      loopOneByOne: run((at, pages) => loop(at, pages, false)),
      graphileJobs: run(graphileJobs),
      rowLoop: run(rowLoop),
    });
    lab.say('copy');
    await run(syncAll)();
    const copied = await copy(lab.servers, installation);
    lab.say('dlt');
    const dlt = await loadByDlt(lab, run, spec);

    const rate = (value: number | string) => (typeof value === 'number' ? spec.conversations / value : value);
    const line = (what: string, goal: ReturnType<typeof atLeast>): Result => ({
      what,
      parameters: { pages: 1, ...spec, repetitions: REPETITIONS },
      measured: { conversationsPerSecond: rate(seconds.sync) },
      reference: {
        loop: rate(seconds.loop),
        loopOneByOne: rate(seconds.loopOneByOne),
        graphileJobs: rate(seconds.graphileJobs),
        rowLoop: rate(seconds.rowLoop),
        copy: rate(copied),
        dltAppend: rate(dlt.append),
        dltMerge: rate(dlt.merge),
      },
      ...goal,
    });
    const fastestDlt = Math.min(Number(dlt.append), Number(dlt.merge));
    return [
      line('against the plain loop', atLeast(0.85, seconds.loop / seconds.sync, 'of the loop')),
      line(
        'against a durable job a Graph page',
        atLeast(1, seconds.graphileJobs / seconds.sync, 'of graphile-worker'),
      ),
      ...(Number.isNaN(fastestDlt)
        ? []
        : [line('against dlt', atLeast(3, fastestDlt / seconds.sync, '× dlt, the faster way'))]),
    ];
  },
};

/** Seconds of dlt's two ways of writing, or why there are none. */
async function loadByDlt(
  lab: Lab,
  run: ReturnType<typeof freshly>,
  spec: PageSpec,
): Promise<Record<Disposition, number | string>> {
  try {
    const dlt = await installDlt(lab.servers);
    const load = (disposition: Disposition) =>
      run(async (at, [page]) => (page === undefined ? Number.NaN : dlt.load(at, page, spec, disposition)));
    return await alternate(1, { append: load('append'), merge: load('merge') });
  } catch (error) {
    const why = `skipped: ${error instanceof Error ? error.message : String(error)}`;
    return { append: why, merge: why };
  }
}
