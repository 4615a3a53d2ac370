import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import type { EndedStatus } from '../../src/contract/job-status.ts';
import type { PageResource } from '../../src/contract/resources.ts';
import type { SyncOptions } from '../../src/contract/sync-options.ts';
import {
  type Batch,
  type ConversationInput,
  createStore,
  createTokenCipher,
  type Sql,
  type Store,
} from '../../src/store/index.ts';
import { createDatabase, type TestDatabase } from './database.ts';
import { freshPageId } from './stack.ts';

const OPTIONS: SyncOptions = { mode: 'full', trigger: 'manual', messageDepth: 'all', maxConversations: null };

/** What makes pages, jobs and batches in a database, without Temporal and Graph. */
export type TestStore = ReturnType<typeof storeOf>;

export function storeOf(sql: Sql) {
  const store: Store = createStore(sql, createTokenCipher([randomBytes(32)]));
  return {
    sql,
    /** All of the store. */
    store,
    jobs: store.jobs,
    lifecycle: store.lifecycle,
    batches: store.batches,

    async newPage(): Promise<PageResource> {
      const facebookPageId = freshPageId();
      const name = `Page ${facebookPageId}`;
      return (await store.pages.connect({ facebookPageId, name, accessToken: 'x', instagramAccountId: null }))
        .page;
    },

    /** A job that its workflow's first run has taken up. */
    async runningJob(page: PageResource, runId: string = randomUUID()): Promise<string> {
      const jobId = randomUUID();
      const { id: pageId, facebookPageId } = page;
      await store.lifecycle.create({ jobId, pageId, facebookPageId, resume: false, options: OPTIONS });
      await store.lifecycle.takeUp(jobId, runId);
      return jobId;
    },

    async close(jobId: string, status: EndedStatus): Promise<void> {
      await store.lifecycle.close(jobId, {
        status,
        covered: status === 'COMPLETED',
        reason: null,
        error: null,
      });
    },

    async endedJob(page: PageResource, status: EndedStatus): Promise<string> {
      const jobId = await this.runningJob(page);
      await this.close(jobId, status);
      return jobId;
    },

    /** Makes a job the repair of one of its page's conversations. */
    async asRepair(jobId: string): Promise<void> {
      await sql`UPDATE sync_jobs j SET trigger = 'repair', conversation_id =
        (SELECT id FROM messenger_conversations c WHERE c.page_id = j.page_id LIMIT 1) WHERE id = ${jobId}`;
    },

    /** Turns a job's clock back: whatever it has happened so many days earlier. */
    async age(jobId: string, days: number): Promise<void> {
      await sql`UPDATE sync_jobs SET created_at = created_at - ${days} * interval '1 day',
        started_at = started_at - ${days} * interval '1 day', completed_at = completed_at - ${days} * interval '1 day'
        WHERE id = ${jobId}`;
      await sql`UPDATE sync_failures SET created_at = created_at - ${days} * interval '1 day'
        WHERE job_id = ${jobId}`;
    },

    batch(
      page: PageResource,
      jobId: string,
      seq: number,
      conversations: ConversationInput[],
      change: Partial<Batch> = {},
    ): Batch {
      return {
        jobId,
        pageId: page.id,
        platform: 'messenger',
        seq,
        nextCursor: `after-${seq}`,
        isLast: false,
        conversations,
        repeated: 0,
        failures: [],
        apiCalls: 1,
        keepIds: false,
        refresh: false,
        ...change,
      };
    },
  };
}

/** A database for the file. */
export function storeUnderTest(): { readonly it: TestStore } {
  let database: TestDatabase;
  let it: TestStore;
  beforeAll(async () => {
    database = await createDatabase();
    it = storeOf(database.sql);
  });
  afterAll(() => database.drop());
  return {
    get it() {
      return it;
    },
  };
}
