import { afterAll, beforeAll, expect, test } from 'vitest';
import { BOUND_MS, FULL, KILLS, type Plan, runCampaign, SIZES } from './campaign.ts';
import {
  disturb,
  killApi,
  killPostgres,
  killTemporal,
  killWorker,
  lockTable,
  spoilAnswers,
  takeConnections,
} from './disturbances.ts';
import { GRAPH_TIMEOUT_SECONDS } from './graph-faults.ts';
import { KillableServers } from './servers.ts';
import { syncUndisturbed, type Undisturbed } from './undisturbed.ts';
import { Watchers } from './watchers.ts';

const MIXED = FULL ? 24 : 6;

/** Campaigns on PostgreSQL and Temporal, which are our own here, one after the other, and a mixture of all faults. */
export function serverCampaigns(): void {
  let servers: KillableServers;
  let undisturbed: Undisturbed;
  beforeAll(async () => {
    servers = await KillableServers.start();
    undisturbed = await syncUndisturbed(servers, 'servers', SIZES);
  }, BOUND_MS);
  afterAll(async () => {
    const left = await undisturbed?.close();
    expect([...(left ?? []), ...(await servers.stop())]).toEqual([]);
  }, BOUND_MS);
  const campaign = (what: string, plan: Omit<Plan<KillableServers>, 'servers' | 'undisturbed'>) =>
    test.sequential(what, { timeout: BOUND_MS }, () => runCampaign({ ...plan, servers, undisturbed }));

  if (FULL) {
    campaign('PostgreSQL is killed and comes back', {
      name: 'PostgreSQL',
      disturb: disturb(KILLS, [killPostgres]),
    });
    campaign('all connections are taken for a while, and statements wait', {
      name: 'connections',
      disturb: disturb(KILLS, [takeConnections, lockTable]),
    });
  } else {
    campaign('PostgreSQL is killed, has no connection left, and lets statements wait', {
      name: 'PostgreSQL',
      disturb: disturb(4, [killPostgres, takeConnections, killPostgres, lockTable]),
    });
  }

  campaign('Temporal is killed and comes back', {
    name: 'Temporal',
    disturb: disturb(KILLS, [killTemporal]),
  });

  const watchers = new Watchers();
  const disturbAll = disturb(MIXED, [
    killWorker,
    killPostgres,
    killTemporal,
    killApi,
    takeConnections,
    spoilAnswers,
  ]);
  campaign('a random mixture of all', {
    name: 'mixture',
    workers: 2,
    env: { GRAPH_TIMEOUT_SECONDS },
    disturb: (scene) => {
      watchers.watch(scene, 1);
      return disturbAll(scene);
    },
    after: (scene) => watchers.seeTheEnd(scene),
  });
}
