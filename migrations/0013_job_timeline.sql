-- What has happened to a job, and how long Meta made it wait: written by triggers on the job's row, so that nothing that
-- moves a job can forget it. Plain progress, which is nearly every change of a job, fires none of them.
--
-- Locks: sync_jobs for as long as this takes, measured 3 s with 100,000 jobs on a busy machine of two cores, nearly all of it
-- for what is known of old jobs (new columns with a constant default rewrite nothing); facebook_pages with it, since workers
-- hold the one while they ask for the other.
LOCK TABLE sync_jobs, facebook_pages IN ACCESS EXCLUSIVE MODE;

CREATE TABLE sync_job_timeline (
  job_id uuid NOT NULL,
  seq    integer NOT NULL CHECK (seq >= 1),
  at     timestamptz NOT NULL,
  -- src/contract/timeline.ts has the same
  kind   text NOT NULL CHECK (kind IN
    ('created', 'started', 'paused', 'resumed', 'waiting', 'went_on', 'token_expired', 'error', 'ended')),
  status text NOT NULL,
  -- a sentence of ours: no name, no content, no token
  detail text,
  -- of a wait
  until  timestamptz,
  -- how often it happened with nothing else in between
  times  integer NOT NULL DEFAULT 1,
  PRIMARY KEY (job_id, seq)
);
-- of jobs that are older than this, what their rows know
INSERT INTO sync_job_timeline (job_id, seq, at, kind, status, detail)
SELECT j.id, row_number() OVER (PARTITION BY j.id ORDER BY known.n), known.at, known.kind, known.status, known.detail
FROM sync_jobs j CROSS JOIN LATERAL (VALUES (1, j.created_at, 'created', 'PENDING', NULL),
  (2, j.started_at, 'started', 'IN_PROGRESS', NULL), (3, j.completed_at, 'ended', j.status, j.message))
  AS known (n, at, kind, status, detail)
WHERE known.at IS NOT NULL;
ALTER TABLE sync_job_timeline ADD FOREIGN KEY (job_id) REFERENCES sync_jobs ON DELETE CASCADE;

-- Meta's waits. Both platforms may wait at once, and a wait may be told twice: what counts is the time in which there was one.
ALTER TABLE sync_jobs
  -- what waits that are over have taken, while the job was at work
  ADD waited_ms bigint NOT NULL DEFAULT 0,
  -- since when the present one is counted; null while the job is not at work
  ADD wait_began_at timestamptz,
  -- until when Meta wants no calls, as a slice was told last
  ADD wait_ends_at timestamptz,
  ADD CONSTRAINT waits_have_an_end CHECK (wait_began_at IS NULL OR wait_ends_at IS NOT NULL);

-- Notes that something has happened to a job. Whoever calls it has the job's row locked. Of a long timeline the first 20 entries
-- and the newest 300 are kept, waits less than a minute apart are one entry, and so is an error that comes again.
CREATE FUNCTION note_job_event(of_job uuid, new_kind text, new_status text, new_detail text DEFAULT NULL,
  new_until timestamptz DEFAULT NULL) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  newest sync_job_timeline;
BEGIN
  SELECT * INTO newest FROM sync_job_timeline WHERE job_id = of_job ORDER BY seq DESC LIMIT 1;
  IF new_kind = 'waiting' AND newest.kind = 'went_on' AND newest.at > clock_timestamp() - interval '1 minute' THEN
    DELETE FROM sync_job_timeline t WHERE t.job_id = of_job AND t.seq = newest.seq
      AND EXISTS (SELECT FROM sync_job_timeline w WHERE w.job_id = of_job AND w.seq = newest.seq - 1 AND w.kind = 'waiting');
    SELECT * INTO newest FROM sync_job_timeline WHERE job_id = of_job ORDER BY seq DESC LIMIT 1;
  END IF;
  IF newest.kind = new_kind AND (new_kind = 'waiting' OR new_kind = 'error' AND newest.detail = new_detail) THEN
    UPDATE sync_job_timeline SET times = times + 1, detail = new_detail, until = greatest(until, new_until)
    WHERE job_id = of_job AND seq = newest.seq;
    RETURN;
  END IF;
  INSERT INTO sync_job_timeline (job_id, seq, at, kind, status, detail, until)
  VALUES (of_job, coalesce(newest.seq, 0) + 1, clock_timestamp(), new_kind, new_status, new_detail, new_until);
  DELETE FROM sync_job_timeline WHERE job_id = of_job AND seq = newest.seq + 1 - 300 AND seq > 20;
END $$;

CREATE FUNCTION sync_jobs_timeline_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM note_job_event(NEW.id, 'created', NEW.status);
  RETURN NULL;
END $$;
CREATE TRIGGER sync_jobs_timeline_begins AFTER INSERT ON sync_jobs
  FOR EACH ROW EXECUTE FUNCTION sync_jobs_timeline_begins();

-- A wait is over when its time is, however late a worker comes to go on, and when the job is no longer at work. The three
-- triggers fire in the order of their names.
CREATE FUNCTION sync_jobs_timeline_after_wait() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.waited_ms := OLD.waited_ms + greatest(0,
    extract(epoch FROM least(OLD.wait_ends_at, clock_timestamp()) - OLD.wait_began_at) * 1000)::bigint;
  NEW.wait_began_at := NULL;
  -- neither into the next wait, nor out of work
  IF (NEW.status, NEW.workflow_run_id, NEW.wait_ends_at) IS NOT DISTINCT FROM (OLD.status, OLD.workflow_run_id, OLD.wait_ends_at) THEN
    PERFORM note_job_event(NEW.id, 'went_on', NEW.status);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER sync_jobs_timeline_after_wait BEFORE UPDATE ON sync_jobs
  FOR EACH ROW WHEN (OLD.wait_began_at IS NOT NULL
    AND (OLD.wait_ends_at <= now() OR NEW.status <> OLD.status OR NEW.workflow_run_id IS DISTINCT FROM OLD.workflow_run_id))
  EXECUTE FUNCTION sync_jobs_timeline_after_wait();

CREATE FUNCTION sync_jobs_timeline_moves() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  why text := NEW.last_error ->> 'message';
BEGIN
  IF NEW.workflow_run_id IS DISTINCT FROM OLD.workflow_run_id THEN
    -- another run knows nothing of waits, and soon finds out
    NEW.wait_ends_at := NULL;
  END IF;
  IF NEW.completed_at IS NOT NULL AND NEW.status = OLD.status THEN
    -- the sentence of the end comes a moment after it
    UPDATE sync_job_timeline SET detail = NEW.message WHERE job_id = NEW.id AND kind = 'ended'
      AND seq = (SELECT max(seq) FROM sync_job_timeline WHERE job_id = NEW.id);
  ELSIF NEW.completed_at IS NOT NULL THEN
    PERFORM note_job_event(NEW.id, 'ended', NEW.status, NEW.message);
  ELSIF NEW.token_expired AND NOT OLD.token_expired THEN
    PERFORM note_job_event(NEW.id, 'token_expired', NEW.status, why);
  ELSIF NEW.status = 'PAUSED' AND OLD.status <> 'PAUSED' THEN
    PERFORM note_job_event(NEW.id, 'paused', NEW.status);
  ELSIF NEW.status = 'IN_PROGRESS' AND OLD.status = 'PENDING' THEN
    PERFORM note_job_event(NEW.id, 'started', NEW.status);
  ELSIF NEW.status = 'IN_PROGRESS' AND (OLD.status <> NEW.status OR NEW.workflow_run_id IS DISTINCT FROM OLD.workflow_run_id) THEN
    PERFORM note_job_event(NEW.id, 'resumed', NEW.status);
    IF NEW.wait_ends_at > clock_timestamp() THEN
      NEW.wait_began_at := clock_timestamp();
      PERFORM note_job_event(NEW.id, 'waiting', NEW.status,
        CASE WHEN NEW.last_error ->> 'kind' IN ('throttle', 'blocked') THEN why END, NEW.wait_ends_at);
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER sync_jobs_timeline_moves BEFORE UPDATE OF status, token_expired, message, workflow_run_id ON sync_jobs
  FOR EACH ROW WHEN ((OLD.status, OLD.token_expired, OLD.message, OLD.workflow_run_id)
    IS DISTINCT FROM (NEW.status, NEW.token_expired, NEW.message, NEW.workflow_run_id))
  EXECUTE FUNCTION sync_jobs_timeline_moves();

CREATE FUNCTION sync_jobs_timeline_trouble() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  why text := NEW.last_error ->> 'message';
  is_wait boolean := NEW.wait_ends_at IS DISTINCT FROM OLD.wait_ends_at;
BEGIN
  IF OLD.wait_began_at IS NOT NULL THEN
    -- that one platform may go on ends no wait of the other
    NEW.wait_ends_at := greatest(OLD.wait_ends_at, NEW.wait_ends_at);
  END IF;
  IF is_wait AND NEW.status = 'IN_PROGRESS' AND NEW.wait_ends_at > clock_timestamp() THEN
    IF NEW.wait_began_at IS NULL THEN
      NEW.wait_began_at := clock_timestamp();
      PERFORM note_job_event(NEW.id, 'waiting', NEW.status, why, NEW.wait_ends_at);
    ELSE
      -- the other platform waits as well, or an attempt that is repeated is told the same
      UPDATE sync_job_timeline SET until = NEW.wait_ends_at WHERE job_id = NEW.id
        AND seq = (SELECT max(seq) FROM sync_job_timeline WHERE job_id = NEW.id AND kind = 'waiting');
    END IF;
  ELSIF why IS NOT NULL THEN
    PERFORM note_job_event(NEW.id, 'error', NEW.status, why);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER sync_jobs_timeline_trouble BEFORE UPDATE OF last_error, wait_ends_at ON sync_jobs
  FOR EACH ROW WHEN (OLD.status = NEW.status) EXECUTE FUNCTION sync_jobs_timeline_trouble();
