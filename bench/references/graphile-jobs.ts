import { Logger, makeWorkerUtils, run } from 'graphile-worker';
import { z } from 'zod';
import type { StreamPosition } from '../../src/store/index.ts';
import { expectStored } from '../stack/inbox.ts';
import type { BenchPage, Installation } from '../stack/installation.ts';
import { createTools, START, timed } from './walk.ts';

const payloadSchema = z.object({ page: z.string(), position: z.custom<StreamPosition>() });

/**
 * The same walk made durable the usual way without Temporal: one graphile-worker job a Graph page, which fetches it,
 * stores it by the product's own statement and adds the job of the next page. As many jobs at once as there are pages.
 *
 * @returns seconds from the first job's being added to the last one's end
 */
export async function graphileJobs(installation: Installation, pages: readonly BenchPage[]): Promise<number> {
  const { store, open } = createTools(installation);
  const walks = new Map(
    await Promise.all(
      pages.map(async (page) => {
        const reader = await open(page, 'messenger');
        let finish = () => {};
        const finished = new Promise<void>((resolve) => {
          finish = resolve;
        });
        return [page.id, { reader, finish, finished }] as const;
      }),
    ),
  );
  const options = { connectionString: installation.databaseUrl, logger: new Logger(() => () => {}) };
  const utils = await makeWorkerUtils(options);
  await utils.migrate();
  await utils.release();
  const runner = await run({
    ...options,
    concurrency: pages.length,
    // one connection for each job at work, and for what the worker itself asks
    maxPoolSize: pages.length + 2,
    noHandleSignals: true,
    taskList: {
      async page(payload, helpers) {
        const { page, position } = payloadSchema.parse(payload);
        const walk = walks.get(page);
        if (walk === undefined) throw new Error(`No walk of page ${page}`);
        const batch = await walk.reader.read(position);
        const { position: next } = await store.batches.store(batch);
        if (next.isLast) walk.finish();
        else await helpers.addJob('page', { page, position: next });
      },
    },
  });
  try {
    const seconds = await timed(pages, async (page) => {
      await runner.addJob('page', { page: page.id, position: START });
      await walks.get(page.id)?.finished;
    });
    await expectStored(installation, pages);
    return seconds;
  } finally {
    await runner.stop();
  }
}
