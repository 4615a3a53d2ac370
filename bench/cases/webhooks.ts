import { randomBytes } from 'node:crypto';
import type { Bench, Figures, Lab, Result } from '../result.ts';
import type { BenchPage, Installation } from '../stack/installation.ts';
import { syncAll, warmUp } from '../stack/sync.ts';
import { findHighestRate, type Limit } from '../webhooks/highest-rate.ts';
import { startGenerator } from '../webhooks/start-generator.ts';
import { describeCpu, GOAL, runStep, type Step } from '../webhooks/step.ts';
import { syncInTurn } from '../webhooks/sync-in-turn.ts';
import { productTarget, referenceTarget, type Target } from '../webhooks/targets.ts';
import type { Party } from '../webhooks/updates.ts';

/** Meta's pace: the product's own default against a simulator that insists. */
const GRAPH = { latencyMs: 300, callsPerSecond: 2, productCallsPerSecond: 2 };
const PER_SYNC_CALL = 100;

const MESSAGES = 3;
const SMALL_PAGES = 9;
/** Inboxes that are synced one after the other: enough for the whole bench at full scale. */
const LARGE_PAGES = 24;
/** People of a page who write. */
const PEOPLE = 1000;

const LOWEST = 25;
const LADDER = [LOWEST, 50, 100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 51_200];
const BATCH = 50;
/** Part of the highest rate that the long run has. */
const STEADY = 0.7;

/** What webhooks cost while an inbox is synced, and how many a second are too many. */
export const webhooks: Bench = {
  name: 'webhooks',
  about: 'signed POSTs in an open loop beside a sync, against a handler that only verifies and inserts',
  async run(lab) {
    const seconds = lab.scaled(20, 3);
    const steadySeconds = lab.scaled(300, 10);
    const conversations = lab.scaled(20_000, 500);
    const { installation, small, large, load } = await setUp(lab, conversations);
    const reference = await load.reference();
    const ours = productTarget(installation);
    const syncs = syncInTurn(installation, large);
    try {
      const search = async (target: Target, perPost: number): Promise<Limit> =>
        findHighestRate(
          LADDER.filter((rate) => rate >= perPost),
          async (rate) => load.run(target, [...small, ...syncs.upcoming(1)], { rate, perPost, seconds }),
        );
      // nothing is compiled yet
      for (const target of [reference, ours]) {
        await load.run(target, [...small, ...syncs.upcoming(1)], { rate: 100, perPost: 1, seconds: 5 });
      }
      const parameters = { conversations, messages: MESSAGES, pages: SMALL_PAGES + 1, ...GRAPH };
      const results: Result[] = [];
      let rate = 0;
      for (const perPost of [1, BATCH]) {
        const theirs = await search(reference, perPost);
        const limit = await search(ours, perPost);
        results.push(compared({ ...parameters, perPost, seconds }, limit, theirs));
        if (perPost === 1) rate = Math.round((limit.held?.rate ?? LOWEST) * STEADY);
      }
      const callsBefore = await callsOf(installation);
      // as many large inboxes as will be synced meanwhile have traffic too
      const count = Math.ceil((steadySeconds * GRAPH.callsPerSecond * PER_SYNC_CALL) / conversations) + 1;
      const pages = [...small, ...syncs.upcoming(count)].slice(-(SMALL_PAGES + 1));
      const steady = { rate, perPost: 1, seconds: steadySeconds };
      const long = await load.run(ours, pages, steady);
      const calls = (await callsOf(installation)) - callsBefore;
      const theirs = await load.run(reference, pages, { ...steady, seconds });
      results.push({
        what: `steady at ${STEADY * 100} % of the highest rate`,
        parameters: { ...parameters, ...steady, syncsEnded: syncs.ended() },
        measured: { perSecond: rate, ...long.figures, graphCalls: calls, cpu: describeCpu(long.cpu) },
        reference: { ...theirs.figures, cpu: describeCpu(theirs.cpu) },
        ratio: Number(long.figures.answerP99) / Number(theirs.figures.answerP99),
        goal: GOAL,
        met: long.broken.length === 0,
      });
      return results;
    } finally {
      await syncs.stop();
    }
  },
};

/** An installation with small pages that are synced, large ones that are not yet, and what puts load on it. */
async function setUp(lab: Lab, conversations: number) {
  const appSecret = randomBytes(16).toString('hex');
  const installation = await lab.install({ ...GRAPH, appSecret });
  const { servers, closers } = lab;
  await warmUp(installation, 300);
  const all = await installation.connect([
    ...Array.from({ length: SMALL_PAGES }, () => ({ conversations: 500, messages: MESSAGES })),
    ...Array.from({ length: LARGE_PAGES }, () => ({ conversations, messages: MESSAGES })),
  ]);
  const [small, large] = [all.slice(0, SMALL_PAGES), all.slice(SMALL_PAGES)];
  lab.say('syncing the small pages');
  await syncAll(installation, small);

  const generator = await startGenerator(closers);
  const watched = {
    temporalMetricsUrl: servers.temporalMetricsUrl,
    pids: {
      postgres: servers.postgresPid,
      temporal: servers.temporalPid,
      simulator: installation.simulator.program.pid,
      bench: process.pid,
    },
  };
  const peopleOf = createDirectory(installation);
  let first = 0;
  const load = {
    reference: () => referenceTarget(servers.folder, installation, appSecret, closers),
    async run(
      target: Target,
      pages: readonly BenchPage[],
      { rate, perPost, seconds }: { rate: number; perPost: number; seconds: number },
    ): Promise<Step> {
      const people = (await Promise.all(pages.map(peopleOf))).flat();
      await installation.sql`CHECKPOINT`;
      const plan = { url: target.url, appSecret, people, rate, updatesPerPost: perPost, seconds, first };
      first += Math.ceil(rate * seconds) + perPost;
      const step = await runStep(generator, target, plan, watched);
      const { answerP99, appliedP99, generatorLateP99 } = step.figures;
      const times = [answerP99, appliedP99].filter((value) => value !== undefined).map(Number);
      lab.say(
        `${target.name}, ${perPost} a POST, ${rate} a second: ${step.broken.join(', ') || 'holds'}; ` +
          `p99 ${times.map((ms) => `${ms.toFixed(1)} ms`).join(', to the row ')}; ` +
          `generator late ${Number(generatorLateP99).toFixed(1)} ms; ${describeCpu(step.cpu)}`,
      );
      return step;
    },
  };
  return { installation, small, large, load };
}

/** Who writes with a page: people of its inbox, whether or not a sync has met them. */
function createDirectory({ simulator }: Installation) {
  const known = new Map<string, Promise<Party[]>>();
  return ({ facebookPageId }: BenchPage): Promise<Party[]> => {
    const there = known.get(facebookPageId);
    if (there !== undefined) return there;
    const query = `page=${facebookPageId}&platform=messenger&offset=0&limit=${PEOPLE}`;
    const asked = simulator
      .control<{ customerId: string }[]>('GET', `/inbox?${query}`)
      .then((rows) => rows.map(({ customerId }) => ({ facebookPageId, personId: customerId })));
    known.set(facebookPageId, asked);
    return asked;
  };
}

async function callsOf({ simulator }: Installation): Promise<number> {
  return (await simulator.control<{ total: number }>('GET', '/calls')).total;
}

function compared(parameters: Figures, ours: Limit, theirs: Limit): Result {
  const side = ({ held, broke }: Limit): Figures => ({
    perSecond: held?.rate ?? 0,
    ...held?.figures,
    ...(held === null ? {} : { cpu: describeCpu(held.cpu) }),
    ...(broke === null
      ? {}
      : { brokeAt: broke.rate, why: broke.broken.join(', '), cpuThen: describeCpu(broke.cpu) }),
  });
  return {
    what: `highest rate, updates a second, ${parameters.perPost} a POST`,
    parameters,
    measured: side(ours),
    reference: side(theirs),
    ratio: (ours.held?.rate ?? 0) / (theirs.held?.rate ?? Number.NaN),
    goal: GOAL,
    met: ours.held !== null,
  };
}
