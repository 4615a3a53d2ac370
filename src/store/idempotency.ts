import { randomUUID } from 'node:crypto';
import type { Sql } from './sql.ts';

/** How long an answer is kept for whoever asks again. */
const KEPT_HOURS = 24;

/** After so long without a sign of life the process that worked on a request is taken for dead. */
const DEAD_AFTER_SECONDS = 60;

/** A POST that names a key. */
export interface KeyedRequest {
  /** Who asks: the keys of two clients do not meet. */
  principal: string;
  key: string;
  /** SHA-256 of what is asked. */
  requestHash: Buffer;
}

/** An answer as it is kept. */
export interface KeptAnswer {
  status: number;
  headers: Record<string, string>;
  body: string | null;
}

/** What became of a claim. */
export type Claim =
  /** Ours: do it, then `complete` or `release`. */
  | {
      state: 'claimed';
      claimId: string;
      /** Of what the request makes: the same at every attempt. */
      workId: string;
      /** An earlier attempt may have done it. */
      isRetry: boolean;
    }
  /** Another attempt is at work. */
  | { state: 'in-progress' }
  | { state: 'done'; answer: KeptAnswer }
  /** The key was used for something else. */
  | { state: 'reused' };

interface ClaimRow {
  claim_id: string;
  work_id: string;
  same: boolean;
  status: number | null;
  headers: Record<string, string>;
  body: string | null;
}

/** `idempotency_keys`: a request that is sent again is not done again. */
export function createIdempotencyStore(sql: Sql) {
  return {
    /**
     * Claims a key, in one statement. A key that is too old, and one whose process has died or has given it back, are taken
     * over. What the attempt before had done is not known: the request is done again, with the same `workId`.
     */
    async claim({ principal, key, requestHash }: KeyedRequest): Promise<Claim> {
      const [claimId, workId] = [randomUUID(), randomUUID()];
      const old = sql`k.created_at < now() - ${KEPT_HOURS} * interval '1 hour'`;
      const dead = sql`k.status IS NULL AND k.request_hash = excluded.request_hash
        AND k.alive_at < now() - ${DEAD_AFTER_SECONDS} * interval '1 second'`;
      const free = sql`(${old} OR ${dead})`;
      // always an update: it waits for a claim that is being made, and returns the row as it then is
      const [row] = await sql<ClaimRow[]>`
        INSERT INTO idempotency_keys AS k (principal, key, request_hash, claim_id, work_id)
        VALUES (${principal}, ${key}, ${requestHash}, ${claimId}, ${workId})
        ON CONFLICT (principal, key) DO UPDATE SET
          claim_id = CASE WHEN ${free} THEN excluded.claim_id ELSE k.claim_id END,
          work_id = CASE WHEN ${old} THEN excluded.work_id ELSE k.work_id END,
          request_hash = CASE WHEN ${free} THEN excluded.request_hash ELSE k.request_hash END,
          alive_at = CASE WHEN ${free} THEN now() ELSE k.alive_at END,
          created_at = CASE WHEN ${free} THEN now() ELSE k.created_at END,
          status = CASE WHEN ${free} THEN NULL ELSE k.status END,
          headers = CASE WHEN ${free} THEN NULL ELSE k.headers END,
          body = CASE WHEN ${free} THEN NULL ELSE k.body END
        RETURNING claim_id, work_id, request_hash = ${requestHash} AS same, status, headers, body`;
      if (row === undefined) throw new Error('INSERT returned no row');
      if (row.claim_id === claimId) {
        return { state: 'claimed', claimId, workId: row.work_id, isRetry: row.work_id !== workId };
      }
      if (!row.same) return { state: 'reused' };
      if (row.status === null) return { state: 'in-progress' };
      return { state: 'done', answer: { status: row.status, headers: row.headers, body: row.body } };
    },

    /** Says that the process lives. Does nothing when the key was taken over or given back. */
    async keepAlive(claimId: string, { principal, key }: KeyedRequest): Promise<void> {
      await sql`UPDATE idempotency_keys SET alive_at = now()
        WHERE principal = ${principal} AND key = ${key} AND claim_id = ${claimId} AND status IS NULL
          AND alive_at > '-infinity'`;
    },

    /** Keeps the answer. Does nothing when the key was taken over. */
    async complete(claimId: string, { principal, key }: KeyedRequest, answer: KeptAnswer): Promise<void> {
      await sql`UPDATE idempotency_keys
        SET status = ${answer.status}, headers = ${sql.json(answer.headers)}, body = ${answer.body}
        WHERE principal = ${principal} AND key = ${key} AND claim_id = ${claimId} AND status IS NULL`;
    },

    /** Gives the key back: the same request may be sent again, and finds what this attempt has made, if anything. */
    async release(claimId: string, { principal, key }: KeyedRequest): Promise<void> {
      await sql`UPDATE idempotency_keys SET alive_at = '-infinity'
        WHERE principal = ${principal} AND key = ${key} AND claim_id = ${claimId} AND status IS NULL`;
    },

    /** Deletes up to `limit` keys that are kept no longer. */
    async deleteExpired(limit: number): Promise<number> {
      const deleted = await sql`DELETE FROM idempotency_keys WHERE (principal, key) IN (
        SELECT principal, key FROM idempotency_keys
        WHERE created_at < now() - ${KEPT_HOURS} * interval '1 hour' LIMIT ${limit})`;
      return deleted.count;
    },
  };
}
