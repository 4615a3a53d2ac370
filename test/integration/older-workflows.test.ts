import { randomUUID } from 'node:crypto';
import { asyncLocalStorage, type Context } from '@temporalio/activity';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createActivities } from '../../activities/index.ts';
import type { SyncSliceInput } from '../../src/contract/slice.ts';
import { createGraphClient } from '../../src/graph/index.ts';
import { createGraphBudget, createStore, createTokenCipher } from '../../src/store/index.ts';
import { schedulesOf } from '../support/auto-sync.ts';
import { type Stack, startStack } from '../support/stack.ts';

/* What a workflow of an earlier version has scheduled may be carried out by a worker of this one. */
let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ workers: 0 });
});
afterAll(() => stack.close());

test('a slice that was scheduled when there were only full syncs takes every conversation', async () => {
  const page = await stack.addPage({ conversations: 250, instagram: false });
  const { config, sql } = stack;
  const store = createStore(sql, createTokenCipher(config.tokenKeys));
  const { syncSlice } = createActivities({
    store,
    graph: createGraphClient(config.graph, createGraphBudget(sql, 0), 5000),
    sliceMs: 60_000,
    standstillMs: 0,
    schedules: schedulesOf(stack),
  });
  const ids = { jobId: randomUUID(), pageId: page.id, facebookPageId: page.facebookPageId };
  const options = { mode: 'full', trigger: 'manual', messageDepth: 'all', maxConversations: null } as const;
  await store.lifecycle.create({ ...ids, resume: false, options });
  await store.lifecycle.takeUp(ids.jobId, randomUUID());

  const input = {
    jobId: ids.jobId,
    pageId: page.id,
    platform: 'messenger',
    pageSize: null,
    messageDepth: 'all',
    maxConversations: null,
    restartAfterSeq: null,
    failures: 0,
  } as unknown as SyncSliceInput;
  const context = { cancellationSignal: new AbortController().signal, heartbeat: () => {} };
  const result = await asyncLocalStorage.run(context as unknown as Context, () => syncSlice(input));
  expect(result).toMatchObject({ why: 'end', fetched: 250, job: { inserted: 250 } });
});
