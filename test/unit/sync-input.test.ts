import { describe, expect, test } from 'vitest';
import { Problem } from '../../src/api/problem.ts';
import { newSync, resumedSync } from '../../src/api/sync-input.ts';
import type { JobStatus } from '../../src/contract/job-status.ts';
import { listedJob } from '../../src/contract/new-job.ts';
import type { Platform } from '../../src/contract/platform.ts';
import { startSyncRequest } from '../../src/contract/requests.ts';
import type { JobResource, PageResource } from '../../src/contract/resources.ts';
import type { Store } from '../../src/store/index.ts';

const PAGE: PageResource = {
  id: 'page',
  facebookPageId: '100',
  name: 'My page',
  instagramAccountId: '200',
  tokenState: 'valid',
  token: {
    state: 'valid',
    expiresAt: null,
    dataAccessExpiresAt: null,
    expiresSoon: false,
    scopes: null,
    missingScopes: [],
    checkedAt: null,
    error: null,
  },
  health: 'ok',
  disconnectedAt: null,
  lastSyncedAt: null,
  syncCheckpoint: null,
  autoSync: false,
  syncIntervalSeconds: 3600,
  autoPipelineId: null,
  autoPipelineMode: 'SKIP_EXISTING',
  webhooks: { subscription: 'unknown', fields: [], error: null, checkedAt: null, lastDeliveryAt: null },
  createdAt: '2026-01-31T12:00:00.000Z',
};
const OURS = '3f2504e0-4f89-41d3-9a0c-0305e82c3301';
const JOB_ID = '7d444840-9dc0-11d1-b245-5ffdce74fad2';

/** A store that knows these conversations, by either id. */
function knowing(known: Record<string, { platform: Platform; graphId: string }>): Store {
  const resolve = async (_: string, names: readonly string[]) =>
    new Map(Object.entries(known).filter(([name]) => names.includes(name)));
  return { conversations: { resolve } } as unknown as Store;
}
const start = (body: object, page = PAGE, known: Parameters<typeof knowing>[0] = {}) =>
  newSync(knowing(known), page, startSyncRequest.parse(body), JOB_ID);

/** The problem of a request. */
async function refused(request: Promise<unknown>): Promise<Problem> {
  const error: unknown = await request.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Problem)) throw new Error('It was not refused');
  return error;
}

describe('a new sync', () => {
  test('of everything says nothing of a selection', async () => {
    const input = await start({});
    expect(input).toEqual({
      jobId: JOB_ID,
      pageId: 'page',
      facebookPageId: '100',
      resume: false,
      options: { mode: 'full', trigger: 'manual', messageDepth: 'all', maxConversations: null },
    });
  });

  test('is what was asked for', async () => {
    const { options } = await start({ mode: 'incremental', messageDepth: 7, maxConversations: 9 });
    expect(options).toEqual({ mode: 'incremental', trigger: 'manual', messageDepth: 7, maxConversations: 9 });
  });

  test('of a selection says all of it, what was not given as nothing', async () => {
    const { options } = await start({
      mode: 'selective',
      since: '2026-01-01T01:00:00+01:00',
      platforms: ['instagram'],
    });
    expect(options.selection).toEqual({
      since: '2026-01-01T00:00:00.000Z',
      until: null,
      platforms: ['instagram'],
      unreadOnly: false,
      conversations: null,
    });
  });

  test('of a platform that the page does not have is refused by name', async () => {
    const page = { ...PAGE, instagramAccountId: null };
    const problem = await refused(start({ mode: 'selective', platforms: ['messenger', 'instagram'] }, page));
    expect(problem).toMatchObject({ status: 422, extra: { errors: [{ field: 'platforms' }] } });
    await expect(start({ mode: 'selective', platforms: ['messenger'] }, page)).resolves.toBeDefined();
  });

  test('of conversations names them by platform, each once, by whatever id they are known', async () => {
    const known = {
      [OURS]: { platform: 'instagram', graphId: 'aWdf_stored' },
      t_stored: { platform: 'messenger', graphId: 't_stored' },
      // stored as what its id does not look like
      odd: { platform: 'messenger', graphId: 'odd' },
    } as const;
    const conversationIds = ['t_stored', OURS.toUpperCase(), 't_new', 'aWdf_new', OURS, 'odd', 't_new'];
    const { options } = await start({ mode: 'selective', conversationIds }, PAGE, known);
    expect(options.selection?.conversations).toEqual({
      messenger: ['t_stored', 't_new', 'odd'],
      instagram: ['aWdf_stored', 'aWdf_new'],
    });
  });

  test('of a page without Instagram takes every unknown id for Messenger’s', async () => {
    const page = { ...PAGE, instagramAccountId: null };
    const { options } = await start({ mode: 'selective', conversationIds: ['aWdf_new'] }, page);
    expect(options.selection?.conversations).toEqual({ messenger: ['aWdf_new'], instagram: [] });
  });

  test('of an id of ours that the page does not have is refused by name', async () => {
    const problem = await refused(start({ mode: 'selective', conversationIds: ['t_1', OURS] }));
    expect(problem).toMatchObject({ status: 422, extra: { errors: [{ field: 'conversationIds' }] } });
    expect(problem.message).toContain(OURS);
  });
});

describe('a job that is resumed', () => {
  const JOB = {
    id: 'job',
    mode: 'selective',
    trigger: 'retry',
    messageDepth: 5,
    maxConversations: 9,
    selection: null,
  } as unknown as JobResource;
  const checkpoint = { jobId: 'job' } as NonNullable<PageResource['syncCheckpoint']>;
  const storing = (status: JobStatus, selection: object | null = null) => {
    const job = { ...JOB, status, selection };
    const jobs = {
      find: async (id: string) => (id === 'job' ? job : null),
      latest: async () => ({ ...job, id: 'latest' }),
    };
    return { jobs } as unknown as Store;
  };

  test('is that of the checkpoint, as it was asked for', async () => {
    const input = await resumedSync(storing('CANCELLED'), { ...PAGE, syncCheckpoint: checkpoint });
    expect(input).toEqual({
      jobId: 'job',
      pageId: 'page',
      facebookPageId: '100',
      resume: true,
      options: { mode: 'selective', trigger: 'retry', messageDepth: 5, maxConversations: 9 },
    });
    const selected = await resumedSync(storing('PARTIAL', { since: 'x' }), {
      ...PAGE,
      syncCheckpoint: checkpoint,
    });
    expect(selected.options.selection).toEqual({ since: 'x' });
  });

  test.each<JobStatus>(['PENDING', 'IN_PROGRESS', 'PAUSED'])(
    'may be the latest, without a checkpoint: %s',
    async (status) => {
      expect(await resumedSync(storing(status), PAGE)).toMatchObject({ jobId: 'latest', resume: true });
    },
  );

  test.each<JobStatus>(['COMPLETED', 'UP_TO_DATE', 'PARTIAL', 'CANCELLED', 'FAILED'])(
    'is none when the latest has ended without one: %s',
    async (status) => {
      expect(await refused(resumedSync(storing(status), PAGE))).toMatchObject({
        status: 409,
        problem: 'nothing-to-resume',
      });
    },
  );

  test('is none when there never was one', async () => {
    const jobs = { find: async () => null, latest: async () => null };
    const store = { jobs } as unknown as Store;
    for (const syncCheckpoint of [null, checkpoint]) {
      expect((await refused(resumedSync(store, { ...PAGE, syncCheckpoint }))).status).toBe(409);
    }
  });
});

test.each(['retry', 'repair'] as const)('a %s reads its conversations with all their messages', (trigger) => {
  const { jobId, options } = listedJob('00000000-0000-4000-8000-000000000001', PAGE, trigger, [
    { platform: 'instagram', graphId: 'i' },
    { platform: 'messenger', graphId: 'a' },
    { platform: 'messenger', graphId: 'b' },
  ]);
  expect(jobId).toBe('00000000-0000-4000-8000-000000000001');
  expect(options).toEqual({
    mode: 'selective',
    trigger,
    messageDepth: 'all',
    maxConversations: null,
    selection: {
      since: null,
      until: null,
      platforms: null,
      unreadOnly: false,
      conversations: { messenger: ['a', 'b'], instagram: ['i'] },
    },
  });
});
