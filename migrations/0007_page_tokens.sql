-- What Meta says of a page's token, pages that are disconnected, and signing in with Facebook.

-- What this and later files change, in the order in which workers take them: who takes the other one first deadlocks with them.
LOCK TABLE sync_jobs, facebook_pages IN ACCESS EXCLUSIVE MODE;

ALTER TABLE facebook_pages
  ALTER access_token DROP NOT NULL,
  -- the token is erased, the data stays; connecting the page again takes it back
  ADD disconnected_at timestamptz,
  -- tells a token from the next one, whatever key it is encrypted with
  ADD token_set_at timestamptz NOT NULL DEFAULT now(),
  -- of the newest look: NULL in token_checked_at = nobody has looked at this token yet
  ADD token_checked_at timestamptz,
  -- NULL: does not end by time, or nobody knows
  ADD token_expires_at timestamptz,
  ADD token_data_access_expires_at timestamptz,
  ADD token_scopes text[],
  -- the sentence of what is wrong with it
  ADD token_error text,
  ADD CONSTRAINT disconnected_pages_have_no_token CHECK ((access_token IS NULL) = (disconnected_at IS NOT NULL)),
  ADD CONSTRAINT disconnected_pages_need_reconnect CHECK (disconnected_at IS NULL OR token_state = 'needs_reconnect');

-- Somebody on the way through Facebook's Login dialog, and back with a code.
CREATE TABLE facebook_logins (
  id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  -- SHA-256 of the state that comes back with the code; the state itself is only in the link
  state_hash   bytea NOT NULL UNIQUE,
  -- who began it, `bootstrap`, `token:<id>` or `session:<id>`: it is nobody else's
  principal    text NOT NULL,
  -- PKCE; encrypted like a token, for the login's id
  verifier     text NOT NULL CHECK (verifier LIKE 'v1.%'),
  redirect_uri text NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT now(),
  -- ten minutes for the dialog, then an hour to choose pages
  expires_at   timestamptz NOT NULL,
  -- the state is good once
  answered_at  timestamptz,
  completed_at timestamptz,
  error        text,
  CHECK (completed_at IS NULL OR answered_at IS NOT NULL)
);
CREATE INDEX facebook_logins_expires ON facebook_logins (expires_at);

-- The pages that the person has, for as long as the login is there.
CREATE TABLE facebook_login_pages (
  login_id             uuid NOT NULL REFERENCES facebook_logins ON DELETE CASCADE,
  facebook_page_id     text NOT NULL CHECK (facebook_page_id ~ '^[A-Za-z0-9_-]{1,64}$'),
  name                 text NOT NULL,
  instagram_account_id text CHECK (instagram_account_id ~ '^[A-Za-z0-9_-]{1,64}$'),
  can_message          boolean NOT NULL,
  -- NULL: Meta gives this person none
  access_token         text CHECK (access_token LIKE 'v1.%'),
  PRIMARY KEY (login_id, facebook_page_id),
  CHECK (access_token IS NOT NULL OR NOT can_message)
);

-- A word for how each page is, and what it is made of: a page costs the same however many conversations it has. `health` knows
-- one state more than before: `disconnected` (nothing is read of the page; its data stays).
CREATE VIEW page_states AS
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
LEFT JOIN LATERAL (SELECT min(j.completed_at) AS since FROM sync_jobs j
  WHERE j.page_id = p.id AND j.conversation_id IS NULL AND j.mode = 'incremental' AND j.events_created > 0
    AND j.completed_at < now() - interval '10 minutes' AND EXISTS (SELECT FROM sync_jobs b
      WHERE b.page_id = p.id AND b.conversation_id IS NULL AND b.status IN ('COMPLETED', 'UP_TO_DATE')
        AND b.started_at > greatest(p.subscribed_at, p.last_webhook_at) AND b.completed_at < j.started_at)
  ) missed ON p.subscription_state = 'subscribed'
CROSS JOIN LATERAL (SELECT count(*) AS deliveries, min(d.received_at) AS oldest FROM webhook_deliveries d
  WHERE d.page_id = p.id AND d.processed_at IS NULL) pending
ORDER BY p.name, p.id;

-- the same, with what is stored of the page: that is counted
CREATE OR REPLACE VIEW page_health AS
SELECT s.page_id, s.facebook_page_id, s.page_name, s.health, s.token_state, s.last_synced_at, s.last_sync_at, s.last_sync_status,
  s.last_sync_message, s.last_success_at, s.open_job_id, s.failed_syncs_24h, aside.items AS set_aside, s.blocked_until,
  inbox.conversations, history.incomplete AS incomplete_histories, s.subscription_state, s.subscription_error, s.last_webhook_at,
  s.silent_since, s.pending_deliveries, s.oldest_pending_delivery
FROM page_states s
-- each thing once, however many syncs have set it aside
CROSS JOIN LATERAL (SELECT count(DISTINCT (f.platform, f.item_type, coalesce(f.graph_id, f.id::text))) AS items
  FROM sync_failures f WHERE f.page_id = s.page_id AND f.resolved_at IS NULL) aside
CROSS JOIN LATERAL (SELECT count(*) AS conversations FROM messenger_conversations c WHERE c.page_id = s.page_id) inbox
CROSS JOIN LATERAL (SELECT count(*) AS incomplete FROM messenger_conversations c
  WHERE c.page_id = s.page_id AND (NOT c.history_complete OR c.gap_to IS NOT NULL)) history
ORDER BY s.page_name, s.page_id;
