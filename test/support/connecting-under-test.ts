import { afterAll, afterEach, beforeAll } from 'vitest';
import type { JobResource, PageResource } from '../../src/contract/resources.ts';
import { eventually } from './eventually.ts';
import { call, LOGIN } from './login-under-test.ts';
import { freshPageId, type Stack, startStack } from './stack.ts';

/** A stack for the file in which people can sign in, with what tests say and ask about the pages they connect. */
export function connectingUnderTest() {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack({ ...LOGIN, env: { ...LOGIN.env, SYNC_SLICE_SECONDS: '0.2' } });
  });
  afterAll(() => stack.close());
  afterEach(() => {
    stack.simulator.control('DELETE', '/faults');
    control('/latency', { ms: 0 });
    control('/usage', {});
  });

  const control = (path: string, body: object) => stack.simulator.control('POST', path, body);
  const send = <T = Record<string, unknown>>(method: string, path: string, body?: unknown) =>
    call<T>(stack.api, method, path, body);

  return {
    get stack() {
      return stack;
    },
    control,
    /** Any call of the API. */
    send,
    pageOf: async (id: string) => (await send<PageResource>('GET', `/api/pages/${id}`)).body,
    /** A page in the simulator that nobody has connected. */
    pageAtMeta(conversations = 10): string {
      const id = freshPageId();
      control('/pages', { id, name: `Page ${id}`, conversations, instagramAccountId: `178${id}` });
      return id;
    },
    /** Connects pages of a login. */
    connect: (login: { id: string }, request: object) =>
      send<{ data: PageResource[] }>('POST', `/api/facebook-logins/${login.id}/connect`, request),
    /** Waits until the page's newest job has the status. */
    inStatus: (page: { id: string }, status: string) =>
      eventually(async () => {
        const { body } = await send<{ data: JobResource[] }>('GET', `/api/jobs?pageId=${page.id}&limit=1`);
        return body.data[0]?.status === status ? body.data[0] : null;
      }, `a job in status ${status}`),
  };
}
