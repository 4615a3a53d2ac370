-- Whole histories, incremental and selective syncs, repairs of one conversation.

-- What is stored of a conversation's messages: all from history_cursor (or the beginning, when history_complete) up to
-- synced_to. While gap_to is set, those between synced_to and gap_to are not: gap_cursor says where to go on downwards.
ALTER TABLE messenger_conversations
  ADD synced_to timestamptz,
  ADD gap_cursor text,
  ADD gap_to timestamptz,
  -- the job that last began this history anew because its cursor was dead
  ADD history_restarted_by uuid,
  ADD CONSTRAINT gap_has_an_end CHECK (gap_cursor IS NULL OR gap_to IS NOT NULL);
UPDATE messenger_conversations c SET synced_to = m.newest
FROM (SELECT conversation_id, max(occurred_at) AS newest FROM contact_interaction_events
      WHERE event_type = 'message' GROUP BY conversation_id) m
WHERE m.conversation_id = c.id;

-- One key says what two said: an event belongs to a conversation, and to the page of that conversation.
ALTER TABLE messenger_conversations ADD CONSTRAINT messenger_conversations_id_page UNIQUE (id, page_id);
ALTER TABLE contact_interaction_events
  DROP CONSTRAINT contact_interaction_events_page_id_fkey,
  DROP CONSTRAINT contact_interaction_events_conversation_id_fkey,
  ADD CONSTRAINT contact_interaction_events_conversation_id_fkey FOREIGN KEY (conversation_id, page_id)
    REFERENCES messenger_conversations (id, page_id) ON DELETE CASCADE;

-- conversations of which messages are missing, newest first
DROP INDEX messenger_conversations_history;
CREATE INDEX messenger_conversations_history ON messenger_conversations (page_id, platform, activity_at DESC, id DESC)
  WHERE NOT history_complete OR gap_to IS NOT NULL;

-- A platform's high-water mark is its own: an Instagram account may be connected, or fail, later than its page.
ALTER TABLE facebook_pages RENAME watermark TO messenger_watermark;
ALTER TABLE facebook_pages
  ADD instagram_watermark timestamptz,
  -- grows when marks are cleared: a job that began before does not set them again
  ADD marks_epoch integer NOT NULL DEFAULT 0;
UPDATE facebook_pages SET instagram_watermark = messenger_watermark WHERE instagram_account_id IS NOT NULL;

-- Clearing last_synced_at makes the next sync full, also where it was empty; another Instagram account has never been
-- synced.
CREATE FUNCTION facebook_pages_forget_watermarks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_ARGV[0] = 'all' THEN
    NEW.messenger_watermark := NULL;
  END IF;
  NEW.instagram_watermark := NULL;
  NEW.marks_epoch := OLD.marks_epoch + 1;
  RETURN NEW;
END $$;
CREATE TRIGGER facebook_pages_never_synced BEFORE UPDATE OF last_synced_at ON facebook_pages
  FOR EACH ROW WHEN (NEW.last_synced_at IS NULL) EXECUTE FUNCTION facebook_pages_forget_watermarks('all');
CREATE TRIGGER facebook_pages_other_instagram BEFORE UPDATE OF instagram_account_id ON facebook_pages
  FOR EACH ROW WHEN (NEW.instagram_account_id IS DISTINCT FROM OLD.instagram_account_id)
  EXECUTE FUNCTION facebook_pages_forget_watermarks('instagram');

ALTER TABLE sync_jobs
  -- where each platform's walk may stop: {"messenger": time}
  ADD stop_below jsonb NOT NULL DEFAULT '{}',
  ADD marks_epoch integer NOT NULL DEFAULT 0,
  -- conversations whose older messages were fetched to the end, those that are left, those that could not be read
  ADD histories integer NOT NULL DEFAULT 0,
  ADD histories_left integer CHECK (histories_left >= 0),
  ADD histories_failed integer NOT NULL DEFAULT 0,
  -- messages that Graph counts but no longer shows
  ADD unavailable bigint NOT NULL DEFAULT 0,
  -- the one conversation that the job repairs, whatever the page's own sync does meanwhile
  ADD conversation_id uuid REFERENCES messenger_conversations ON DELETE CASCADE,
  ADD CONSTRAINT repairs_have_a_conversation CHECK ((trigger = 'repair') = (conversation_id IS NOT NULL));
DROP INDEX sync_jobs_one_open_per_page;
CREATE UNIQUE INDEX sync_jobs_one_open_per_page ON sync_jobs (page_id)
  WHERE status IN ('PENDING', 'IN_PROGRESS', 'PAUSED') AND conversation_id IS NULL;
CREATE UNIQUE INDEX sync_jobs_one_open_per_conversation ON sync_jobs (conversation_id)
  WHERE status IN ('PENDING', 'IN_PROGRESS', 'PAUSED') AND conversation_id IS NOT NULL;
CREATE INDEX sync_jobs_conversation ON sync_jobs (conversation_id) WHERE conversation_id IS NOT NULL;

-- 'look': the newest conversations were asked for, and there was nothing new
ALTER TABLE sync_batches DROP CONSTRAINT sync_batches_kind_check;
ALTER TABLE sync_batches ADD CONSTRAINT sync_batches_kind_check CHECK (kind IN ('page', 'restart', 'look'));

-- What was set aside belongs to a conversation, may be its history, and is over once a later job has read it.
ALTER TABLE sync_failures
  ADD conversation_graph_id text,
  ADD resolved_at timestamptz;
UPDATE sync_failures SET conversation_graph_id = graph_id WHERE item_type = 'conversation';
ALTER TABLE sync_failures DROP CONSTRAINT sync_failures_item_type_check;
ALTER TABLE sync_failures ADD CONSTRAINT sync_failures_item_type_check
  CHECK (item_type IN ('conversation', 'message', 'history'));
CREATE INDEX sync_failures_unresolved ON sync_failures (page_id, platform, conversation_graph_id)
  WHERE resolved_at IS NULL;

-- the conversations of a batch, where the job's history phase covers them alone (messenger_conversations.id)
ALTER TABLE sync_batches ADD conversation_ids uuid[];
