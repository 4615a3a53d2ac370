import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JobResource } from '../../src/contract/resources.ts';
import { type Stack, startStack } from '../support/stack.ts';

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.close());

test('a full sync', async () => {
  const page = await stack.addPage({ conversations: 2000, messages: 10 });
  const started = await stack.api.post<JobResource>(`/api/pages/${page.id}/sync`);
  expect(started.status).toBe(202);
  const job = await stack.ended(page);
  console.log(JSON.stringify(job));
  expect(job.status).toBe('COMPLETED');
  const again = await stack.api.post<JobResource>(`/api/pages/${page.id}/sync`);
  expect(again.status).toBe(202);
  const job2 = await stack.ended(page);
  console.log(JSON.stringify(job2));
});
