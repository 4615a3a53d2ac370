import { randomBytes, randomUUID } from 'node:crypto';
import { buildBatch } from '../../activities/build-batch.ts';
import { createPageReader, type PageReader } from '../../activities/page-reader.ts';
import { fullPageSize } from '../../activities/page-size.ts';
import type { BudgetMeter } from '../../src/contract/budget.ts';
import type { Platform } from '../../src/contract/platform.ts';
import type { SyncSliceInput } from '../../src/contract/slice.ts';
import { createGraphClient, type GraphClient, type GraphInbox } from '../../src/graph/index.ts';
import {
  type Batch,
  createStore,
  createTokenCipher,
  type Store,
  type StreamPosition,
} from '../../src/store/index.ts';
import type { BenchPage, Installation } from '../stack/installation.ts';

/** The references have no budget: each call goes at once. */
const NO_BUDGET: BudgetMeter = {
  take: async () => ({ granted: true, waitMs: 0, known: { asset: null, app: null } }),
  late: async () => {},
  block: async () => {},
  observe: async () => {},
};

/** A job that is open, and the pages of its inbox. */
export interface Reader {
  jobId: string;
  /** The Graph page at a cursor, made into the batch that it is stored as. */
  read(position: StreamPosition): Promise<Batch>;
}

/** Our own Graph client and store without Temporal: what the references are made of. */
export interface Tools {
  graph: GraphClient;
  store: Store;
  /** One platform of a page, with a job's row for its batches to count in. */
  open(page: BenchPage, platform: Platform): Promise<Reader>;
}

export const START: StreamPosition = {
  seq: 0,
  nothingNew: false,
  nextCursor: null,
  isLast: false,
  fetched: 0,
};

export function createTools({ sql, simulator }: Installation): Tools {
  const endpoint = {
    baseUrl: simulator.url,
    version: 'v25.0',
    appSecret: null,
    timeoutMs: 30_000,
    throttleWaitMs: 1000,
    blockedWaitMs: 1000,
  };
  const graph = createGraphClient(endpoint, NO_BUDGET, 0);
  // no token is read from the store
  const store = createStore(sql, createTokenCipher([randomBytes(32)]));
  return {
    graph,
    store,
    async open(page, platform) {
      const jobId = randomUUID();
      await store.lifecycle.create({
        jobId,
        pageId: page.id,
        facebookPageId: page.facebookPageId,
        resume: false,
        options: { mode: 'full', trigger: 'manual', messageDepth: 'all', maxConversations: null },
      });
      await store.lifecycle.takeUp(jobId, jobId);
      return readerOf(graph, page, { jobId, platform });
    },
  };
}

function readerOf(
  graph: GraphClient,
  page: BenchPage,
  { jobId, platform }: { jobId: string; platform: Platform },
): Reader {
  const input: SyncSliceInput = {
    jobId,
    pageId: page.id,
    platform,
    mode: 'full',
    pageSize: null,
    messageDepth: 'all',
    maxConversations: null,
    failures: 0,
    stuckSinceMs: null,
    restartAfterSeq: null,
    stopBelow: null,
    lookFirst: false,
    until: null,
    unreadOnly: false,
    listed: false,
    walkedOnly: false,
    refresh: false,
  };
  const own = new Set([page.facebookPageId, page.instagramAccountId ?? '']);
  const inbox: GraphInbox = {
    pageId: page.facebookPageId,
    asset: page.facebookPageId,
    token: page.accessToken,
    platform,
  };
  const read: PageReader = createPageReader(graph, inbox, new AbortController().signal);
  const size = fullPageSize(input);
  return {
    jobId,
    async read(position) {
      return buildBatch(input, own, position, await read(position.nextCursor, size, () => {}), null);
    },
  };
}

/** Runs something for every page at once. @returns seconds until the last is done */
export async function timed(
  pages: readonly BenchPage[],
  run: (page: BenchPage) => Promise<void>,
): Promise<number> {
  const began = performance.now();
  await Promise.all(pages.map(run));
  return (performance.now() - began) / 1000;
}
