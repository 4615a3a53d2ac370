import { randomUUID } from 'node:crypto';
import { ScheduleNotFoundError } from '@temporalio/client';
import { afterAll, beforeAll, expect } from 'vitest';
import type { z } from 'zod';
import type { AutoSyncPage } from '../../src/contract/auto-sync.ts';
import { autoSyncId } from '../../src/contract/names.ts';
import type { NotificationResource } from '../../src/contract/notifications.ts';
import type { JobResource, ListResource, pageDetailResource } from '../../src/contract/resources.ts';
import { deleteAutoSyncSchedules, startAutoSync } from './auto-sync.ts';
import { type Api, type Stack, startStack, type TestPage } from './stack.ts';

type PageDetail = z.infer<typeof pageDetailResource>;

/** What the row says, but every second: nobody may ask for that, and no test can wait for longer. */
export function everySecond(page: Pick<TestPage, 'id' | 'facebookPageId'>): AutoSyncPage {
  return {
    pageId: page.id,
    facebookPageId: page.facebookPageId,
    wanted: true,
    intervalSeconds: 1,
    needsReconnect: false,
  };
}

/** A stack for the file, with what tests say and ask about its pages' automatic syncs. */
export function autoSyncUnderTest() {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack({ env: { SYNC_SLICE_SECONDS: '0.2' } });
  });
  afterAll(async () => {
    await deleteAutoSyncSchedules(stack);
    await stack.close();
  });

  const control = (path: string, body: object) => stack.simulator.control('POST', path, body);
  const scheduleOf = (page: TestPage) =>
    stack.temporal.schedule.getHandle(autoSyncId(stack.config.queuePrefix, page.facebookPageId));
  const described = (page: TestPage) => scheduleOf(page).describe();
  const list = async <T>(path: string) => (await stack.api.get<ListResource<T>>(path)).body.data;
  const patch = async (page: TestPage, change: object, api: Api = stack.api): Promise<PageDetail> => {
    const response = await api.fetch(`/api/pages/${page.id}`, {
      method: 'PATCH',
      body: JSON.stringify(change),
      headers: { 'content-type': 'application/json' },
    });
    expect(response.status).toBe(200);
    return (await response.json()) as PageDetail;
  };

  return {
    get stack() {
      return stack;
    },
    control,
    latency: (ms: number) => control('/latency', { ms }),
    message: (page: TestPage) =>
      control('/inbox/messages', {
        page: page.facebookPageId,
        platform: 'messenger',
        index: 0,
        count: 1,
      }),
    /** Graph refuses everything of the page, or of one of its platforms, until `noFaults`. */
    refuse: (page: TestPage, platform?: string) =>
      control('/faults', {
        match: { page: page.facebookPageId, ...(platform === undefined ? {} : { platform }) },
        times: 'always',
        fault: { kind: 'error', name: 'permission-200' },
      }),
    noFaults: () => stack.simulator.control('DELETE', '/faults'),
    scheduleOf,
    described,
    isGone: (page: TestPage) =>
      described(page).then(
        () => false,
        (error: unknown) => error instanceof ScheduleNotFoundError,
      ),
    patch,
    stop: (page: TestPage) => patch(page, { autoSync: false }),
    detail: async (page: TestPage) => (await stack.api.get<PageDetail>(`/api/pages/${page.id}`)).body,
    jobsOf: (page: TestPage) => list<JobResource>(`/api/jobs?pageId=${page.id}`),
    toldOf: (page: TestPage) => list<NotificationResource>(`/api/notifications?pageId=${page.id}`),
    /** Runs an automatic sync to its end. */
    autoSync: async (page: TestPage) => (await startAutoSync(stack, page)).result(),
    /** Connects the page again, with a token that Meta takes. */
    reconnect: async ({ facebookPageId, name }: TestPage) => {
      const accessToken = `token-${randomUUID()}`;
      control('/token', { page: facebookPageId, state: 'valid', token: accessToken });
      const answer = await stack.api.post('/api/pages', { facebookPageId, name, accessToken });
      expect(answer.status).toBe(200);
    },
  };
}
