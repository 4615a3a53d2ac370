import { graphileJobs } from '../references/graphile-jobs.ts';
import { loop } from '../references/loop.ts';
import { rowLoop } from '../references/row-loop.ts';
import type { BenchPage, Installation, PageSpec } from '../stack/installation.ts';

/** Something that takes pages from nothing to everything. @returns seconds */
export type Walk = (installation: Installation, pages: readonly BenchPage[]) => Promise<number>;

/** Makes walks that begin with empty tables and the same inboxes every time. */
export function freshly(installation: Installation, specs: readonly PageSpec[]) {
  return (walk: Walk) => async (): Promise<number> => {
    await installation.empty();
    return walk(installation, await installation.connect(specs));
  };
}

/** The references compile their code once before they are measured, as the worker does. */
export async function warmReferences(installation: Installation): Promise<void> {
  const run = freshly(installation, [{ conversations: 500, messages: 10 }]);
  for (const walk of [loop, graphileJobs, rowLoop]) await run(walk)();
  await installation.empty();
}
