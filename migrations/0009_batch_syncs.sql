-- Syncs of many pages at once. The rows are the batch: its workflow holds nothing and only has it advanced
-- (src/store/batch-syncs.ts). Every change takes one revision for all rows that it changes, under a lock on the batch's
-- row, so revisions become visible in their order.

-- src/contract/batches.ts holds the same states
CREATE TABLE batch_syncs (
  id                uuid PRIMARY KEY,
  status            text NOT NULL DEFAULT 'PENDING' CHECK (status IN
    ('PENDING', 'IN_PROGRESS', 'COMPLETED', 'PARTIAL', 'CANCELLED')),
  mode              text NOT NULL CHECK (mode IN ('full', 'incremental')),
  -- null: all messages
  message_depth     integer CHECK (message_depth >= 1),
  -- pages at work at a time
  concurrency       integer NOT NULL CHECK (concurrency BETWEEN 1 AND 50),
  cancel_requested  boolean NOT NULL DEFAULT false,
  -- first runs of the workflows that have advanced the batch, the present one last: an earlier one does so no more
  workflow_run_ids  text[] NOT NULL DEFAULT '{}',
  revision          bigint NOT NULL DEFAULT nextval('sync_revision'),
  created_at        timestamptz NOT NULL DEFAULT now(),
  started_at        timestamptz,
  completed_at      timestamptz,
  CONSTRAINT ended_batches_have_an_end CHECK
    ((completed_at IS NOT NULL) = (status IN ('COMPLETED', 'PARTIAL', 'CANCELLED')))
);
CREATE INDEX batch_syncs_newest ON batch_syncs (created_at DESC, id DESC);
CREATE INDEX batch_syncs_ended ON batch_syncs (completed_at) WHERE completed_at IS NOT NULL;

CREATE TABLE batch_sync_pages (
  batch_id   uuid NOT NULL REFERENCES batch_syncs ON DELETE CASCADE,
  page_id    uuid NOT NULL REFERENCES facebook_pages ON DELETE CASCADE,
  -- the order in which pages have their turn
  position   integer NOT NULL,
  state      text NOT NULL DEFAULT 'PENDING' CHECK (state IN ('PENDING', 'STARTING', 'SYNCING', 'COMPLETED', 'PARTIAL',
    'FAILED', 'CANCELLED', 'NEEDS_RECONNECT', 'NOT_CONNECTED')),
  -- the job that syncs the page: named before its row is made, and still after retention has deleted that
  job_id     uuid,
  -- whether somebody else has started the job
  joined     boolean NOT NULL DEFAULT false,
  claimed_at timestamptz,
  -- when the job's start was tried first: before, nothing of it can be at work
  start_tried_at timestamptz,
  -- why the job could not be started, for people
  failure    text,
  -- jobs that the page has joined and that were cancelled, since the batch was taken up
  joined_cancels smallint NOT NULL DEFAULT 0,
  settled_at timestamptz,
  revision   bigint NOT NULL,
  PRIMARY KEY (batch_id, page_id),
  UNIQUE (batch_id, position),
  CONSTRAINT pages_at_work_have_a_job CHECK
    (state NOT IN ('STARTING', 'SYNCING') OR (job_id IS NOT NULL AND claimed_at IS NOT NULL)),
  CONSTRAINT settled_pages_have_a_time CHECK
    ((settled_at IS NOT NULL) = (state NOT IN ('PENDING', 'STARTING', 'SYNCING')))
);
CREATE INDEX batch_sync_pages_state ON batch_sync_pages (batch_id, state, position);
CREATE INDEX batch_sync_pages_page ON batch_sync_pages (page_id);
