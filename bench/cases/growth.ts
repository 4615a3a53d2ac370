import { readFile } from 'node:fs/promises';
import { atLeast, atMost, type Bench } from '../result.ts';
import type { Installation } from '../stack/installation.ts';
import { syncAll, warmUp } from '../stack/sync.ts';

const SIZES = [10_000, 100_000, 300_000];
/** Few, so that 300,000 conversations are a matter of minutes. */
const MESSAGES = 3;

/** Whether a large inbox is slower or needs more memory than a small one. */
export const growth: Bench = {
  name: 'growth',
  about: '10,000 to 300,000 conversations: rate at the end of the walk, memory of the worker',
  async run(lab) {
    const sizes = SIZES.map((size) => lab.scaled(size, 1000));
    const installation = await lab.install({ latencyMs: 0, callsPerSecond: 0, productCallsPerSecond: 0 });
    await warmUp(installation);
    const rates: { first: number; last: number }[] = [];
    const memory: number[] = [];
    for (const conversations of sizes) {
      lab.say(`${conversations} conversations`);
      await installation.renewWorker();
      await installation.empty();
      const pages = await installation.connect([{ conversations, messages: MESSAGES }]);
      await syncAll(installation, pages);
      rates.push(await ratesOf(installation));
      memory.push(await peakMemory(installation.worker.pid));
    }
    const named = (values: readonly number[]) =>
      Object.fromEntries(values.map((value, n) => [String(sizes[n]), value]));
    const parameters = { conversations: sizes.join(', '), messages: MESSAGES };
    const { first, last } = rates.at(-1) ?? { first: Number.NaN, last: Number.NaN };
    const [, middle = Number.NaN, largest = Number.NaN] = memory;
    return [
      {
        what: 'rate of the last tenth',
        parameters,
        measured: named(rates.map((rate) => rate.last)),
        reference: named(rates.map((rate) => rate.first)),
        ...atLeast(0.9, last / first, 'of the first tenth'),
      },
      {
        what: "worker's peak memory, bytes",
        parameters,
        measured: { [String(sizes[2])]: largest },
        reference: named(memory.slice(0, 2)),
        ...atMost(1.1, largest / middle, `of that for ${sizes[1]}`),
      },
    ];
  },
};

/** Conversations a second over the first and the last tenth of the batches, by the times at which they were stored. */
async function ratesOf({ sql }: Installation): Promise<{ first: number; last: number }> {
  const [row] = await sql<{ first: number; last: number }[]>`
    WITH batch AS (
      SELECT created_at, fetched, ntile(10) OVER (ORDER BY seq) AS tenth FROM sync_batches
    ), rate AS (
      SELECT tenth, sum(fetched) * (count(*) - 1)::float8 / count(*)
        / coalesce(nullif(extract(epoch FROM max(created_at) - min(created_at)), 0), 'NaN')::float8 AS rate
      FROM batch GROUP BY tenth
    )
    SELECT (SELECT rate FROM rate WHERE tenth = 1) AS first, (SELECT rate FROM rate WHERE tenth = 10) AS last`;
  return row ?? { first: Number.NaN, last: Number.NaN };
}

/** The most memory that the process ever had, as Linux counts it; not a number elsewhere. */
async function peakMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const [, kilobytes] = status.match(/^VmHWM:\s+(\d+) kB$/m) ?? [];
  return kilobytes === undefined ? Number.NaN : Number(kilobytes) * 1024;
}
