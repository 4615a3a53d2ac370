-- Hints of what has changed, for people who look at it (GET /api/changes): the channel `changes`, in the transaction of the
-- change. What webhooks have changed in conversations is told by the drain that applied them, a batch at a time.
--
-- Locks: each table for the moment of its triggers; sync_jobs and facebook_pages in the order of 0013.
LOCK TABLE sync_jobs, facebook_pages IN SHARE ROW EXCLUSIVE MODE;

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
