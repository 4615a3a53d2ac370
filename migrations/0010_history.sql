-- What syncs have done day by day, and what needs somebody's attention. As in 0004, a repair is no sync.

-- When the job's row last said something new. A job at work says so every few seconds.
ALTER TABLE sync_jobs ADD changed_at timestamptz NOT NULL DEFAULT now();

CREATE FUNCTION sync_jobs_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.changed_at := now();
  RETURN NEW;
END $$;
CREATE TRIGGER sync_jobs_changed BEFORE UPDATE ON sync_jobs
  FOR EACH ROW WHEN (OLD.revision IS DISTINCT FROM NEW.revision) EXECUTE FUNCTION sync_jobs_changed();

-- One row a day on which a sync has ended, of all pages or of one, as far back as jobs are kept; with `by_page` one a page and day.
-- Where a day begins and ends, the time zone says (an IANA name). Days from `first_day` to `last_day`, both included; NULL: no
-- such limit. `page_id` is NULL in rows of all pages.
CREATE FUNCTION sync_days_of(time_zone text DEFAULT 'UTC', of_page uuid DEFAULT NULL, first_day date DEFAULT NULL,
  last_day date DEFAULT NULL, by_page boolean DEFAULT false)
RETURNS TABLE (page_id uuid, day date, total_syncs bigint, successful_syncs bigint, partial_syncs bigint, cancelled_syncs bigint,
  failed_syncs bigint, success_rate numeric, avg_duration_seconds numeric, avg_conversations numeric, conversations bigint,
  inserted bigint, updated bigint, unchanged bigint, failed bigint, events_created bigint, conversations_per_second numeric,
  work_ms bigint)
LANGUAGE sql STABLE AS $$
  SELECT d.page_id, d.day, d.total, d.successful, d.partial, d.cancelled, d.failed_syncs,
    round(100.0 * d.successful / d.total, 1), round(d.ms / 1000 / d.total, 1), round(1.0 * d.conversations / d.total, 1),
    d.conversations, d.inserted, d.updated, d.unchanged, d.failed, d.events::bigint,
    round(1000.0 * d.conversations / nullif(d.ms, 0), 1), d.ms::bigint
  FROM (
    SELECT CASE WHEN by_page OR of_page IS NOT NULL THEN j.page_id END AS page_id,
      (j.completed_at AT TIME ZONE time_zone)::date AS day, count(*) AS total,
      count(*) FILTER (WHERE j.status IN ('COMPLETED', 'UP_TO_DATE')) AS successful,
      count(*) FILTER (WHERE j.status = 'PARTIAL') AS partial,
      count(*) FILTER (WHERE j.status = 'CANCELLED') AS cancelled,
      count(*) FILTER (WHERE j.status = 'FAILED') AS failed_syncs,
      sum(j.elapsed_ms) AS ms, sum(j.fetched) AS conversations, sum(j.inserted) AS inserted, sum(j.updated) AS updated,
      sum(j.unchanged) AS unchanged, sum(j.failed) AS failed, sum(j.events_created) AS events
    FROM sync_jobs j
    WHERE j.conversation_id IS NULL AND j.completed_at IS NOT NULL AND (of_page IS NULL OR j.page_id = of_page)
      AND (first_day IS NULL OR j.completed_at >= first_day::timestamp AT TIME ZONE time_zone)
      AND (last_day IS NULL OR j.completed_at < (last_day + 1)::timestamp AT TIME ZONE time_zone)
    GROUP BY 1, 2
  ) d
  ORDER BY d.day DESC
$$;

-- one row a page and day (UTC) on which a sync of it has ended
CREATE VIEW sync_days AS
SELECT p.facebook_page_id, p.name AS page_name, d.*
FROM sync_days_of('UTC', by_page => true) d JOIN facebook_pages p ON p.id = d.page_id
ORDER BY d.day DESC, p.name, p.id;

-- Syncs of which nothing has been heard for five minutes, though Meta keeps nobody waiting: no worker is at work on them, or
-- their workflow is gone (then maintenance/reconcile closes them).
CREATE VIEW stuck_syncs AS
SELECT j.id AS job_id, j.page_id, p.facebook_page_id, p.name AS page_name, j.status, j.mode, j.trigger, j.fetched, j.total,
  j.started_at, heard.at AS last_heard_at, now() - heard.at AS silent_for,
  p.facebook_page_id AS workflow_id, j.workflow_run_id, j.last_error ->> 'message' AS last_error
FROM sync_jobs j
JOIN facebook_pages p ON p.id = j.page_id
-- a wait that has been over for a moment is no silence yet
CROSS JOIN LATERAL (SELECT greatest(j.changed_at, max(b.blocked_until)) AS at FROM graph_budget b
  WHERE b.asset IN (p.facebook_page_id, p.instagram_account_id, '(app)')) heard
WHERE j.status IN ('PENDING', 'IN_PROGRESS') AND j.conversation_id IS NULL AND heard.at < now() - interval '5 minutes'
ORDER BY heard.at;

-- syncs that have been at work for more than a quarter of an hour, without their pauses
CREATE VIEW long_running_syncs AS
SELECT a.job_id, a.page_id, a.facebook_page_id, a.page_name, a.mode, a.trigger, a.fetched, a.total, a.percent, a.histories,
  a.histories_left, a.conversations_per_second, a.started_at, a.elapsed, a.elapsed > interval '30 minutes' AS over_half_an_hour,
  a.waiting_until, a.last_error
FROM active_syncs a
WHERE a.status = 'IN_PROGRESS' AND a.elapsed > interval '15 minutes'
ORDER BY a.elapsed DESC;

-- syncs that could do nothing, of the last 24 hours
CREATE VIEW failed_syncs AS
SELECT j.id AS job_id, j.page_id, p.facebook_page_id, p.name AS page_name, j.mode, j.trigger, j.token_expired,
  coalesce(j.message, j.last_error ->> 'message') AS message, j.last_error, j.started_at, j.completed_at
FROM sync_jobs j
JOIN facebook_pages p ON p.id = j.page_id
WHERE j.status = 'FAILED' AND j.conversation_id IS NULL AND j.completed_at > now() - interval '24 hours'
ORDER BY j.completed_at DESC;

-- What is left of Meta's limits: a row for the app, each page and each Instagram account that has been called. A reading counts
-- for an hour, as in src/store/graph-budget.ts. From 75 % calls slow down, at 95 % they stop.
CREATE VIEW rate_limit_headroom AS
SELECT b.asset,
  CASE WHEN b.asset = '(app)' THEN 'app' WHEN b.asset = p.facebook_page_id THEN 'messenger' ELSE 'instagram' END AS pool,
  p.id AS page_id, p.facebook_page_id, p.name AS page_name, meter.percent AS usage_percent,
  CASE WHEN meter.percent IS NOT NULL THEN greatest(0, 100 - meter.percent) END AS headroom_percent, b.observed_at,
  CASE WHEN b.blocked_until > now() THEN b.blocked_until END AS blocked_until,
  CASE WHEN b.blocked_until > now() THEN b.blocked_why END AS blocked_why
FROM graph_budget b
CROSS JOIN LATERAL (SELECT CASE WHEN b.observed_at > now() - interval '1 hour' THEN b.usage_percent END AS percent) meter
LEFT JOIN LATERAL (
  SELECT id, facebook_page_id, name FROM facebook_pages WHERE facebook_page_id = b.asset
  UNION ALL SELECT id, facebook_page_id, name FROM facebook_pages WHERE instagram_account_id = b.asset LIMIT 1
) p ON true
ORDER BY meter.percent DESC NULLS LAST, b.asset;
