import { APP_POOL } from '../contract/budget.ts';
import type { JobStatus } from '../contract/job-status.ts';
import type { JobResource } from '../contract/resources.ts';
import { conversationsPerSecond } from '../contract/statistics.ts';
import type { SyncError } from '../contract/sync-error.ts';
import type { MessageDepth, Selection, SyncMode, SyncTrigger } from '../contract/sync-options.ts';
import { type JobProgressRow, toJobProgress } from './job-progress.ts';

/** A job with its page's Facebook ID and the time until which Meta wants no calls for it. */
export interface JobRow extends JobProgressRow {
  id: string;
  page_id: string;
  facebook_page_id: string;
  status: JobStatus;
  mode: SyncMode;
  trigger: SyncTrigger;
  options: {
    messageDepth?: MessageDepth;
    maxConversations?: number | null;
    selection?: Selection | null;
  };
  conversation_id: string | null;
  total_exact: boolean;
  current_name: string | null;
  token_expired: boolean;
  last_error: SyncError | null;
  message: string | null;
  validation: Record<string, number>;
  revision: number;
  created_at: Date;
  started_at: Date | null;
  running_since: Date | null;
  completed_at: Date | null;
  waiting_until: Date | null;
}

export const JOB_COLUMNS = `j.*, p.facebook_page_id,
  (SELECT max(b.blocked_until) FROM graph_budget b
    WHERE j.status = 'IN_PROGRESS' AND b.asset IN (p.facebook_page_id, p.instagram_account_id, '${APP_POOL}')
      AND b.blocked_until > now()) AS waiting_until`;

export const JOB_FROM = 'sync_jobs j JOIN facebook_pages p ON p.id = j.page_id';

/** The job as the API shows it. */
export function toJob(row: JobRow): JobResource {
  const running = row.running_since === null ? 0 : Math.max(0, Date.now() - row.running_since.getTime());
  const { total, elapsedMs, historiesLeft, ...totals } = toJobProgress({
    ...row,
    elapsed_ms: row.elapsed_ms + running,
  });
  return {
    id: row.id,
    pageId: row.page_id,
    facebookPageId: row.facebook_page_id,
    status: row.status,
    mode: row.mode,
    trigger: row.trigger,
    messageDepth: row.options.messageDepth ?? 'all',
    maxConversations: row.options.maxConversations ?? null,
    selection: row.options.selection ?? null,
    conversationId: row.conversation_id,
    total,
    totalExact: row.total_exact,
    totals,
    historiesLeft,
    elapsedMs,
    conversationsPerSecond: conversationsPerSecond(row.fetched, elapsedMs),
    tokenExpired: row.token_expired,
    currentName: row.current_name,
    waitingUntil: row.waiting_until?.toISOString() ?? null,
    lastError: row.last_error,
    message: row.message,
    validation: row.validation,
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    completedAt: row.completed_at?.toISOString() ?? null,
    revision: row.revision,
  };
}
