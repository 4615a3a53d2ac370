import { eventually } from '../support/eventually.ts';
import { FULL } from './campaign.ts';
import { killPostgres as killServer, killTemporal as killTemporalServer } from './disturbances.ts';
import type { Sql } from './house.ts';
import type { WebhookScene } from './webhook-campaign.ts';

/** Far above what is ever needed. */
const BOUND_MS = 300_000;

/** Temporal stays away so long after traffic has ended: the API gives up to wake a page after two times five seconds. */
const AWAY_AT_THE_END_MS = FULL ? 60_000 : 11_000;

/** Injects one fault and says what it was. */
export type WebhookDisturbance = (scene: WebhookScene) => Promise<string>;

/** In the moment of its answer: what it has stored just now most often waits for its wake. */
export const killApi: WebhookDisturbance = async ({ house, witness }) => {
  await witness.nextAnswer();
  await house.apis[0]?.place.kill();
  return 'API killed as it answers';
};

/** With some items of a delivery applied, and others not: they wait for conversations that are held. */
export const killWorker: WebhookDisturbance = async ({ house }) => {
  await house.sql.begin(async (tx) => {
    await tx`SELECT FROM messenger_conversations WHERE hashtext(id::text) % 4 = 0 FOR NO KEY UPDATE`;
    await eventually(() => isMidApply(house.sql), 'a worker to be held up', BOUND_MS);
    await house.workers[0]?.kill();
  });
  return 'worker killed mid-apply';
};

export const killPostgres: WebhookDisturbance = killServer;
export const killTemporal: WebhookDisturbance = killTemporalServer;

/** When it comes back, nobody but the sweep knows of what came last. */
export const killTemporalAtTheEnd: WebhookDisturbance = async ({ servers, meta }) => {
  await servers.killTemporal(AWAY_AT_THE_END_MS, async () => {
    await meta.flows();
    meta.stop();
    await meta.delivered();
  });
  return 'Temporal away when traffic ended';
};

/** These disturbances in random order and the last one, each in the middle of traffic. */
export function inTraffic(disturbances: readonly WebhookDisturbance[], last?: WebhookDisturbance) {
  return async (scene: WebhookScene, injected: (fault: string) => void): Promise<void> => {
    const left = [...disturbances];
    const inOrder = disturbances.flatMap(() => left.splice(scene.random.between(0, left.length - 1), 1));
    for (const disturbance of last === undefined ? inOrder : [...inOrder, last]) {
      await scene.meta.flows();
      injected(await disturbance(scene));
    }
  };
}

/** Whether a statement of the programs waits for a row while a delivery is applied in part. */
async function isMidApply(sql: Sql): Promise<boolean> {
  const [row] = await sql<{ is_so: boolean }[]>`
    SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'pagesync'
        AND wait_event_type = 'Lock')
      AND EXISTS (SELECT FROM webhook_deliveries d
        CROSS JOIN LATERAL jsonb_path_query(d.entry, '$.messaging[*].message.mid') AS mid
        JOIN contact_interaction_events e ON e.page_id = d.page_id AND e.event_type = 'message'
          AND e.message_id = mid #>> '{}'
        WHERE d.processed_at IS NULL) AS is_so`;
  return row?.is_so === true;
}
