import type { Response } from 'express';
import type { JobResource } from '../../contract/resources.ts';
import {
  MAX_SEED_ERRORS,
  seedFixedRequest,
  seedFixedResource,
  seedOptimizedRequest,
  seedOptimizedResource,
  seedStreamEvent,
  seedStreamRequest,
  seedSyncRequest,
  seedSyncResource,
} from '../../contract/seeds.ts';
import type { ApiDeps } from '../deps.ts';
import { type Operation, operation } from '../operation.ts';
import { Problem } from '../problem.ts';
import { isOver, type Waited, waitForJob } from '../wait-for-job.ts';
import { seedFixed, seedOptimized, seedSync, whyNot } from './shapes.ts';
import { namedPage, resumeSession, resumeSmart, startSmart, withSeedError } from './start.ts';
import { streamSeedSync } from './stream.ts';

const WAITS = `Full on a page that was never synced, else incremental. Answers at the end of the sync, or after \`SEED_WAIT_SECONDS\` (270) with
the figures up to then: the sync goes on, whether its client waits or not.`;

const STREAM = `Plain \`data: {…}\` lines, each a SeedStreamEvent: the figures at the start, one a conversation (at most 20 a second), and
at the end \`complete\` or \`error\`. A client that leaves does not stop the sync. An \`Idempotency-Key\` has no effect: a stream cannot
be answered again.`;

const problems = ['not-found', 'sync-in-progress', 'not-connected', 'temporal-unavailable'] as const;

/** `/api/conversations/sync…`, as the first documents have them. */
export function seedConversationOperations(deps: ApiDeps): Operation[] {
  const common = { method: 'post', tag: 'Seeds', scope: 'sync' } as const;

  /** @throws Problem 502 when nothing came of the job */
  async function outcome(start: () => Promise<JobResource>, res: Response): Promise<Waited> {
    const { id } = await start();
    const waited = await waitForJob(deps, id, deps.seedWaitMs, res);
    const { job } = waited;
    const failed = job.status === 'FAILED' || (isOver(job) && job.tokenExpired);
    if (!failed) return waited;
    const error = whyNot(job) ?? 'Sync failed';
    const { tokenExpired } = job;
    throw new Problem(502, 'sync-failed', 'Sync failed', error, { error, jobId: job.id, tokenExpired });
  }

  return [
    operation({
      ...common,
      path: '/api/conversations/sync',
      id: 'seedSync',
      summary: 'Sync a page and wait for it',
      description: WAITS,
      body: seedSyncRequest,
      answers: { 200: { description: 'What was synced', body: seedSyncResource } },
      problems: [...problems, 'sync-failed'],
      handle: ({ body, attempt, res }) =>
        withSeedError(async () => {
          const page = await namedPage(deps, body);
          const { job, isInterim } = await outcome(() => startSmart(deps, page, attempt), res);
          return { status: 200, body: seedSync(job), isInterim };
        }),
    }),

    operation({
      ...common,
      path: '/api/conversations/sync-optimized',
      id: 'seedSyncOptimized',
      summary: 'Sync a page and wait for it, with its speed',
      description: WAITS,
      body: seedOptimizedRequest,
      answers: { 200: { description: 'What was synced', body: seedOptimizedResource } },
      problems: [...problems, 'sync-failed'],
      handle: ({ body, attempt, res }) =>
        withSeedError(async () => {
          const page = await namedPage(deps, body);
          const start = () => startSmart(deps, page, attempt, body.maxConversations);
          const { job, isInterim } = await outcome(start, res);
          const first = { after: null, limit: MAX_SEED_ERRORS };
          const { data } = await deps.store.failures.list(job.id, first, false);
          return { status: 200, body: seedOptimized(job, data), isInterim };
        }),
    }),

    operation({
      ...common,
      path: '/api/conversations/sync-fixed',
      id: 'seedSyncFixed',
      summary: 'Sync a page and wait for it, or go on with a sync',
      description: `${WAITS} Then \`hasMore\` is true: whoever sends \`resumeSession\` back waits for the same sync again.`,
      body: seedFixedRequest,
      answers: { 200: { description: 'What was synced', body: seedFixedResource } },
      problems: [...problems, 'nothing-to-resume', 'sync-failed'],
      handle: ({ body, attempt, res }) =>
        withSeedError(async () => {
          const page = await namedPage(deps, body);
          const session = body.resumeSession ?? null;
          const start = () =>
            session === null ? startSmart(deps, page, attempt) : resumeSession(deps, page, session, attempt);
          const { job, isInterim } = await outcome(start, res);
          return { status: 200, body: seedFixed(job), isInterim };
        }),
    }),

    ...(['sync-stream', 'sync-realtime'] as const).map((name) =>
      operation({
        ...common,
        path: `/api/conversations/${name}`,
        id: name === 'sync-stream' ? 'seedSyncStream' : 'seedSyncRealtime',
        summary: 'Sync a page and watch it',
        description: STREAM,
        body: seedStreamRequest,
        answers: { 200: { description: 'Lines', events: { message: seedStreamEvent } } },
        problems: [...problems, 'nothing-to-resume'],
        handle: ({ body, attempt, req, res }) =>
          withSeedError(async () => {
            const page = await namedPage(deps, body);
            const job = await (body.resume ? resumeSmart : startSmart)(deps, page, attempt);
            await streamSeedSync(deps, job.id, req, res);
            return null;
          }),
      }),
    ),
  ];
}
