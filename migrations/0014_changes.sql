-- Hints of what has changed, and pages that say how they are without a search through all their syncs.
--
-- Locks: each table for the moment of its triggers; sync_jobs and facebook_pages, in the order of 0013, also while sync_jobs is
-- written anew with its indexes, 2 s with 144,000 jobs.
LOCK TABLE sync_jobs, facebook_pages IN ACCESS EXCLUSIVE MODE;

-- Hints, for people who look on (GET /api/changes): the channel `changes`, in the transaction of the change. What webhooks have
-- changed in conversations is told by the drain that applied them, a batch at a time.

CREATE FUNCTION tell_of_change(name text, data json) RETURNS void LANGUAGE sql AS $$
  SELECT pg_notify('changes', json_build_object('name', name, 'data', data)::text)
$$;

CREATE FUNCTION sync_jobs_tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM tell_of_change('job', json_build_object('pageId', NEW.page_id, 'jobId', NEW.id, 'status', NEW.status,
    'trigger', NEW.trigger, 'mode', NEW.mode, 'conversationId', NEW.conversation_id,
    'batchId', CASE WHEN NEW.trigger = 'batch' THEN (SELECT b.batch_id FROM batch_sync_pages b
      WHERE b.page_id = NEW.page_id AND b.job_id = NEW.id ORDER BY b.claimed_at DESC LIMIT 1) END));
  RETURN NULL;
END $$;
CREATE TRIGGER sync_jobs_tell_made AFTER INSERT ON sync_jobs
  FOR EACH ROW EXECUTE FUNCTION sync_jobs_tell();
CREATE TRIGGER sync_jobs_tell_moved AFTER UPDATE OF status ON sync_jobs
  FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION sync_jobs_tell();

-- what an answer shows of a page, but for what every webhook and every look at its token change
CREATE FUNCTION facebook_pages_tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM tell_of_change('page', json_build_object('pageId', NEW.id));
  RETURN NULL;
END $$;
CREATE TRIGGER facebook_pages_tell_made AFTER INSERT ON facebook_pages
  FOR EACH ROW EXECUTE FUNCTION facebook_pages_tell();
CREATE TRIGGER facebook_pages_tell_changed AFTER UPDATE OF name, instagram_account_id, token_state, token_set_at, token_error,
  token_expires_at, token_data_access_expires_at, token_scopes, disconnected_at, last_synced_at, sync_checkpoint, auto_sync,
  sync_interval_seconds, auto_pipeline_id, auto_pipeline_mode, subscription_state, subscribed_fields, subscription_error
  ON facebook_pages FOR EACH ROW
  WHEN ((OLD.name, OLD.instagram_account_id, OLD.token_state, OLD.token_set_at, OLD.token_error, OLD.token_expires_at,
      OLD.token_data_access_expires_at, OLD.token_scopes, OLD.disconnected_at, OLD.last_synced_at, OLD.sync_checkpoint,
      OLD.auto_sync, OLD.sync_interval_seconds, OLD.auto_pipeline_id, OLD.auto_pipeline_mode, OLD.subscription_state,
      OLD.subscribed_fields, OLD.subscription_error)
    IS DISTINCT FROM (NEW.name, NEW.instagram_account_id, NEW.token_state, NEW.token_set_at, NEW.token_error,
      NEW.token_expires_at, NEW.token_data_access_expires_at, NEW.token_scopes, NEW.disconnected_at, NEW.last_synced_at,
      NEW.sync_checkpoint, NEW.auto_sync, NEW.sync_interval_seconds, NEW.auto_pipeline_id, NEW.auto_pipeline_mode,
      NEW.subscription_state, NEW.subscribed_fields, NEW.subscription_error))
  EXECUTE FUNCTION facebook_pages_tell();

CREATE FUNCTION notifications_tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM tell_of_change('notification',
    json_build_object('id', NEW.id, 'pageId', NEW.page_id, 'kind', NEW.kind, 'severity', NEW.severity));
  RETURN NULL;
END $$;
CREATE TRIGGER notifications_tell AFTER INSERT ON notifications
  FOR EACH ROW EXECUTE FUNCTION notifications_tell();

-- `health` of 200 pages is in every list of them: whether a page is silent is found by two short looks into indexes, where it
-- was all syncs of the page held against each other. The view says the same as before. Syncs that found something have a column,
-- since an index that knew `events_created` itself would make every update of it write to all indexes (no HOT).
ALTER TABLE sync_jobs ADD found_news boolean NOT NULL GENERATED ALWAYS AS
  (completed_at IS NOT NULL AND mode = 'incremental' AND conversation_id IS NULL AND events_created > 0) STORED;
CREATE INDEX sync_jobs_page_found ON sync_jobs (page_id, completed_at) WHERE found_news;
CREATE INDEX sync_jobs_page_ended ON sync_jobs (page_id, completed_at) WHERE conversation_id IS NULL AND completed_at IS NOT NULL;
CREATE OR REPLACE VIEW page_states AS
SELECT p.id AS page_id, p.facebook_page_id, p.name AS page_name,
  CASE
    WHEN p.disconnected_at IS NOT NULL THEN 'disconnected'
    WHEN p.token_state <> 'valid' THEN 'token_expired'
    WHEN newest.status IN ('PENDING', 'IN_PROGRESS') AND budget.blocked_until IS NOT NULL THEN 'waiting'
    WHEN newest.status = 'PAUSED' THEN 'paused'
    WHEN newest.status IN ('PENDING', 'IN_PROGRESS') THEN 'syncing'
    WHEN newest.status = 'FAILED' THEN 'failing'
    WHEN newest.status IN ('PARTIAL', 'CANCELLED') THEN 'incomplete'
    WHEN p.last_synced_at IS NULL THEN 'never_synced'
    WHEN p.subscription_state = 'failed' THEN 'unsubscribed'
    WHEN missed.since IS NOT NULL THEN 'silent'
    WHEN p.last_synced_at < now() - interval '1 day' THEN 'stale'
    ELSE 'ok'
  END AS health,
  p.token_state, p.last_synced_at,
  coalesce(newest.completed_at, newest.created_at) AS last_sync_at, newest.status AS last_sync_status,
  coalesce(newest.message, newest.last_error ->> 'message') AS last_sync_message, success.at AS last_success_at,
  CASE WHEN newest.completed_at IS NULL THEN newest.id END AS open_job_id,
  failed.syncs AS failed_syncs_24h, budget.blocked_until,
  p.subscription_state, p.subscription_error, p.last_webhook_at, missed.since AS silent_since,
  pending.deliveries AS pending_deliveries, pending.oldest AS oldest_pending_delivery
FROM facebook_pages p
LEFT JOIN LATERAL (SELECT j.id, j.status, j.message, j.last_error, j.created_at, j.completed_at FROM sync_jobs j
  WHERE j.page_id = p.id AND j.conversation_id IS NULL ORDER BY j.created_at DESC, j.id DESC LIMIT 1) newest ON true
LEFT JOIN LATERAL (SELECT j.completed_at AS at FROM sync_jobs j
  WHERE j.page_id = p.id AND j.conversation_id IS NULL AND j.status IN ('COMPLETED', 'UP_TO_DATE')
  ORDER BY j.created_at DESC, j.id DESC LIMIT 1) success ON true
CROSS JOIN LATERAL (SELECT count(*) AS syncs FROM sync_jobs j
  WHERE j.page_id = p.id AND j.status = 'FAILED' AND j.completed_at > now() - interval '24 hours'
    AND j.conversation_id IS NULL) failed
CROSS JOIN LATERAL (SELECT max(b.blocked_until) AS blocked_until FROM graph_budget b
  WHERE b.asset IN (p.facebook_page_id, p.instagram_account_id, '(app)') AND b.blocked_until > now()) budget
-- a sync that found messages which came after the sync before it began, when the page was subscribed and no webhook came
LEFT JOIN LATERAL (SELECT b.completed_at AS at FROM sync_jobs b
  WHERE b.page_id = p.id AND b.conversation_id IS NULL AND b.completed_at > greatest(p.subscribed_at, p.last_webhook_at)
    AND b.started_at > greatest(p.subscribed_at, p.last_webhook_at) AND b.status IN ('COMPLETED', 'UP_TO_DATE')
  ORDER BY b.completed_at LIMIT 1) covered ON p.subscription_state = 'subscribed'
LEFT JOIN LATERAL (SELECT j.completed_at AS since FROM sync_jobs j
  WHERE j.page_id = p.id AND j.found_news AND j.completed_at > covered.at AND j.started_at > covered.at
    AND j.completed_at < now() - interval '10 minutes'
  ORDER BY j.completed_at LIMIT 1) missed ON true
CROSS JOIN LATERAL (SELECT count(*) AS deliveries, min(d.received_at) AS oldest FROM webhook_deliveries d
  WHERE d.page_id = p.id AND d.processed_at IS NULL) pending
ORDER BY p.name, p.id;
