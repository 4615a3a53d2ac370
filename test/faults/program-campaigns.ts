import { expect, inject, test } from 'vitest';
import { BOUND_MS, FULL, KILLS, LATENCY_MS, type Plan, runCampaign, type Scene, SIZES } from './campaign.ts';
import { addGraphFaults, GRAPH_TIMEOUT_SECONDS } from './graph-faults.ts';
import type { Servers } from './servers.ts';
import { startTwice } from './start-twice.ts';
import { syncUndisturbed } from './undisturbed.ts';
import { Watchers } from './watchers.ts';

/** PostgreSQL and Temporal are those of the whole run, and stay up. */
const servers: Servers = {
  postgresUrl: inject('postgresUrl'),
  temporalAddress: inject('temporalAddress'),
};

/** Time that Graph takes for an answer while a sync is held up. */
const HELD_UP_MS = 800;

/** Campaigns on the programs and on Graph. */
export function programCampaigns(): void {
  campaign('the only worker is killed and started again', { name: 'the worker', disturb: killWorkers });

  campaign('one of two workers is killed', { name: 'one of two workers', workers: 2, disturb: killWorkers });

  let met: () => Record<string, number> = () => ({});
  campaign('Graph answers are dropped, late, cut and garbled', {
    name: 'Graph answers',
    env: { GRAPH_TIMEOUT_SECONDS },
    graphAtFault: true,
    async disturb({ graph, random, undisturbed }) {
      met = addGraphFaults(graph, random, undisturbed);
    },
    async after({ injected, differences }) {
      const faults = Object.entries(met());
      if (faults.length === 0) differences.push('no fault was met');
      for (const [fault, times] of faults) await injected(fault, times);
    },
  });

  const watchers = new Watchers();
  if (FULL) {
    campaign('the API is killed while clients watch: what they see only grows, and they see the end', {
      name: 'the API, watched',
      disturb: (scene) => killApiWatched(scene, watchers),
      after: (scene) => watchers.seeTheEnd(scene),
    });
    campaign(
      'two syncs are started at the same instant from two API processes',
      { name: 'two starts at once', apis: 2, start: startTwice, disturb: startWhileRunning },
      [4000, ...Array.from({ length: 25 }, () => 40)],
    );
  } else {
    campaign(
      'two syncs are started at the same instant from two API processes; one is killed while clients watch',
      {
        name: 'two APIs, watched',
        apis: 2,
        start: startTwice,
        async disturb(scene) {
          await startTwice(scene, true);
          await killApiWatched(scene, watchers);
        },
        after: (scene) => watchers.seeTheEnd(scene),
      },
      [1000, ...Array.from({ length: 10 }, () => 50)],
    );
  }
}

/** A campaign with an inbox of its own: they run side by side, because most of their time is waiting. */
function campaign(what: string, plan: Omit<Plan<Servers>, 'servers' | 'undisturbed'>, sizes = SIZES): void {
  test(what, { timeout: BOUND_MS }, async () => {
    const undisturbed = await syncUndisturbed(servers, plan.name, sizes);
    try {
      await runCampaign({ ...plan, servers, undisturbed });
    } finally {
      expect(await undisturbed.close()).toEqual([]);
    }
  });
}

async function killWorkers({ house, random, moments, injected }: Scene): Promise<void> {
  for await (const _ of moments(KILLS)) {
    await house.workers[random.between(0, house.workers.length - 1)]?.kill();
    await injected('worker killed');
  }
}

async function killApiWatched(scene: Scene, watchers: Watchers): Promise<void> {
  const { house, graph, moments, injected } = scene;
  watchers.watch(scene, 2);
  for await (const _ of moments(KILLS)) {
    await house.apis[0]?.place.kill();
    await injected('API killed');
    // the sync does not wait for the API: it is held up, so that the clients come back to one at work
    graph.latency(HELD_UP_MS);
    await house.apis[0]?.place.ready();
    graph.latency(LATENCY_MS);
  }
}
async function startWhileRunning(scene: Scene): Promise<void> {
  // in the first half: one that has ended may be started again
  for await (const moment of scene.moments(2 * KILLS)) {
    await startTwice(scene, true);
    if (moment + 1 === KILLS) break;
  }
}
