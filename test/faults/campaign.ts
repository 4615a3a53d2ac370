import { setTimeout } from 'node:timers/promises';
import { inject } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { connectPages, type Graph, type InboxPage } from './graph.ts';
import { House } from './house.ts';
import { countersOf, faultsOfJob, jobEnded, storedBatches } from './jobs.ts';
import type { Random } from './random.ts';
import { RefetchWatch } from './refetches.ts';
import type { CampaignReport } from './report.ts';
import { type Closers, reported } from './reported.ts';
import { differencesOf, storedRows } from './rows.ts';
import type { Servers } from './servers.ts';
import type { Undisturbed } from './undisturbed.ts';

export const FULL = inject('faultsForm') === 'full';
/** Conversations of each page: few pages, so that a kill meets walks that have got somewhere. */
export const SIZES: readonly number[] = FULL ? [5000, 600, 400] : [1200, 300];
/** Faults of a campaign that knows one kind. */
export const KILLS = FULL ? 8 : 2;
/** Of one campaign. */
export const BOUND_MS = FULL ? 1_800_000 : 600_000;

/** Time that Graph takes for an answer, so that faults meet a sync at work. */
export const LATENCY_MS = 40;
/** Faults come when a batch is stored, and up to this much later. */
const SHIFT_MS = 150;

export interface Plan<S extends Servers> {
  name: string;
  servers: S;
  /** All its pages are synced at once. */
  undisturbed: Undisturbed;
  workers?: number;
  apis?: number;
  env?: Record<string, string>;
  /** Graph itself is at fault: how its pages are cut and how often they are fetched may differ. */
  graphAtFault?: boolean;
  /** Starts the syncs; one POST a page by default. */
  start?(scene: Scene<S>): Promise<void>;
  /** Injects the faults; ends when all are done. */
  disturb(scene: Scene<S>): Promise<void>;
  /** Looks at what is special to the campaign, when all syncs have ended. */
  after?(scene: Scene<S>): Promise<void>;
}

/** A page with our id of it. */
export type ConnectedPage = InboxPage & { id: string };

/** What the faults of a campaign can lay hands on. */
export interface Scene<S extends Servers = Servers> {
  servers: S;
  random: Random;
  house: House;
  graph: Graph;
  pages: ConnectedPage[];
  undisturbed: Undisturbed;
  /** Waits for so many random moments of the sync, one after the other. */
  moments(count: number): AsyncGenerator<number>;
  /** Counts a fault after it has been injected; PostgreSQL must answer. */
  injected(fault: string, times?: number): Promise<void>;
  /** What is not as it must be. */
  differences: string[];
}

/**
 * Runs a campaign: programs and a database of its own, syncs, faults, the comparison with the undisturbed run, and a
 * look at what is left behind. Fails when there is any difference.
 */
export async function runCampaign<S extends Servers>(plan: Plan<S>): Promise<void> {
  await reported(plan.name, (random, report, closers) => play(plan, random, report, closers));
}

async function play<S extends Servers>(
  plan: Plan<S>,
  random: Random,
  report: CampaignReport,
  closers: Closers,
): Promise<void> {
  const { differences } = report;
  const { undisturbed } = plan;
  const { graph } = undisturbed;
  report.jobs = graph.pages.length;
  closers.push(async () => {
    graph.forgive();
    return [];
  });
  const house = await House.prepare(plan.servers, {
    workers: plan.workers ?? 1,
    apis: plan.apis ?? 1,
    graphUrl: graph.url,
    env: plan.env ?? {},
  });
  closers.push(() => house.drop());
  closers.push(async () => {
    if (differences.length > 0) console.error(`${plan.name}: the programs complained\n${house.complaints}`);
    return house.stop();
  });
  await house.start();
  const [api] = house.apis;
  if (api === undefined) throw new Error('A campaign needs an API');
  const connected = await connectPages(api.client, graph.pages);
  const pages = graph.pages.map((page, index) => ({ ...page, id: connected[index]?.id ?? '' }));
  const watch = plan.graphAtFault ? null : new RefetchWatch(house.sql, graph, undisturbed.walks);
  const scene: Scene<S> = {
    servers: plan.servers,
    random,
    house,
    graph,
    pages,
    undisturbed,
    differences,
    moments: (count) => momentsOf(house, undisturbed.batches, random, count),
    async injected(fault, times = 1) {
      report.faults[fault] = (report.faults[fault] ?? 0) + times;
      await watch?.mark();
    },
  };

  graph.latency(LATENCY_MS);
  await (plan.start ?? startAll)(scene);
  await plan.disturb(scene);
  graph.latency(0);
  for (const page of pages) await jobEnded(house.sql, page, BOUND_MS / 2);
  await plan.after?.(scene);

  for (const page of pages) {
    const found = await compare(house, undisturbed, page, !plan.graphAtFault);
    report.rows += found.rows;
    differences.push(...found.differences.map((difference) => `${page.facebookPageId}: ${difference}`));
  }
  const fetches = watch?.result();
  differences.push(...(fetches?.differences ?? []));
  report.refetched = fetches?.refetched ?? null;
}

/** Starts every page's sync with one request. */
export async function startAll({ house, pages }: Pick<Scene, 'house' | 'pages'>): Promise<void> {
  for (const page of pages) {
    const answer = await house.apis[0]?.client.post(`/api/pages/${page.id}/sync`);
    if (answer?.status !== 202) throw new Error(`Starting a sync: ${JSON.stringify(answer)}`);
  }
}

/** Moments spread over the whole sync: each when a random batch of its own part is stored, and a little later. */
async function* momentsOf(
  { sql }: House,
  batches: number,
  random: Random,
  count: number,
): AsyncGenerator<number> {
  for (let moment = 0; moment < count; moment++) {
    const first = Math.floor((batches * moment) / count);
    const last = Math.max(first, Math.floor((batches * (moment + 1)) / count) - 1);
    const batch = random.between(first, last);
    await eventually(
      // PostgreSQL may be away
      () =>
        storedBatches(sql).then(
          (stored) => stored >= batch,
          () => false,
        ),
      `${batch} of ${batches} batches`,
      BOUND_MS / 2,
    );
    await setTimeout(random.between(0, SHIFT_MS));
    yield moment;
  }
}

async function compare(
  house: House,
  undisturbed: Undisturbed,
  page: InboxPage,
  sameBatches: boolean,
): Promise<{ rows: number; differences: string[] }> {
  const differences = await faultsOfJob(house.sql, undisturbed.temporal, page);
  const [expected, actual] = [
    await storedRows(undisturbed.sql, page.facebookPageId),
    await storedRows(house.sql, page.facebookPageId),
  ];
  differences.push(
    ...actual.twice.map((key) => `twice: ${key}`),
    ...differencesOf(expected.rows, actual.rows),
  );
  const [should, is] = [
    await countersOf(undisturbed.sql, page, sameBatches),
    await countersOf(house.sql, page, sameBatches),
  ];
  if (should !== is) differences.push(`counters: ${is} instead of ${should}`);
  return { rows: actual.rows.size + 1, differences };
}
