import { type JobStatus, OPEN_STATUSES } from '../contract/job-status.ts';
import type { Fragment, Sql } from './sql.ts';

/** An open job, with what tells its workflow. */
export interface OpenJob {
  id: string;
  pageId: string;
  facebookPageId: string;
  /** The one conversation that the job repairs; `null` for a page's sync. */
  conversationId: string | null;
  status: JobStatus;
  /** First run of the workflow that took the job up; `null` before. */
  runId: string | null;
  /** Whether its page was disconnected: nothing of it can be read. */
  isPageGone: boolean;
}

/** A place in the order of ended jobs: when it ended (as PostgreSQL writes it) and which it is. */
export type EndedJobPlace = [completedAt: string, id: string];

/** Some ended jobs, and the place after them; `null` when there are no more. */
export interface EndedJobs {
  ids: string[];
  next: EndedJobPlace | null;
}

/** What the maintenance tasks ask and delete. Everything is done in pieces, so that nobody waits for a long lock. */
export function createUpkeepStore(sql: Sql) {
  return {
    /**
     * Open jobs of which nothing has happened by themselves for a while: neither made nor taken up within `graceMs`.
     *
     * @param after id of the last job seen; `null` begins
     */
    async openJobs(graceMs: number, after: string | null, limit: number): Promise<OpenJob[]> {
      return sql<OpenJob[]>`
        SELECT j.id, j.page_id AS "pageId", p.facebook_page_id AS "facebookPageId", j.conversation_id AS "conversationId", j.status,
          j.workflow_run_id AS "runId", p.disconnected_at IS NOT NULL AS "isPageGone"
        FROM sync_jobs j JOIN facebook_pages p ON p.id = j.page_id
        WHERE j.status = ANY(${[...OPEN_STATUSES]}) AND (${after}::uuid IS NULL OR j.id > ${after}::uuid)
          AND coalesce(j.running_since, j.created_at) <= now() - ${graceMs} * interval '1 ms'
        ORDER BY j.id LIMIT ${limit}`;
    },

    /** Jobs that ended for good more than `days` ago: nobody can resume them. Oldest first. */
    async closedForGood(days: number, after: EndedJobPlace | null, limit: number): Promise<EndedJobs> {
      return endedJobs(days, after, limit, sql`status IN ('COMPLETED', 'UP_TO_DATE', 'FAILED')`);
    },

    /**
     * Jobs that ended more than `days` ago and are needed no more: neither the page's newest sync nor the one
     * that its checkpoint names. Oldest first.
     */
    async outdated(days: number, after: EndedJobPlace | null, limit: number): Promise<EndedJobs> {
      return endedJobs(days, after, limit, notNeeded());
    },

    /** Deletes up to `limit` batches of these jobs, but not the last of each stream, which tells where it stopped. */
    async deleteSpentBatches(jobIds: string[], limit: number): Promise<number> {
      return sql`
        DELETE FROM sync_batches b USING (
          SELECT job_id, stream, seq FROM sync_batches s WHERE job_id = ANY(${jobIds})
            AND EXISTS (SELECT FROM sync_batches n WHERE n.job_id = s.job_id AND n.stream = s.stream AND n.seq > s.seq)
          ORDER BY job_id, stream, seq LIMIT ${limit}
        ) spent WHERE b.job_id = spent.job_id AND b.stream = spent.stream AND b.seq = spent.seq`.then(
        countOf,
      );
    },

    /** Deletes up to `limit` set-aside items of these jobs. */
    async deleteFailures(jobIds: string[], limit: number): Promise<number> {
      return sql`DELETE FROM sync_failures WHERE id IN (
        SELECT id FROM sync_failures WHERE job_id = ANY(${jobIds}) LIMIT ${limit})`.then(countOf);
    },

    /** Deletes those of these jobs that are still needed by nobody, with what is left of their batches. */
    async deleteJobs(jobIds: string[]): Promise<number> {
      return sql`DELETE FROM sync_jobs j WHERE id = ANY(${jobIds}) AND completed_at IS NOT NULL
        AND ${notNeeded()}`.then(countOf);
    },

    /** Empties the payload of up to `limit` items that were set aside more than `days` ago: they hold messages. */
    async emptyPayloads(days: number, limit: number): Promise<number> {
      return sql`UPDATE sync_failures SET payload = NULL WHERE id IN (
        SELECT id FROM sync_failures WHERE payload IS NOT NULL AND created_at < now() - ${days} * interval '1 day'
        ORDER BY created_at LIMIT ${limit})`.then(countOf);
    },

    /** The same of items of webhooks. */
    async emptyWebhookPayloads(days: number, limit: number): Promise<number> {
      return sql`UPDATE webhook_failures SET payload = NULL WHERE id IN (
        SELECT id FROM webhook_failures WHERE payload IS NOT NULL AND created_at < now() - ${days} * interval '1 day'
        ORDER BY created_at LIMIT ${limit})`.then(countOf);
    },

    /** Deletes up to `limit` webhook deliveries that were applied more than `days` ago. */
    async deleteDeliveries(days: number, limit: number): Promise<number> {
      return sql`DELETE FROM webhook_deliveries WHERE id IN (
        SELECT id FROM webhook_deliveries WHERE processed_at < now() - ${days} * interval '1 day'
        ORDER BY processed_at LIMIT ${limit})`.then(countOf);
    },
  };

  /** The condition that nobody needs the job `j`. */
  function notNeeded(): Fragment {
    return sql`j.id IS DISTINCT FROM (SELECT n.id FROM sync_jobs n WHERE n.page_id = j.page_id AND n.conversation_id IS NULL
        ORDER BY n.created_at DESC, n.id DESC LIMIT 1)
      AND NOT EXISTS (SELECT FROM facebook_pages p WHERE p.id = j.page_id AND p.sync_checkpoint ->> 'jobId' = j.id::text)`;
  }

  /** The next `limit` jobs that ended so long ago, and of them those that meet a condition. */
  async function endedJobs(
    days: number,
    after: EndedJobPlace | null,
    limit: number,
    which: Fragment,
  ): Promise<EndedJobs> {
    const rows = await sql<{ id: string; at: string; wanted: boolean }[]>`
      SELECT id, completed_at::text AS at, (${which}) AS wanted FROM sync_jobs j
      WHERE completed_at < now() - ${days} * interval '1 day'
        AND ${after === null ? sql`true` : sql`(completed_at, id) > (${after[0]}::text::timestamptz, ${after[1]}::uuid)`}
      ORDER BY completed_at, id LIMIT ${limit}`;
    const last = rows.at(-1);
    return {
      ids: rows.filter((row) => row.wanted).map((row) => row.id),
      next: last === undefined || rows.length < limit ? null : [last.at, last.id],
    };
  }
}

function countOf(result: { count: number }): number {
  return result.count;
}
