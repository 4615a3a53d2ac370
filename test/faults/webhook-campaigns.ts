import { afterAll, beforeAll, expect, test } from 'vitest';
import { BOUND_MS, FULL } from './campaign.ts';
import { KillableServers } from './servers.ts';
import { runWebhookCampaign, type WebhookPlan } from './webhook-campaign.ts';
import {
  inTraffic,
  killApi,
  killPostgres,
  killTemporal,
  killTemporalAtTheEnd,
  killWorker,
  type WebhookDisturbance,
} from './webhook-disturbances.ts';

/** Campaigns on what Meta delivers: what got a 200 is applied once, what did not is sent again. */
export function webhookCampaigns(): void {
  let servers: KillableServers;
  beforeAll(async () => {
    servers = await KillableServers.start();
  }, BOUND_MS);
  afterAll(async () => {
    expect(await servers.stop()).toEqual([]);
  }, BOUND_MS);
  const campaign = (what: string, plan: WebhookPlan) =>
    test.sequential(what, { timeout: BOUND_MS }, () => runWebhookCampaign(servers, plan));

  if (FULL) {
    campaign('the API is killed as it answers, between what it stores and the wake', {
      name: 'webhooks: API',
      disturb: inTraffic(times(6, killApi)),
      sentAgain: true,
    });
    campaign('the worker is killed mid-apply', {
      name: 'webhooks: worker',
      disturb: inTraffic(times(6, killWorker)),
      sentAgain: false,
    });
    campaign('PostgreSQL is killed and comes back', {
      name: 'webhooks: PostgreSQL',
      disturb: inTraffic(times(6, killPostgres)),
      sentAgain: true,
    });
    campaign('Temporal is killed, and away for a minute when traffic ends', {
      name: 'webhooks: Temporal',
      disturb: inTraffic(times(3, killTemporal), killTemporalAtTheEnd),
      sentAgain: false,
    });
  }
  campaign('everything is killed while Meta delivers', {
    name: 'webhooks: mixture',
    disturb: inTraffic(
      FULL ? times(5, killApi, killWorker, killPostgres, killTemporal) : [killApi, killWorker, killPostgres],
      killTemporalAtTheEnd,
    ),
    sentAgain: true,
  });
}

function times(count: number, ...disturbances: WebhookDisturbance[]): WebhookDisturbance[] {
  return Array.from({ length: count }, () => disturbances).flat();
}
