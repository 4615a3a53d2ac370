import { deleteSchedules } from '../support/maintenance.ts';
import { BOUND_MS, FULL, startAll } from './campaign.ts';
import { deliverUndisturbed, drained } from './deliveries.ts';
import { connectPages } from './graph.ts';
import { House } from './house.ts';
import { jobEnded } from './jobs.ts';
import { APP_ID, APP_SECRET, Meta } from './meta.ts';
import type { Random } from './random.ts';
import type { CampaignReport } from './report.ts';
import { type Closers, reported } from './reported.ts';
import { differencesOf, storedRows } from './rows.ts';
import type { KillableServers } from './servers.ts';
import { syncUndisturbed, type Undisturbed } from './undisturbed.ts';
import { webhookUntruths } from './webhook-truth.ts';
import { startWitness, type Witness } from './witness.ts';

/** Conversations of each page before webhooks begin more. */
const SIZES: readonly number[] = FULL ? [150, 50] : [60];

/** What the faults of a webhook campaign can lay hands on. */
export interface WebhookScene {
  servers: KillableServers;
  random: Random;
  house: House;
  meta: Meta;
  witness: Witness;
}

export interface WebhookPlan {
  name: string;
  /** Injects the faults while there is traffic; `injected` counts them. */
  disturb(scene: WebhookScene, injected: (fault: string) => void): Promise<void>;
  /** Whether the faults keep POSTs from their 200. */
  sentAgain: boolean;
}

/**
 * Runs a campaign: pages that are synced, traffic that webhooks tell of, faults, and when everything is delivered and
 * applied the comparison with the inbox and with an undisturbed run that got the same.
 */
export async function runWebhookCampaign(servers: KillableServers, plan: WebhookPlan): Promise<void> {
  await reported(plan.name, (random, report, closers) => play(servers, plan, random, report, closers));
}

async function play(
  servers: KillableServers,
  plan: WebhookPlan,
  random: Random,
  report: CampaignReport,
  closers: Closers,
): Promise<void> {
  const undisturbed = await syncUndisturbed(servers, plan.name, SIZES);
  closers.push(() => undisturbed.close());
  const { graph, temporal } = undisturbed;
  const house = await startHouse(servers, undisturbed, plan.name, report, closers);
  const [api] = house.apis;
  if (api === undefined) throw new Error('A campaign needs an API');
  const witness = await startWitness(api.client.url);
  closers.push(async () => {
    await witness.close();
    return [];
  });

  const meta = new Meta(graph, random);
  await meta.start(`${witness.url}/webhooks/facebook`);
  await plan.disturb({ servers, random, house, meta, witness }, (fault) => {
    report.faults[fault] = (report.faults[fault] ?? 0) + 1;
  });
  meta.stop();
  await meta.delivered();
  await drained(house.sql, temporal, graph.pages);

  const acknowledged = meta.acknowledged();
  report.updates = acknowledged.length;
  report.differences.push(
    ...meta.faults(plan.sentAgain),
    ...(await webhookUntruths(house.sql, graph, acknowledged)),
    ...(await untold(house)),
  );
  await deliverUndisturbed(undisturbed, witness.acknowledged);
  for (const { facebookPageId } of graph.pages) {
    const expected = await storedRows(undisturbed.sql, facebookPageId);
    const actual = await storedRows(house.sql, facebookPageId);
    report.rows += actual.rows.size;
    report.differences.push(
      ...actual.twice.map((key) => `${facebookPageId}: twice: ${key}`),
      ...differencesOf(expected.rows, actual.rows).map((difference) => `${facebookPageId}: ${difference}`),
    );
  }
}

/** The programs, with the pages connected and synced. */
async function startHouse(
  servers: KillableServers,
  { graph, temporal }: Undisturbed,
  name: string,
  report: CampaignReport,
  closers: Closers,
): Promise<House> {
  const house = await House.prepare(servers, {
    workers: 1,
    apis: 1,
    graphUrl: graph.url,
    env: {
      FACEBOOK_APP_ID: APP_ID,
      FACEBOOK_APP_SECRET: APP_SECRET,
      MAINTENANCE: 'on',
      WEBHOOK_SWEEP_SECONDS: '2',
      // a conversation that was repaired is read as Graph shows it now: nobody repairs it in the undisturbed run
      WEBHOOK_REPAIR_SECONDS: '3600',
    },
  });
  closers.push(
    () => house.drop(),
    async () => {
      await deleteSchedules({ temporal, config: { queuePrefix: house.env.PAGESYNC_QUEUE_PREFIX ?? '' } });
      return [];
    },
    async () => {
      if (report.differences.length > 0)
        console.error(`${name}: the programs complained\n${house.complaints}`);
      return house.stop();
    },
  );
  await house.start();
  const [api] = house.apis;
  if (api === undefined) throw new Error('A campaign needs an API');
  const connected = await connectPages(api.client, graph.pages);
  const pages = graph.pages.map((page, index) => ({ ...page, id: connected[index]?.id ?? '' }));
  report.jobs = pages.length;
  await startAll({ house, pages });
  for (const page of pages) await jobEnded(house.sql, page, BOUND_MS / 2);
  return house;
}

/** Customers' first messages after one of the page's of which automation was not told. */
async function untold({ sql }: House): Promise<string[]> {
  const rows = await sql<{ message_id: string }[]>`
    SELECT e.message_id FROM contact_interaction_events e CROSS JOIN LATERAL (
      SELECT b.direction FROM contact_interaction_events b
      WHERE b.conversation_id = e.conversation_id AND b.event_type = 'message' AND b.occurred_at < e.occurred_at
      ORDER BY b.occurred_at DESC, b.id DESC LIMIT 1) before
    WHERE e.event_type = 'message' AND e.direction = 'inbound' AND e.metadata ->> 'source' = 'webhook'
      AND before.direction = 'outbound'
      -- the reply is told once: by its first message, or by a later one of it that came before that
      AND NOT EXISTS (SELECT FROM automation_triggers t WHERE t.conversation_id = e.conversation_id
        AND t.occurred_at >= e.occurred_at AND NOT EXISTS (SELECT FROM contact_interaction_events o
          WHERE o.conversation_id = e.conversation_id AND o.event_type = 'message' AND o.direction = 'outbound'
            AND o.occurred_at >= e.occurred_at AND o.occurred_at < t.occurred_at))`;
  return rows.map(({ message_id }) => `automation was not told of the reply ${message_id}`);
}
