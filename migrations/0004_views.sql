-- For people at a prompt: what is running, how it went, who holds a page, how each page is. And what upkeep needs.
-- A repair mends one conversation: it is not the page's sync, holds no lock and counts in no statistics.

-- the newest sync of a page, however many repairs there were since
CREATE INDEX sync_jobs_page_syncs ON sync_jobs (page_id, created_at DESC, id DESC) WHERE conversation_id IS NULL;
CREATE INDEX sync_jobs_page_failed ON sync_jobs (page_id, completed_at DESC) WHERE status = 'FAILED';
-- retention walks ended jobs, and payloads, oldest first
CREATE INDEX sync_jobs_ended ON sync_jobs (completed_at, id) WHERE completed_at IS NOT NULL;
CREATE INDEX sync_failures_payload ON sync_failures (created_at) WHERE payload IS NOT NULL;

-- one row a page that is being synced now
CREATE VIEW active_syncs AS
SELECT j.id AS job_id, j.page_id, p.facebook_page_id, p.name AS page_name, j.status, j.mode, j.trigger,
  j.fetched, j.total, round(100.0 * least(j.fetched, j.total) / nullif(j.total, 0), 1) AS percent,
  j.inserted, j.updated, j.unchanged, j.failed, j.events_created, j.histories, j.histories_left, j.current_name,
  round((j.fetched / nullif(extract(epoch FROM work.elapsed), 0))::numeric, 1) AS conversations_per_second,
  j.started_at, work.elapsed,
  CASE WHEN j.status = 'IN_PROGRESS' THEN budget.blocked_until END AS waiting_until,
  j.token_expired, j.last_error ->> 'message' AS last_error
FROM sync_jobs j
JOIN facebook_pages p ON p.id = j.page_id
CROSS JOIN LATERAL (SELECT j.elapsed_ms * interval '1 ms' + coalesce(now() - j.running_since, '0') AS elapsed) work
CROSS JOIN LATERAL (SELECT max(b.blocked_until) AS blocked_until FROM graph_budget b
  WHERE b.asset IN (p.facebook_page_id, p.instagram_account_id, '(app)') AND b.blocked_until > now()) budget
WHERE j.status IN ('PENDING', 'IN_PROGRESS', 'PAUSED') AND j.conversation_id IS NULL
ORDER BY j.created_at DESC;

-- one row a page: the syncs that have ended, as far back as they are kept. The success rate is in percent.
CREATE VIEW sync_statistics AS
SELECT p.id AS page_id, p.facebook_page_id, p.name AS page_name,
  s.total_syncs, s.successful_syncs, s.partial_syncs, s.cancelled_syncs, s.failed_syncs,
  round(100.0 * s.successful_syncs / nullif(s.total_syncs, 0), 1) AS success_rate,
  round(s.avg_ms / 1000, 1) AS avg_duration_seconds, round(s.avg_fetched, 1) AS avg_conversations,
  s.conversations, s.inserted, s.updated, s.unchanged, s.failed, s.events_created,
  round(1000.0 * s.conversations / nullif(s.ms, 0), 1) AS conversations_per_second,
  s.last_sync_at, s.last_success_at
FROM facebook_pages p
CROSS JOIN LATERAL (
  SELECT count(*) AS total_syncs, count(*) FILTER (WHERE status IN ('COMPLETED', 'UP_TO_DATE')) AS successful_syncs,
    count(*) FILTER (WHERE status = 'PARTIAL') AS partial_syncs,
    count(*) FILTER (WHERE status = 'CANCELLED') AS cancelled_syncs,
    count(*) FILTER (WHERE status = 'FAILED') AS failed_syncs,
    avg(elapsed_ms) AS avg_ms, sum(elapsed_ms) AS ms, avg(fetched) AS avg_fetched,
    coalesce(sum(fetched), 0) AS conversations, coalesce(sum(inserted), 0) AS inserted,
    coalesce(sum(updated), 0) AS updated, coalesce(sum(unchanged), 0) AS unchanged,
    coalesce(sum(failed), 0) AS failed, coalesce(sum(events_created), 0) AS events_created,
    max(completed_at) AS last_sync_at,
    max(completed_at) FILTER (WHERE status IN ('COMPLETED', 'UP_TO_DATE')) AS last_success_at
  FROM sync_jobs
  WHERE page_id = p.id AND conversation_id IS NULL AND completed_at IS NOT NULL
) s
ORDER BY s.last_sync_at DESC NULLS LAST;

-- one row a page that has an open sync. The lock itself is the workflow, of which there is one a workflow ID.
CREATE VIEW sync_locks AS
SELECT j.page_id, p.facebook_page_id, p.name AS page_name, j.id AS job_id, p.facebook_page_id AS workflow_id,
  j.workflow_run_id, j.status, coalesce(j.running_since, j.created_at) AS acquired_at,
  now() - coalesce(j.running_since, j.created_at) AS held_for
FROM sync_jobs j
JOIN facebook_pages p ON p.id = j.page_id
WHERE j.status IN ('PENDING', 'IN_PROGRESS', 'PAUSED') AND j.conversation_id IS NULL
ORDER BY acquired_at;

CREATE FUNCTION sync_locks_are_workflows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the lock of page % is its workflow, not a row', OLD.facebook_page_id USING
    ERRCODE = 'object_not_in_prerequisite_state',
    DETAIL = format('Job %s is %s.', OLD.job_id, OLD.status),
    HINT = format('To stop the sync: POST /api/pages/%s/sync/cancel, or temporal workflow cancel --workflow-id %s. '
      'A job whose workflow is gone holds nothing: it is closed with its checkpoint by the next run of '
      'maintenance/reconcile, or by the next start of a sync.', OLD.facebook_page_id, OLD.workflow_id);
END $$;
CREATE TRIGGER sync_locks_are_workflows INSTEAD OF UPDATE OR DELETE ON sync_locks
  FOR EACH ROW EXECUTE FUNCTION sync_locks_are_workflows();

-- Locks do not expire here, so there are never any to clean up. Answers 0 and says who holds what.
CREATE FUNCTION cleanup_expired_locks() RETURNS integer LANGUAGE plpgsql STABLE AS $$
BEGIN
  RAISE NOTICE 'locks do not expire: % held now (SELECT * FROM sync_locks). A job whose workflow is gone is closed '
    'by maintenance/reconcile.', (SELECT count(*) FROM sync_locks);
  RETURN 0;
END $$;

-- One row a page. `health` is the first of these that holds:
--   token_expired  Meta refused the token: connect the page again
--   waiting        a sync is running and Meta wants no calls until `blocked_until`
--   paused         a sync is paused
--   syncing        a sync is running
--   failing        the newest sync could do nothing
--   incomplete     the newest sync ended early and can be resumed
--   never_synced   no sync has covered the whole inbox, or last_synced_at was cleared
--   stale          the whole inbox was last covered more than a day ago
--   ok
CREATE VIEW page_health AS
SELECT p.id AS page_id, p.facebook_page_id, p.name AS page_name,
  CASE
    WHEN p.token_state <> 'valid' THEN 'token_expired'
    WHEN newest.status IN ('PENDING', 'IN_PROGRESS') AND budget.blocked_until IS NOT NULL THEN 'waiting'
    WHEN newest.status = 'PAUSED' THEN 'paused'
    WHEN newest.status IN ('PENDING', 'IN_PROGRESS') THEN 'syncing'
    WHEN newest.status = 'FAILED' THEN 'failing'
    WHEN newest.status IN ('PARTIAL', 'CANCELLED') THEN 'incomplete'
    WHEN p.last_synced_at IS NULL THEN 'never_synced'
    WHEN p.last_synced_at < now() - interval '1 day' THEN 'stale'
    ELSE 'ok'
  END AS health,
  p.token_state, p.last_synced_at,
  coalesce(newest.completed_at, newest.created_at) AS last_sync_at, newest.status AS last_sync_status,
  coalesce(newest.message, newest.last_error ->> 'message') AS last_sync_message, success.at AS last_success_at,
  CASE WHEN newest.completed_at IS NULL THEN newest.id END AS open_job_id,
  failed.syncs AS failed_syncs_24h, aside.items AS set_aside, budget.blocked_until,
  inbox.conversations, history.incomplete AS incomplete_histories
FROM facebook_pages p
LEFT JOIN LATERAL (SELECT j.id, j.status, j.message, j.last_error, j.created_at, j.completed_at FROM sync_jobs j
  WHERE j.page_id = p.id AND j.conversation_id IS NULL ORDER BY j.created_at DESC, j.id DESC LIMIT 1) newest ON true
LEFT JOIN LATERAL (SELECT j.completed_at AS at FROM sync_jobs j
  WHERE j.page_id = p.id AND j.conversation_id IS NULL AND j.status IN ('COMPLETED', 'UP_TO_DATE')
  ORDER BY j.created_at DESC, j.id DESC LIMIT 1) success ON true
CROSS JOIN LATERAL (SELECT count(*) AS syncs FROM sync_jobs j
  WHERE j.page_id = p.id AND j.status = 'FAILED' AND j.completed_at > now() - interval '24 hours'
    AND j.conversation_id IS NULL) failed
-- each thing once, however many syncs have set it aside
CROSS JOIN LATERAL (SELECT count(DISTINCT (f.platform, f.item_type, coalesce(f.graph_id, f.id::text))) AS items
  FROM sync_failures f WHERE f.page_id = p.id AND f.resolved_at IS NULL) aside
CROSS JOIN LATERAL (SELECT max(b.blocked_until) AS blocked_until FROM graph_budget b
  WHERE b.asset IN (p.facebook_page_id, p.instagram_account_id, '(app)') AND b.blocked_until > now()) budget
CROSS JOIN LATERAL (SELECT count(*) AS conversations FROM messenger_conversations c WHERE c.page_id = p.id) inbox
CROSS JOIN LATERAL (SELECT count(*) AS incomplete FROM messenger_conversations c
  WHERE c.page_id = p.id AND (NOT c.history_complete OR c.gap_to IS NOT NULL)) history
ORDER BY p.name, p.id;

-- Once a job has ended for good its batches are deleted, and with them the keys that keep an attempt which comes very late
-- from storing one of them again. To such an attempt they are there still.
CREATE FUNCTION sync_batches_of_open_jobs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM sync_jobs WHERE id = NEW.job_id AND status IN ('COMPLETED', 'UP_TO_DATE', 'FAILED')) THEN
    RAISE EXCEPTION 'job % has ended: it takes no batch any more', NEW.job_id
      USING ERRCODE = 'unique_violation', CONSTRAINT = 'sync_batches_pkey';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER sync_batches_of_open_jobs BEFORE INSERT ON sync_batches
  FOR EACH ROW EXECUTE FUNCTION sync_batches_of_open_jobs();
