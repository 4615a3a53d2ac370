import { randomBytes } from 'node:crypto';
import { WorkflowNotFoundError } from '@temporalio/client';
import { expect } from 'vitest';
import type { Platform } from '../../src/contract/platform.ts';
import type { JobResource } from '../../src/contract/resources.ts';
import { eventually } from './eventually.ts';
import { truthOf } from './random-checks.ts';
import type { Command, Deed, Scenario, SyncRequest } from './random-commands.ts';
import type { RandomWorkers } from './random-workers.ts';
import type { Stack, TestPage } from './stack.ts';

/** Far above what anything here takes, also on a machine with other work and with a worker that was killed. */
const BOUND_MS = 120_000;

/** So many shifts of a minute stay within the overlap of two syncs. */
const MOST_SKEWS = 3;

/** Together with the skews shorter than that overlap. */
const ECHO_MS = 60_000;

/** A page to which the commands of a scenario happen. */
export class RandomPage {
  /** What was done and what came of it, for a failure's message. */
  readonly trace: string[] = [];
  /** Events that were deleted behind the product's back. */
  deleted = 0;
  readonly #stack: Stack;
  readonly #workers: RandomWorkers;
  readonly page: TestPage;
  readonly #sizes: Record<Platform, number>;
  readonly #born: Record<Platform, number> = { messenger: 0, instagram: 0 };
  #callsBefore = 0;
  #writtenTo: { platform: Platform; index: number } | null = null;
  #skews = 0;
  #killed = false;

  private constructor(stack: Stack, workers: RandomWorkers, page: TestPage, sizes: Record<Platform, number>) {
    this.#stack = stack;
    this.#workers = workers;
    this.page = page;
    this.#sizes = sizes;
  }

  static async create(
    stack: Stack,
    workers: RandomWorkers,
    { page: options, latencyMs }: Scenario,
  ): Promise<RandomPage> {
    stack.simulator.control('DELETE', '/calls', {});
    const page = await stack.addPage(options);
    stack.simulator.control('POST', '/latency', { ms: latencyMs });
    const pages = stack.simulator.control('GET', '/pages') as {
      id: string;
      conversations: Record<Platform, number>;
    }[];
    const sizes = pages.find(({ id }) => id === page.facebookPageId)?.conversations;
    if (sizes === undefined) throw new Error('The simulator does not know the page');
    return new RandomPage(stack, workers, page, sizes);
  }

  /** Does a command once the page has had enough calls, or none are to be expected. */
  async run({ afterCalls, ...deed }: Command): Promise<void> {
    const wanted = this.#callsBefore + afterCalls;
    await eventually(
      async () => this.calls() >= wanted || !(await this.#isAtWork()),
      () => `${wanted} calls, or an end`,
      BOUND_MS,
    );
    this.#callsBefore = this.calls();
    this.trace.push(`${new Date().toISOString()} after ${this.#callsBefore} calls: ${JSON.stringify(deed)}`);
    await this.#do(deed as Deed);
  }

  async #do(deed: Deed): Promise<unknown> {
    switch (deed.do) {
      case 'start':
        if (!deed.insist) await this.idle();
        return this.start(deed.request, deed.insist);
      case 'take up':
        return this.start({ resume: true }, true);
      case 'pause':
      case 'resume':
      case 'cancel':
        return this.#post(`/sync/${deed.do}`, {}, [202, 404]);
      case 'message':
        return this.#addMessages(deed.platform, deed.conversation, deed.count);
      case 'echo':
        return this.#echo(deed.count);
      case 'messages in one second': {
        const at = new Date().toISOString();
        for (const conversation of new Set(deed.conversations.map((n) => this.#index(deed.platform, n)))) {
          this.#control('/inbox/messages', {
            platform: deed.platform,
            index: conversation,
            count: deed.count,
            at,
          });
        }
        return;
      }
      case 'conversations':
        this.#born[deed.platform] += deed.count;
        return this.#control('/inbox/conversations', { platform: deed.platform, count: deed.count });
      case 'repair':
        return this.#repair(deed);
      case 'fault': {
        const { platform, edge, fault, times } = deed;
        const match = { page: this.page.facebookPageId, platform, edge };
        return this.#stack.simulator.control('POST', '/faults', { match, times, fault });
      }
      case 'dead cursors':
        return this.#control('/cursors', { platform: deed.platform, dead: true });
      case 'forget the last sync':
        return this.#stack.sql`UPDATE facebook_pages SET last_synced_at = NULL WHERE id = ${this.page.id}`;
      case 'clock skew':
        if (++this.#skews > MOST_SKEWS) return;
        return this.#stack
          .sql`UPDATE facebook_pages SET messenger_watermark = messenger_watermark + interval '1 minute',
          instagram_watermark = instagram_watermark + interval '1 minute' WHERE id = ${this.page.id}`;
      case 'new token':
        return this.#renewToken();
      case 'replace the worker':
        return this.#workers.replace(deed.gap);
      case 'kill a worker':
        this.#killed = true;
        return this.#workers.kill();
    }
  }

  /** Starts a sync, or takes the stopped one up. @param mayRefuse whether one that runs, or is missing, is no surprise */
  async start(request: SyncRequest | { resume: true }, mayRefuse: boolean): Promise<JobResource> {
    return this.#post<JobResource>('/sync', request, mayRefuse ? [202, 409] : [202]);
  }

  /** Waits until no job of the page is open, repairs included; one that is paused is resumed. */
  async idle(): Promise<void> {
    await eventually(
      async () => {
        const open = await this.#openJobs();
        if (open.some(({ status, repair }) => status === 'PAUSED' && !repair)) {
          await this.#stack.api.post(`/api/pages/${this.page.id}/sync/resume`);
        }
        return open.length === 0 && !(this.#killed && (await this.#isWorkflowOpen()));
      },
      'the end of all jobs',
      BOUND_MS,
    );
  }

  /** Nothing goes wrong any more, and nothing is left running. */
  async calmDown(): Promise<void> {
    this.#stack.simulator.control('DELETE', '/faults');
    this.#stack.simulator.control('POST', '/latency', { ms: 0 });
    await this.idle();
  }

  /** A sync from its start to its end, and the calls that it took. */
  async sync(request: SyncRequest): Promise<{ job: JobResource; calls: number }> {
    const before = this.calls();
    const { id } = await this.start(request, false);
    const job = await eventually(
      async () => {
        const { body } = await this.#stack.api.get<JobResource>(`/api/jobs/${id}`);
        return body.completedAt === null ? null : body;
      },
      'the end of the sync',
      BOUND_MS,
    );
    return { job, calls: this.calls() - before };
  }

  calls(): number {
    const path = `/calls?page=${this.page.facebookPageId}`;
    return (this.#stack.simulator.control('GET', path) as { total: number }).total;
  }

  /** Every job of the page, for a failure's message. */
  async jobs(): Promise<string[]> {
    const rows = await this.#stack.sql`
      SELECT status, mode, trigger, options, stop_below, started_at, completed_at, fetched, inserted, updated, unchanged, failed,
        events_created, histories, histories_failed, last_error->>'detail' AS error, message
      FROM sync_jobs WHERE page_id = ${this.page.id} ORDER BY created_at`;
    return rows.map((row) => JSON.stringify(row));
  }

  #index(platform: Platform, n: number): number {
    return (n % (this.#sizes[platform] + this.#born[platform])) - this.#born[platform];
  }

  #addMessages(platform: Platform, n: number, count: number): unknown {
    this.#writtenTo = { platform, index: this.#index(platform, n) };
    return this.#control('/inbox/messages', { ...this.#writtenTo, count });
  }

  /** Graph tells whole seconds: a message may come in the second of the newest, whoever has read that already. */
  #echo(count: number): unknown {
    const to = this.#writtenTo;
    const at = truthOf(this.#stack, this.page).find(
      (c) => c.platform === to?.platform && c.index === to.index,
    )?.updated_time;
    if (at === undefined || Date.now() - Date.parse(at) > ECHO_MS) return;
    return this.#control('/inbox/messages', { ...to, count, at });
  }

  /**
   * Deletes all but every `keep`-th message of a stored conversation, all with 0, and has it repaired. What `spoil`
   * changes in the others, a repair puts right too; of Instagram it cannot read all of them again.
   */
  async #repair({ conversation, keep, spoil, wait }: Deed & { do: 'repair' }): Promise<void> {
    const { sql, api } = this.#stack;
    const [row] = await sql<{ id: string; platform: Platform }[]>`
      SELECT id, platform FROM messenger_conversations c WHERE page_id = ${this.page.id}
        AND NOT EXISTS (SELECT FROM sync_jobs WHERE conversation_id = c.id AND completed_at IS NULL)
      ORDER BY graph_conversation_id OFFSET (SELECT ${conversation}::int % greatest(1, count(*)::int)
        FROM messenger_conversations WHERE page_id = ${this.page.id}) LIMIT 1`;
    if (row === undefined) return;
    const gone = await sql`
      DELETE FROM contact_interaction_events e WHERE conversation_id = ${row.id}
        AND (${keep}::int = 0 OR id % ${Math.max(1, keep)}::int <> 0) RETURNING id`;
    this.deleted += gone.length;
    if (spoil && row.platform === 'messenger') {
      await sql`UPDATE contact_interaction_events SET text = 'spoiled' WHERE conversation_id = ${row.id} AND text IS NOT NULL`;
    }
    const answer = await api.post<JobResource>(`/api/conversations/${row.id}/repair`);
    this.trace.push(`  ${gone.length} events of ${row.id} gone, repair ${answer.status} ${answer.body.id}`);
    expect(answer.status).toBe(202);
    if (!wait) return;
    await eventually(
      async () =>
        (await sql`SELECT FROM sync_jobs WHERE id = ${answer.body.id} AND completed_at IS NOT NULL`).length >
        0,
      'the end of the repair',
      BOUND_MS,
    );
  }

  /** The page's token dies; once the job has noticed, or has ended, the page is connected with a new one. */
  async #renewToken(): Promise<void> {
    const { facebookPageId, name, id } = this.page;
    const accessToken = `token-${randomBytes(8).toString('hex')}`;
    this.#control('/token', { token: accessToken });
    await eventually(async () => !(await this.#isAtWork()), 'a job that is parked', BOUND_MS);
    const answer = await this.#stack.api.post('/api/pages', { facebookPageId, name, accessToken });
    expect({ id, status: answer.status }).toEqual({ id, status: 200 });
  }

  async #isAtWork(): Promise<boolean> {
    return (await this.#openJobs()).some(({ status }) => status !== 'PAUSED');
  }

  /** A worker that was killed when it had just ended the job keeps the workflow until its last activity times out. */
  async #isWorkflowOpen(): Promise<boolean> {
    const handle = this.#stack.temporal.workflow.getHandle(this.page.facebookPageId);
    const description = await handle.describe().catch((error: unknown) => {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    });
    return description?.status.name === 'RUNNING';
  }

  #openJobs() {
    return this.#stack.sql<{ status: string; repair: boolean }[]>`
      SELECT status, conversation_id IS NOT NULL AS repair FROM sync_jobs
      WHERE page_id = ${this.page.id} AND completed_at IS NULL`;
  }

  async #post<T>(path: string, body: object, statuses: number[]): Promise<T> {
    const answer = await this.#stack.api.post<T & { id?: string }>(`/api/pages/${this.page.id}${path}`, body);
    this.trace.push(`  ${answer.status} ${answer.body.id ?? JSON.stringify(answer.body).slice(0, 200)}`);
    expect(statuses).toContain(answer.status);
    return answer.body;
  }

  #control(path: string, body: object): unknown {
    return this.#stack.simulator.control('POST', path, { page: this.page.facebookPageId, ...body });
  }
}
