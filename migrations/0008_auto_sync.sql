-- Automatic syncs: what a page's schedule in Temporal is to be like, and what people are told of in the app.

ALTER TABLE facebook_pages
  ADD auto_sync boolean NOT NULL DEFAULT false,
  ADD sync_interval_seconds integer NOT NULL DEFAULT 3600 CHECK (sync_interval_seconds BETWEEN 60 AND 2592000),
  -- kept for pipelines: nothing acts on them yet
  ADD auto_pipeline_id text CHECK (auto_pipeline_id <> ''),
  ADD auto_pipeline_mode text NOT NULL DEFAULT 'SKIP_EXISTING' CHECK (auto_pipeline_mode IN ('SKIP_EXISTING', 'UPDATE_EXISTING'));
CREATE INDEX facebook_pages_auto_sync ON facebook_pages (id) WHERE auto_sync;

ALTER TABLE sync_jobs
  ADD CONSTRAINT known_trigger CHECK (trigger IN ('manual', 'retry', 'repair', 'schedule', 'batch'));

CREATE TABLE notifications (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  page_id    uuid REFERENCES facebook_pages ON DELETE CASCADE,
  job_id     uuid REFERENCES sync_jobs ON DELETE SET NULL,
  kind       text NOT NULL,
  severity   text NOT NULL CHECK (severity IN ('info', 'warning', 'error')),
  title      text NOT NULL,
  text       text NOT NULL,
  -- what is told once, however often it is recorded
  dedupe_key text NOT NULL UNIQUE,
  created_at timestamptz NOT NULL DEFAULT now(),
  read_at    timestamptz
);
-- a page whose syncs fail again and again says so once, until somebody has read it
CREATE UNIQUE INDEX notifications_one_unread_failure ON notifications (page_id) WHERE kind = 'sync-failed' AND read_at IS NULL;
CREATE INDEX notifications_page ON notifications (page_id, id DESC);
CREATE INDEX notifications_job ON notifications (job_id) WHERE job_id IS NOT NULL;
CREATE INDEX notifications_unread ON notifications (id DESC) WHERE read_at IS NULL;
CREATE INDEX notifications_read ON notifications (read_at) WHERE read_at IS NOT NULL;
