-- Who may use the API. Of every secret only the SHA-256 is stored: they are random, so a plain hash cannot be guessed.

CREATE TABLE api_tokens (
  id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name         text NOT NULL CHECK (name <> ''),
  scope        text NOT NULL CHECK (scope IN ('read', 'sync', 'admin')),
  secret_hash  bytea NOT NULL UNIQUE CHECK (length(secret_hash) = 32),
  created_at   timestamptz NOT NULL DEFAULT now(),
  -- to the minute
  last_used_at timestamptz,
  -- empty: for ever
  expires_at   timestamptz,
  revoked_at   timestamptz
);
CREATE INDEX api_tokens_newest ON api_tokens (created_at DESC, id DESC);

-- the code of a sign-in link: good for one session
CREATE TABLE sign_in_codes (
  code_hash   bytea PRIMARY KEY CHECK (length(code_hash) = 32),
  scope       text NOT NULL CHECK (scope IN ('read', 'sync', 'admin')),
  -- who made the link: `bootstrap`, `token:<id>`, `session:<id>`
  created_by  text NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  expires_at  timestamptz NOT NULL,
  consumed_at timestamptz
);
CREATE INDEX sign_in_codes_maker ON sign_in_codes (created_by) WHERE consumed_at IS NULL;
CREATE INDEX sign_in_codes_expiry ON sign_in_codes (expires_at);

-- a browser that has signed in; its cookie names the id, signed
CREATE TABLE dashboard_sessions (
  id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  scope        text NOT NULL CHECK (scope IN ('read', 'sync', 'admin')),
  -- who made the link that opened it
  created_by   text NOT NULL,
  created_at   timestamptz NOT NULL DEFAULT now(),
  last_used_at timestamptz,
  expires_at   timestamptz NOT NULL,
  revoked_at   timestamptz
);
CREATE INDEX dashboard_sessions_maker ON dashboard_sessions (created_by);
CREATE INDEX dashboard_sessions_newest ON dashboard_sessions (created_at DESC, id DESC);
CREATE INDEX dashboard_sessions_expiry ON dashboard_sessions (expires_at);

-- a POST that named an Idempotency-Key, and what it was answered; the keys of two clients do not meet
CREATE TABLE idempotency_keys (
  principal    text NOT NULL,
  key          text NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
  -- SHA-256 of method, path and body
  request_hash bytea NOT NULL CHECK (length(request_hash) = 32),
  -- of what the request makes, whichever attempt makes it: a later one finds what an earlier one has made
  work_id      uuid NOT NULL,
  -- the attempt that works on it; one that has died, or does not know how it ended, says no more that it lives
  claim_id     uuid NOT NULL,
  alive_at     timestamptz NOT NULL DEFAULT now(),
  created_at   timestamptz NOT NULL DEFAULT now(),
  -- empty while it is being worked on
  status       integer CHECK (status BETWEEN 200 AND 499),
  headers      jsonb,
  body         text,
  PRIMARY KEY (principal, key),
  CHECK ((status IS NULL) = (headers IS NULL))
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);
