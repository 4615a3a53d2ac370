-- The tables of a sync. Ids of Meta are text; times are timestamptz; what must be true is a constraint.

CREATE TABLE facebook_pages (
  id                   uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  facebook_page_id     text NOT NULL UNIQUE CHECK (facebook_page_id ~ '^[A-Za-z0-9_-]{1,64}$'),
  name                 text NOT NULL,
  instagram_account_id text CHECK (instagram_account_id ~ '^[A-Za-z0-9_-]{1,64}$'),
  -- AES-256-GCM, see src/store/token-cipher.ts; never the token itself
  access_token         text NOT NULL CHECK (access_token LIKE 'v1.%'),
  token_state          text NOT NULL DEFAULT 'valid' CHECK (token_state IN ('valid', 'needs_reconnect')),
  last_synced_at       timestamptz,
  -- high-water mark: when the last complete walk began
  watermark            timestamptz,
  sync_checkpoint      jsonb,
  created_at           timestamptz NOT NULL DEFAULT now(),
  updated_at           timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE contacts (
  id                  uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  page_id             uuid NOT NULL REFERENCES facebook_pages ON DELETE CASCADE,
  messenger_psid      text,
  instagram_sid       text,
  has_messenger       boolean GENERATED ALWAYS AS (messenger_psid IS NOT NULL) STORED,
  has_instagram       boolean GENERATED ALWAYS AS (instagram_sid IS NOT NULL) STORED,
  name                text,
  username            text,
  last_interaction_at timestamptz,
  created_at          timestamptz NOT NULL DEFAULT now(),
  updated_at          timestamptz NOT NULL DEFAULT now(),
  UNIQUE (messenger_psid, page_id),
  UNIQUE (instagram_sid, page_id),
  CHECK (num_nonnulls(messenger_psid, instagram_sid) > 0)
);

CREATE TABLE messenger_conversations (
  id                    uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  page_id               uuid NOT NULL REFERENCES facebook_pages ON DELETE CASCADE,
  platform              text NOT NULL CHECK (platform IN ('messenger', 'instagram')),
  graph_conversation_id text NOT NULL CHECK (graph_conversation_id <> ''),
  contact_id            uuid REFERENCES contacts,
  sender_id             text,
  sender_name           text,
  status                text NOT NULL DEFAULT 'open',
  tags                  text[] NOT NULL DEFAULT '{}',
  last_message_at       timestamptz,
  updated_time          timestamptz,
  message_count         integer CHECK (message_count >= 0),
  unread_count          integer NOT NULL DEFAULT 0 CHECK (unread_count >= 0),
  -- where older messages begin (a Graph cursor), and whether there are none left to fetch
  history_cursor        text,
  history_complete      boolean NOT NULL DEFAULT false,
  version               bigint NOT NULL DEFAULT 1 CHECK (version >= 1),
  created_at            timestamptz NOT NULL DEFAULT now(),
  updated_at            timestamptz NOT NULL DEFAULT now(),
  activity_at           timestamptz NOT NULL GENERATED ALWAYS AS (coalesce(last_message_at, updated_time, created_at)) STORED,
  -- the thread's own id first: a look-up by it finds one row, whatever the planner knows of the table
  UNIQUE (graph_conversation_id, page_id, platform),
  -- a person who is known has a contact
  CONSTRAINT sender_has_contact CHECK (sender_id IS NULL OR contact_id IS NOT NULL),
  CHECK (NOT (history_complete AND history_cursor IS NOT NULL))
);
CREATE INDEX messenger_conversations_activity ON messenger_conversations (activity_at DESC, id DESC);
CREATE INDEX messenger_conversations_page_activity ON messenger_conversations (page_id, activity_at DESC, id DESC);
CREATE INDEX messenger_conversations_contact ON messenger_conversations (contact_id);
CREATE INDEX messenger_conversations_history ON messenger_conversations (page_id, platform, activity_at DESC)
  WHERE NOT history_complete;

CREATE TABLE contact_interaction_events (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  page_id         uuid NOT NULL REFERENCES facebook_pages ON DELETE CASCADE,
  conversation_id uuid NOT NULL REFERENCES messenger_conversations ON DELETE CASCADE,
  event_type      text NOT NULL,
  direction       text NOT NULL CHECK (direction IN ('inbound', 'outbound')),
  message_id      text CHECK (message_id <> ''),
  occurred_at     timestamptz NOT NULL,
  text            text,
  attachments     jsonb,
  metadata        jsonb NOT NULL DEFAULT '{}',
  created_at      timestamptz NOT NULL DEFAULT now()
);
-- an event is itself by its message, else by conversation, type and time
CREATE UNIQUE INDEX contact_interaction_events_message
  ON contact_interaction_events (page_id, message_id, event_type) WHERE message_id IS NOT NULL;
CREATE UNIQUE INDEX contact_interaction_events_moment
  ON contact_interaction_events (conversation_id, event_type, occurred_at) WHERE message_id IS NULL;
CREATE INDEX contact_interaction_events_conversation
  ON contact_interaction_events (conversation_id, occurred_at DESC, id DESC);

-- one count for all jobs: every change of a job is later than all before it, also than those of a page's last job
CREATE SEQUENCE sync_revision;

CREATE TABLE sync_jobs (
  id                uuid PRIMARY KEY,
  page_id           uuid NOT NULL REFERENCES facebook_pages ON DELETE CASCADE,
  status            text NOT NULL DEFAULT 'PENDING' CHECK (status IN
    ('PENDING', 'IN_PROGRESS', 'PAUSED', 'COMPLETED', 'UP_TO_DATE', 'PARTIAL', 'CANCELLED', 'FAILED')),
  mode              text NOT NULL CHECK (mode IN ('full', 'incremental', 'selective')),
  trigger           text NOT NULL,
  options           jsonb NOT NULL DEFAULT '{}',
  total             integer CHECK (total >= 0),
  total_exact       boolean NOT NULL DEFAULT false,
  fetched           integer NOT NULL DEFAULT 0,
  inserted          integer NOT NULL DEFAULT 0,
  updated           integer NOT NULL DEFAULT 0,
  unchanged         integer NOT NULL DEFAULT 0,
  failed            integer NOT NULL DEFAULT 0,
  events_created    bigint NOT NULL DEFAULT 0,
  batches           integer NOT NULL DEFAULT 0,
  api_calls         integer NOT NULL DEFAULT 0,
  current_name      text,
  token_expired     boolean NOT NULL DEFAULT false,
  last_error        jsonb,
  message           text,
  validation        jsonb NOT NULL DEFAULT '{}',
  workflow_run_id   text,
  revision          bigint NOT NULL DEFAULT nextval('sync_revision'),
  created_at        timestamptz NOT NULL DEFAULT now(),
  -- when the walk began for the first time; the watermark of a complete job
  started_at        timestamptz,
  -- time at work: what earlier stretches took, and when the present one began
  elapsed_ms        bigint NOT NULL DEFAULT 0,
  running_since     timestamptz,
  completed_at      timestamptz,
  CONSTRAINT counters_add_up CHECK (fetched = inserted + updated + unchanged + failed),
  CONSTRAINT ended_jobs_have_an_end CHECK
    ((completed_at IS NOT NULL) = (status IN ('COMPLETED', 'UP_TO_DATE', 'PARTIAL', 'CANCELLED', 'FAILED'))),
  CONSTRAINT only_running_jobs_run CHECK ((running_since IS NOT NULL) = (status = 'IN_PROGRESS'))
);
-- one open job a page: the same rule as the workflow ID
CREATE UNIQUE INDEX sync_jobs_one_open_per_page ON sync_jobs (page_id)
  WHERE status IN ('PENDING', 'IN_PROGRESS', 'PAUSED');
CREATE INDEX sync_jobs_page ON sync_jobs (page_id, created_at DESC, id DESC);
CREATE INDEX sync_jobs_newest ON sync_jobs (created_at DESC, id DESC);

-- src/contract/job-status.ts holds the same table
CREATE TABLE sync_job_moves (from_status text NOT NULL, to_status text NOT NULL, PRIMARY KEY (from_status, to_status));
INSERT INTO sync_job_moves VALUES
  ('PENDING', 'IN_PROGRESS'), ('PENDING', 'PARTIAL'), ('PENDING', 'CANCELLED'), ('PENDING', 'FAILED'),
  ('IN_PROGRESS', 'PAUSED'), ('IN_PROGRESS', 'COMPLETED'), ('IN_PROGRESS', 'UP_TO_DATE'),
  ('IN_PROGRESS', 'PARTIAL'), ('IN_PROGRESS', 'CANCELLED'), ('IN_PROGRESS', 'FAILED'),
  ('PAUSED', 'IN_PROGRESS'), ('PAUSED', 'PARTIAL'), ('PAUSED', 'CANCELLED'), ('PAUSED', 'FAILED'),
  ('PARTIAL', 'IN_PROGRESS'), ('CANCELLED', 'IN_PROGRESS');

CREATE FUNCTION sync_jobs_legal_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM sync_job_moves WHERE from_status = OLD.status AND to_status = NEW.status) THEN
    RAISE EXCEPTION 'a job cannot move from % to %', OLD.status, NEW.status
      USING ERRCODE = 'check_violation', CONSTRAINT = 'sync_jobs_legal_move';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER sync_jobs_legal_move BEFORE UPDATE OF status ON sync_jobs
  FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION sync_jobs_legal_move();

-- every stored batch of a job, once: the idempotency key, the result and the place to go on from
CREATE TABLE sync_batches (
  job_id               uuid NOT NULL REFERENCES sync_jobs ON DELETE CASCADE,
  stream               text NOT NULL,
  seq                  integer NOT NULL CHECK (seq >= 1),
  kind                 text NOT NULL DEFAULT 'page' CHECK (kind IN ('page', 'restart')),
  -- where the next batch begins; null after the last one, and after a restart from the top
  next_cursor          text,
  is_last              boolean NOT NULL DEFAULT false,
  fetched              integer NOT NULL DEFAULT 0,
  inserted             integer NOT NULL DEFAULT 0,
  updated              integer NOT NULL DEFAULT 0,
  unchanged            integer NOT NULL DEFAULT 0,
  failed               integer NOT NULL DEFAULT 0,
  events_created       integer NOT NULL DEFAULT 0,
  -- conversations of this stream up to and with this batch, the oldest updated_time among them, and which have it
  fetched_so_far       integer NOT NULL DEFAULT 0,
  covered_down_to      timestamptz,
  covered_ids          text[] NOT NULL DEFAULT '{}',
  -- the same as it was before the walk last started over: what lies within is read a second time
  reread_down_to       timestamptz,
  reread_ids           text[] NOT NULL DEFAULT '{}',
  last_conversation_id text,
  created_at           timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (job_id, stream, seq),
  CHECK (NOT (is_last AND next_cursor IS NOT NULL))
);

-- what could not be read or stored, why, and the thing itself
CREATE TABLE sync_failures (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  job_id      uuid NOT NULL REFERENCES sync_jobs ON DELETE CASCADE,
  page_id     uuid NOT NULL REFERENCES facebook_pages ON DELETE CASCADE,
  platform    text NOT NULL CHECK (platform IN ('messenger', 'instagram')),
  item_type   text NOT NULL CHECK (item_type IN ('conversation', 'message')),
  graph_id    text,
  reason      text NOT NULL,
  detail      text,
  payload     jsonb,
  created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX sync_failures_item ON sync_failures (job_id, platform, item_type, graph_id);
CREATE INDEX sync_failures_job ON sync_failures (job_id, id);

-- when the next Graph call for a page or Instagram account may go, over all workers
CREATE TABLE graph_budget (
  asset         text PRIMARY KEY,
  next_call_at  timestamptz NOT NULL,
  blocked_until timestamptz,
  blocked_why   text,
  usage_percent integer,
  updated_at    timestamptz NOT NULL DEFAULT now()
);
