import type { GraphClient } from '../../src/graph/index.ts';
import type { Store } from '../../src/store/index.ts';
import { createCheckSubscriptions } from './check-subscriptions.ts';
import { createDrainDeliveries } from './drain-deliveries.ts';
import { createSweepWebhooks, type StartRepair, type WakePage } from './sweep-webhooks.ts';

export type { StartRepair } from './sweep-webhooks.ts';

/** How long a drain works before it lets the workflow have a look, in milliseconds. */
const DRAIN_MS = 60_000;

/** The activities of the queue `webhook`. Workflows know them by this type alone. */
export type WebhookActivities = ReturnType<typeof createWebhookActivities>;

export function createWebhookActivities(store: Store) {
  return { drainDeliveries: createDrainDeliveries(store, DRAIN_MS) };
}

export interface WebhookUpkeepDeps {
  store: Store;
  graph: GraphClient;
  wakePage: WakePage;
  startRepair: StartRepair;
  /** How long an edit waits for its message before the conversation is read again, in milliseconds. */
  repairAfterMs: number;
  /** Of our app, by which its subscriptions are known; `null` when it is not configured. */
  appId: string | null;
}

/** What `MaintenanceWorkflow` does for webhooks. */
export type WebhookUpkeepActivities = ReturnType<typeof createWebhookUpkeep>;

export function createWebhookUpkeep(deps: WebhookUpkeepDeps) {
  const { store, graph, wakePage, startRepair, repairAfterMs, appId } = deps;
  return {
    sweepWebhooks: createSweepWebhooks(store, wakePage, startRepair, repairAfterMs),
    checkSubscriptions: createCheckSubscriptions(store, graph, appId),
  };
}
