import { FULL, type Scene } from './campaign.ts';
import { lockJobs, takeAllConnections } from './connections.ts';
import { passingFault } from './graph-faults.ts';
import type { KillableServers } from './servers.ts';

/** How long a server is away, or a resource taken, at most. */
const AWAY_MS = FULL ? 4000 : 1500;

export type ServersScene = Scene<KillableServers>;
type ServersAtRandom = Pick<ServersScene, 'random' | 'servers'>;
/** Injects one fault and says what it was. */
export type Disturbance = (scene: ServersScene) => Promise<string>;

export async function killPostgres({ random, servers }: ServersAtRandom): Promise<string> {
  await servers.killPostgres(random.between(0, AWAY_MS));
  return 'PostgreSQL killed';
}
export async function killTemporal({ random, servers }: ServersAtRandom): Promise<string> {
  await servers.killTemporal(random.between(0, AWAY_MS));
  return 'Temporal killed';
}
export const takeConnections: Disturbance = async ({ house, random }) => {
  await takeAllConnections(house.databaseUrl, random.between(500, AWAY_MS));
  return 'all connections taken';
};
export const lockTable: Disturbance = async ({ house, pages, random, differences }) => {
  const locked = lockJobs(house.sql, random.between(500, AWAY_MS));
  // more requests than the API has connections: they wait, and are answered
  const asked = Array.from({ length: 30 }, () =>
    house.apis[0]?.client.get(`/api/pages/${pages[0]?.id}/sync`),
  );
  const statuses = (await Promise.all(asked)).map((answer) => answer?.status);
  if (statuses.some((status) => status !== 200))
    differences.push(`answers ${statuses} while jobs were locked`);
  await locked;
  return 'jobs locked, pool full';
};
export const killWorker: Disturbance = async ({ house, random }) => {
  await house.workers[random.between(0, house.workers.length - 1)]?.kill();
  return 'worker killed';
};
export const killApi: Disturbance = async ({ house }) => {
  await house.apis[0]?.place.kill();
  return 'API killed';
};
export const spoilAnswers: Disturbance = async ({ graph, random }) => {
  for (let i = 0; i < 3; i++) graph.control('POST', '/faults', { times: 1, fault: passingFault(random) });
  return '3 bad answers';
};

/** One disturbance at each of so many random moments, all kinds in turn and in random order. */
export function disturb(times: number, kinds: Disturbance[]) {
  return async (scene: ServersScene): Promise<void> => {
    let left: Disturbance[] = [];
    for await (const _ of scene.moments(times)) {
      if (left.length === 0) left = [...kinds];
      const [next] = left.splice(scene.random.between(0, left.length - 1), 1);
      if (next !== undefined) await scene.injected(await next(scene));
    }
  };
}
