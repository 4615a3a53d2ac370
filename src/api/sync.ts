import { startSyncRequest } from '../contract/requests.ts';
import { finalStreamEvent, jobResource, streamEvent, syncStatusResource } from '../contract/resources.ts';
import type { SyncCommand } from '../temporal/sync.ts';
import { type ApiDeps, PAGE_REFERENCE, requirePage } from './deps.ts';
import { commandJob } from './job-command.ts';
import { streamJob } from './job-stream.ts';
import { type Operation, operation } from './operation.ts';
import { notFound } from './problem.ts';
import { startSync } from './start-sync.ts';
import { syncStatus } from './sync-status.ts';

const params = { id: PAGE_REFERENCE };

const STREAM = `Events \`snapshot\` (at the start, at a pause, when Meta makes us wait or fails, after a gap), \`progress\` (a conversation
was stored, at most 20 a second) and \`final\` (the job has ended; the stream closes), each with a StreamEvent as data; \`final\`
has a FinalStreamEvent. Ids only grow; a client that comes back with \`Last-Event-ID\` gets nothing twice. A comment line every
10 seconds keeps the connection open.`;

/** `/api/pages/{id}/sync` */
export function syncOperations(deps: ApiDeps): Operation[] {
  const { store } = deps;
  return [
    operation({
      method: 'post',
      path: '/api/pages/{id}/sync',
      id: 'startSync',
      tag: 'Syncs',
      summary: 'Start a sync of the page, or take its stopped job up again',
      scope: 'sync',
      params,
      body: startSyncRequest,
      examples: {
        'The whole inbox': {},
        'What has changed': { mode: 'incremental' },
        'The unread of Instagram since September': {
          mode: 'selective',
          since: '2026-09-01T00:00:00+02:00',
          platforms: ['instagram'],
          unreadOnly: true,
        },
        'Go on where the last one stopped': { resume: true },
      },
      answers: { 202: { description: 'Started: the job', body: jobResource, hasLocation: true } },
      problems: ['sync-in-progress', 'nothing-to-resume', 'not-connected', 'temporal-unavailable'],
      async handle({ params, body, attempt }) {
        const job = await startSync(deps, await requirePage(store, params.id), body, attempt);
        return { status: 202, body: job, headers: { Location: `/api/jobs/${job.id}` } };
      },
    }),

    operation({
      method: 'get',
      path: '/api/pages/{id}/sync',
      id: 'getSync',
      tag: 'Syncs',
      summary: 'The page’s newest job, and what its workflow knows',
      description: '`streams` move with each slice, the job’s `totals` with each page of conversations.',
      scope: 'read',
      params,
      answers: { 200: { description: 'The newest job', body: syncStatusResource } },
      async handle({ params }) {
        const status = await syncStatus(deps, await requirePage(store, params.id));
        if (status === null) throw notFound('Sync');
        return { status: 200, body: status };
      },
    }),

    operation({
      method: 'get',
      path: '/api/pages/{id}/sync/stream',
      id: 'streamSync',
      tag: 'Syncs',
      summary: 'The newest job, live, as server-sent events',
      description: STREAM,
      scope: 'read',
      params,
      answers: {
        200: {
          description: 'Events',
          events: { snapshot: streamEvent, progress: streamEvent, final: finalStreamEvent },
        },
        204: { description: 'The final event was seen already: do not come back' },
      },
      async handle({ params, req, res }) {
        const page = await requirePage(store, params.id);
        const job = await store.jobs.latest(page.id);
        if (job === null) throw notFound('Sync');
        await streamJob(deps, job.id, req, res);
        return null;
      },
    }),

    steer('pause', 'Pause the running sync: no calls to Meta after the slice in hand'),
    steer('resume', 'Let the paused sync go on'),
    steer('cancel', 'End the running sync and keep what is stored; it can be resumed'),
  ];

  function steer(command: SyncCommand, summary: string): Operation {
    return operation({
      method: 'post',
      path: `/api/pages/{id}/sync/${command}`,
      id: `${command}Sync`,
      tag: 'Syncs',
      summary,
      description: 'It takes effect within a slice of about two seconds.',
      scope: 'sync',
      params,
      answers: { 202: { description: 'Taken: the job as it is now', body: jobResource } },
      problems: ['sync-not-running', 'temporal-unavailable'],
      async handle({ params }) {
        const page = await requirePage(store, params.id);
        await commandJob(deps.sync, { facebookPageId: page.facebookPageId }, command);
        const job = await store.jobs.latest(page.id);
        if (job === null) throw notFound('Sync');
        return { status: 202, body: job };
      },
    });
  }
}
