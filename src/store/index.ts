import { createAnalyticsStore } from './analytics.ts';
import { createApiTokenStore } from './api-tokens.ts';
import { createAutoSyncStore } from './auto-sync.ts';
import { createBatchStarts } from './batch-starts.ts';
import { createBatchSteps } from './batch-steps.ts';
import { createBatchSyncStore } from './batch-syncs.ts';
import { createBatchStore } from './batches.ts';
import { createConversationStore } from './conversations.ts';
import { createLoginStore } from './facebook-logins.ts';
import { createFailureStore } from './failures.ts';
import { createHealthStore } from './health.ts';
import { createHistoryStore } from './histories.ts';
import { createIdempotencyStore } from './idempotency.ts';
import { createJobHistoryStore } from './job-history.ts';
import { createJobLifecycle } from './job-lifecycle.ts';
import { createJobStore } from './jobs.ts';
import { createNotificationStore } from './notifications.ts';
import { createPageTokenStore } from './page-tokens.ts';
import { createPageStore } from './pages.ts';
import { createReportStore } from './reports.ts';
import { rotateTokens } from './rotate-tokens.ts';
import { createSessionStore } from './sessions.ts';
import type { Sql } from './sql.ts';
import { createSubscriptionStore } from './subscriptions.ts';
import type { TokenCipher } from './token-cipher.ts';
import { createUpkeepStore } from './upkeep.ts';
import { createDeliveryStore } from './webhook-deliveries.ts';
import { createWebhookItemStore } from './webhook-items.ts';

/** All of PostgreSQL that the programs use: one store per aggregate. */
export type Store = ReturnType<typeof createStore>;

export function createStore(sql: Sql, cipher: TokenCipher) {
  return {
    pages: createPageStore(sql, cipher),
    pageTokens: createPageTokenStore(sql),
    logins: createLoginStore(sql, cipher),
    jobs: createJobStore(sql),
    lifecycle: createJobLifecycle(sql),
    jobHistory: createJobHistoryStore(sql),
    batches: createBatchStore(sql),
    histories: createHistoryStore(sql),
    failures: createFailureStore(sql),
    conversations: createConversationStore(sql),
    upkeep: createUpkeepStore(sql),
    autoSync: createAutoSyncStore(sql),
    notifications: createNotificationStore(sql),
    subscriptions: createSubscriptionStore(sql),
    deliveries: createDeliveryStore(sql),
    webhookItems: createWebhookItemStore(sql),
    /** Encrypts every stored token anew that the newest key has not encrypted. */
    rotateTokens: () => rotateTokens(sql, cipher),
    tokens: createApiTokenStore(sql),
    sessions: createSessionStore(sql),
    idempotency: createIdempotencyStore(sql),
    analytics: createAnalyticsStore(sql),
    health: createHealthStore(sql),
    reports: createReportStore(sql),
    batchSyncs: createBatchSyncStore(sql),
    batchStarts: createBatchStarts(sql),
    batchSteps: createBatchSteps(sql),
    /** Whether PostgreSQL answers. */
    async isReady(): Promise<boolean> {
      try {
        await sql`SELECT 1`;
        return true;
      } catch {
        return false;
      }
    },
  };
}

export type { AutoSyncState } from './auto-sync.ts';
export type {
  Batch,
  BatchResult,
  ConversationInput,
  EventInput,
  FailureInput,
  StreamPosition,
} from './batch.ts';
export { listenToBatches } from './batch-channel.ts';
export type { StartedPage, UnstartedPage } from './batch-starts.ts';
export type { BatchStep } from './batch-steps.ts';
export type { BatchChanges } from './batch-syncs.ts';
export type { CancelledJob, JobOfPage } from './batch-work.ts';
export { type ChangeHint, listenToChanges } from './change-channel.ts';
export type { LoginPage } from './facebook-logins.ts';
export { createGraphBudget } from './graph-budget.ts';
export type { SilentSync, StoredHealth } from './health.ts';
export {
  type HistoryPage,
  type HistoryScope,
  type IncompleteConversation,
  isEnough,
  nextPageOf,
  withHistoryPage,
} from './history.ts';
export type { Claim, KeptAnswer, KeyedRequest } from './idempotency.ts';
export type { JobScope } from './job-scope.ts';
export { decodeCursor, isUuid, type Keyset } from './keyset.ts';
export { buildLateIndexes } from './late-indexes.ts';
export { migrate } from './migrate.ts';
export type { NotificationFilter } from './notifications.ts';
export { type PageCredentials, PageDisconnected, UnreadableToken } from './pages.ts';
export { listenToProgress, type ProgressHint, type StoredItem } from './progress-channel.ts';
export type { RotationResult } from './rotate-tokens.ts';
export { hashOfSecret } from './secret.ts';
export type { Session } from './sessions.ts';
export { connectSql, isDatabaseAway, type Sql, sqlState } from './sql.ts';
export { createTokenCipher, type TokenCipher } from './token-cipher.ts';
export type { EndedJobPlace, EndedJobs, OpenJob } from './upkeep.ts';
export type { DeliveryPage, ItemCount, PendingDelivery } from './webhook-deliveries.ts';
export type { AppliedItem, WebhookFailure, WebhookItem } from './webhook-items.ts';
