import { graphileJobs } from '../references/graphile-jobs.ts';
import { loop } from '../references/loop.ts';
import { atLeast, atMost, type Bench, type Result } from '../result.ts';
import { syncAll, warmUp } from '../stack/sync.ts';
import { alternate } from '../statistics.ts';
import { freshly, warmReferences } from './freshly.ts';

const LATENCY_MS = 150;
const PER_CALL = 100;
const REPETITIONS = 3;

/** How much of a sync is more than waiting: pages come one after the other, each as late as the network is. */
export const latency: Bench = {
  name: 'latency',
  about: `one page, no limit, ${LATENCY_MS} ms a call`,
  async run(lab) {
    const spec = { conversations: lab.scaled(10_000, 1000), messages: 10 };
    const installation = await lab.install({
      latencyMs: LATENCY_MS,
      callsPerSecond: 0,
      productCallsPerSecond: 0,
    });
    const run = freshly(installation, [spec]);
    await warmUp(installation);
    await warmReferences(installation);
    lab.say(`${REPETITIONS} × sync, loop, jobs`);
    const seconds = await alternate(REPETITIONS, {
      sync: run(syncAll),
      loop: run(loop),
      graphileJobs: run(graphileJobs),
    });
    const bound = (Math.ceil(spec.conversations / PER_CALL) * LATENCY_MS) / 1000;
    const line = (what: string, goal: ReturnType<typeof atMost>): Result => ({
      what,
      parameters: { ...spec, latencyMs: LATENCY_MS, repetitions: REPETITIONS },
      measured: { seconds: seconds.sync },
      reference: { bound, loop: seconds.loop, graphileJobs: seconds.graphileJobs },
      ...goal,
    });
    return [
      line('against the latency of its calls', atMost(1.06, seconds.sync / bound, '× calls × latency')),
      line(
        'against a durable job a Graph page',
        atLeast(1, seconds.graphileJobs / seconds.sync, 'of graphile-worker'),
      ),
    ];
  },
};
