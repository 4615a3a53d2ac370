import type { JobResource, PageResource } from '../contract/resources.ts';

const PAGE_ID = '0198c2a4-6f0e-7c3b-9a51-2f4d8e6b7c10';
const JOB_ID = '0198c2a9-1b7d-7e42-8d06-5a9c3f1e2b74';
const FACEBOOK_PAGE_ID = '105430098765432';

const page: PageResource = {
  id: PAGE_ID,
  facebookPageId: FACEBOOK_PAGE_ID,
  name: 'Corner Bakery',
  instagramAccountId: '17841400000000001',
  tokenState: 'valid',
  token: {
    state: 'valid',
    expiresAt: null,
    dataAccessExpiresAt: '2026-12-01T08:00:00.000Z',
    expiresSoon: false,
    scopes: ['pages_messaging', 'pages_read_engagement', 'pages_manage_metadata', 'instagram_basic'],
    missingScopes: ['instagram_manage_messages'],
    checkedAt: '2026-09-02T08:00:04.120Z',
    error: null,
  },
  health: 'ok',
  disconnectedAt: null,
  lastSyncedAt: '2026-09-02T09:15:00.000Z',
  syncCheckpoint: null,
  autoSync: true,
  syncIntervalSeconds: 3600,
  autoPipelineId: null,
  autoPipelineMode: 'SKIP_EXISTING',
  webhooks: {
    subscription: 'subscribed',
    fields: ['messages', 'message_echoes', 'message_reads'],
    error: null,
    checkedAt: '2026-09-02T08:00:05.300Z',
    lastDeliveryAt: '2026-09-02T09:41:17.000Z',
  },
  createdAt: '2026-09-02T08:00:03.000Z',
};

const job: JobResource = {
  id: JOB_ID,
  pageId: PAGE_ID,
  facebookPageId: FACEBOOK_PAGE_ID,
  status: 'IN_PROGRESS',
  mode: 'incremental',
  trigger: 'manual',
  messageDepth: 'all',
  maxConversations: null,
  selection: null,
  conversationId: null,
  total: 2000,
  totalExact: false,
  totals: {
    fetched: 150,
    inserted: 12,
    updated: 38,
    unchanged: 99,
    failed: 1,
    eventsCreated: 214,
    batches: 6,
    apiCalls: 7,
    histories: 0,
    historiesFailed: 0,
    unavailable: 0,
  },
  historiesLeft: null,
  elapsedMs: 4120,
  conversationsPerSecond: 36.4,
  tokenExpired: false,
  currentName: 'Ada Lovelace',
  waitingUntil: null,
  lastError: null,
  message: null,
  validation: {},
  createdAt: '2026-09-02T09:15:00.000Z',
  startedAt: '2026-09-02T09:15:00.210Z',
  completedAt: null,
  revision: 6,
};

/** Examples of answers, by the name of the resource's schema. */
export const ANSWER_EXAMPLES: Readonly<Record<string, unknown>> = {
  Page: page,
  PageDetail: { ...page, nextAutoSyncAt: '2026-09-02T10:15:00.000Z' },
  Job: job,
};
