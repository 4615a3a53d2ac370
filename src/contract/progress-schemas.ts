import { z } from 'zod';
import { PLATFORMS } from './platform.ts';
import type { JobTotals, StreamProgress, SyncCheckpoint } from './progress.ts';
import { GRAPH_ERROR_KINDS, type SyncError } from './sync-error.ts';
import type { Selection } from './sync-options.ts';

// What workflows carry and the API shows. The types are older than these schemas, which must satisfy them: workflows import no zod.

/** A number of things. */
export const count = z.int().min(0);
/** ISO 8601 in UTC. */
export const time = z.iso.datetime();

export const syncError = z
  .object({
    kind: z.enum([...GRAPH_ERROR_KINDS, 'internal']),
    message: z.string().describe('A sentence that says what happened and what to do.'),
    detail: z.string().nullable().describe('Meta’s own sentence, code, subcode and trace id, if any.'),
  })
  .meta({ id: 'SyncError' }) satisfies z.ZodType<SyncError>;

export const syncCheckpoint = z
  .object({
    jobId: z.uuid(),
    current: count,
    total: count.nullable(),
    inserted: count,
    updated: count,
    skipped: count,
    failed: count,
    eventsCreated: count,
    lastSyncedId: z.string().nullable().describe('Graph id of the last stored conversation.'),
    timestamp: time,
  })
  .meta({ id: 'SyncCheckpoint' }) satisfies z.ZodType<SyncCheckpoint>;

export const jobTotals = z
  .object({
    fetched: count.describe('inserted + updated + unchanged + failed, always.'),
    inserted: count,
    updated: count,
    unchanged: count,
    failed: count.describe('Set aside: see the job’s failures.'),
    eventsCreated: count,
    batches: count,
    apiCalls: count,
    histories: count.describe('Conversations whose older messages were fetched to the end.'),
    historiesFailed: count,
    unavailable: count.describe('Messages that Graph counts but no longer shows.'),
  })
  .meta({ id: 'JobTotals' }) satisfies z.ZodType<JobTotals>;

export const selection = z
  .object({
    since: time.nullable(),
    until: time.nullable(),
    platforms: z.array(z.enum(PLATFORMS)).nullable(),
    unreadOnly: z.boolean(),
    conversations: z
      .record(z.enum(PLATFORMS), z.array(z.string()))
      .nullable()
      .describe('These and no others, by Graph id.'),
  })
  .meta({ id: 'Selection' }) satisfies z.ZodType<Selection>;

export const streamProgress = z
  .object({
    platform: z.enum(PLATFORMS),
    phase: z.enum(['walk', 'history']),
    state: z.enum(['walking', 'waiting', 'done', 'stopped']),
    batches: count,
    fetched: count,
    pageSize: count.nullable().describe('Conversations asked for per call.'),
    waitingUntil: time.nullable(),
    restarts: count.describe('How often the walk began anew because its cursor had died.'),
    error: syncError.nullable(),
  })
  .meta({ id: 'StreamProgress' }) satisfies z.ZodType<StreamProgress>;
