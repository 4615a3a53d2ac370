import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import type { JobResource, SyncStatusResource } from '../../src/contract/resources.ts';
import { eventually } from './eventually.ts';
import { type Answer, type NewPage, type Stack, startStack, type TestPage } from './stack.ts';
import { expectInboxStored } from './truth.ts';

/** Which calls a fault meets; without anything the next one of the page. */
export interface Where {
  platform?: string;
  edge?: string;
  conversationId?: string;
  /** 1 is the next call. */
  afterCalls?: number;
  times?: number | 'always';
}

/** A list call as the simulator remembers it. */
export interface ListCall {
  platform: string;
  after: string | null;
  limit: string;
}

/**
 * A stack for the file and a fresh page for every test, with what tests say and ask about its sync.
 *
 * @param latencyMs so slow that a sync can be met half-way; `fast` ends that
 * @param shape what else the pages are like
 */
export function pageUnderTest(
  conversations: number,
  env: Record<string, string>,
  latencyMs = 0,
  shape: Omit<NewPage, 'conversations'> = {},
) {
  let stack: Stack;
  let page: TestPage;
  beforeAll(async () => {
    stack = await startStack({ env });
  });
  afterAll(() => stack.close());
  beforeEach(async () => {
    page = await stack.addPage({ conversations, ...shape });
    control('/latency', { ms: latencyMs });
  });

  const control = (path: string, body: object) => stack.simulator.control('POST', path, body);
  const path = (rest = '') => `/api/pages/${page.id}/sync${rest}`;
  const status = async () => (await stack.api.get<SyncStatusResource>(path())).body;
  const until = (holds: (now: SyncStatusResource) => boolean | undefined, what: string) =>
    eventually(async () => {
      const now = await status();
      return holds(now) ? now : null;
    }, what);
  const fault = (what: object, { times = 1, ...match }: Where = {}) =>
    control('/faults', { match: { page: page.facebookPageId, ...match }, times, fault: what });

  return {
    get stack() {
      return stack;
    },
    get page() {
      return page;
    },
    start: (request?: object): Promise<Answer<JobResource>> => stack.api.post<JobResource>(path(), request),
    command: (name: 'pause' | 'resume' | 'cancel') => stack.api.post(path(`/${name}`)),
    status,
    /** Waits until the status is such. */
    until,
    fetched: (least: number) => until((now) => now.job.totals.fetched >= least, `${least} conversations`),
    inStatus: (wanted: string) => until((now) => now.job.status === wanted, `status ${wanted}`),
    ended: () => stack.ended(page),
    /** Waits for the end: the job is as if nothing had happened, and so are the rows. */
    async expectUndisturbed(): Promise<JobResource> {
      const job = await stack.ended(page);
      expect(job).toMatchObject({ status: 'COMPLETED' });
      expect(job.totals).toMatchObject({
        fetched: conversations,
        inserted: conversations,
        updated: 0,
        unchanged: 0,
        failed: 0,
      });
      await expectInboxStored(stack, page);
      return job;
    },
    /** Starts a sync and waits for its end. */
    async sync(request: object = {}): Promise<JobResource> {
      const { status: code, body } = await stack.api.post<JobResource>(path(), request);
      if (code !== 202) throw new Error(`The sync was refused: ${JSON.stringify(body)}`);
      return eventually(async () => {
        const job = (await stack.api.get<JobResource>(`/api/jobs/${body.id}`)).body;
        return job.completedAt === null ? null : job;
      }, `the end of job ${body.id}`);
    },
    /** New messages in a conversation: 0 is the newest at the start. */
    messages: (platform: string, index: number, count: number) =>
      control('/inbox/messages', { page: page.facebookPageId, platform, index, count }),
    expectStored: () => expectInboxStored(stack, page),
    workflow: () => stack.temporal.workflow.getHandle(page.facebookPageId),
    fast: () => control('/latency', { ms: 0 }),
    control,
    fault,
    /** One of Graph's errors, by the simulator's name. */
    error: (name: string, where?: Where) => fault({ kind: 'error', name }, where),
    noFaults: () => stack.simulator.control('DELETE', '/faults'),
    calls: () =>
      stack.simulator.control('GET', `/calls?page=${page.facebookPageId}`) as {
        total: number;
        listCalls: ListCall[];
      },
  };
}
