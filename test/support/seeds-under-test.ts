import { afterAll, beforeAll } from 'vitest';
import type { JobResource } from '../../src/contract/resources.ts';
import type { SeedStreamEvent } from '../../src/contract/seeds.ts';
import { eventually } from './eventually.ts';
import { type Stack, startStack, type TestPage } from './stack.ts';

/** What every page of these tests has. */
export const CONVERSATIONS = 500;
export const EVENTS = CONVERSATIONS * 3;

/** How the first documents name a page. */
export const body = (page: TestPage) => ({ pageId: page.id, facebookPageId: page.facebookPageId });

/** A stack for the file, with what tests of the first documents' endpoints say and ask. */
export function seedsUnderTest() {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack({ env: { SYNC_SLICE_SECONDS: '0.2' } });
  });
  afterAll(() => stack.close());

  const latency = (ms: number) => stack.simulator.control('POST', '/latency', { ms });
  const jobOf = async (id: string) => (await stack.api.get<JobResource>(`/api/jobs/${id}`)).body;

  async function openStream(path: string, request: object) {
    const leaving = new AbortController();
    const response = await stack.api.fetch(path, {
      method: 'POST',
      body: JSON.stringify(request),
      headers: { 'content-type': 'application/json' },
      signal: leaving.signal,
    });
    const lines: string[] = [];
    const read = async () => {
      const decoder = new TextDecoder();
      for await (const chunk of response.body ?? []) lines.push(...decoder.decode(chunk).split('\n'));
    };
    const closed = read().catch(() => {});
    return {
      response,
      lines,
      closed,
      events: () =>
        lines.flatMap((line): SeedStreamEvent[] =>
          line.startsWith('data: ') ? [JSON.parse(line.slice('data: '.length))] : [],
        ),
      leave: () => leaving.abort(),
    };
  }

  return {
    get stack() {
      return stack;
    },
    newPage: () => stack.addPage({ conversations: CONVERSATIONS, messages: 3, exactMessages: true }),
    latency,
    /** So slow that a sync can be met half-way; `fast` ends that. */
    slow: () => latency(150),
    fast: () => latency(0),
    jobOf,
    /** Waits until the job has the status. */
    inStatus: (id: string, status: string) =>
      eventually(async () => ((await jobOf(id)).status === status ? id : null), `job ${id} to be ${status}`),
    /** A client of the streams: reads `data: ` lines as they come. */
    openStream,
  };
}
