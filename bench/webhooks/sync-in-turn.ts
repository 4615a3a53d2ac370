import { poll } from '../../src/embedded/poll.ts';
import type { BenchPage, Installation } from '../stack/installation.ts';
import { cancelSync, sync } from '../stack/sync.ts';

/** Full syncs, one page after the other, so that one is running all the time. */
export interface SyncsInTurn {
  /** The page that is being synced, and those that come after it. */
  upcoming(count: number): BenchPage[];
  /** How many have ended. @throws when one did not end well */
  ended(): number;
  /** Cancels the sync that is running. */
  stop(): Promise<void>;
}

const STOP_TIMEOUT_MS = 120_000;

/** @param pages when all of them are synced it begins anew, and reads what is stored already */
export function syncInTurn(installation: Installation, pages: readonly BenchPage[]): SyncsInTurn {
  let turn = 0;
  let isStopping = false;
  let isOver = false;
  let failure: unknown = null;
  const upcoming = (count: number) =>
    Array.from({ length: Math.min(count, pages.length) }, (_, n) => pages[(turn + n) % pages.length]).filter(
      (page) => page !== undefined,
    );
  const running = (async () => {
    for (const page of loop(pages)) {
      const { job } = await sync(installation, page);
      if (isStopping) return;
      if (job.status !== 'COMPLETED') throw new Error(`A sync ended ${job.status}: ${job.message}`);
      turn += 1;
    }
  })();
  running
    .catch((error: unknown) => {
      failure = error;
    })
    .finally(() => {
      isOver = true;
    });
  const ended = () => {
    if (failure !== null) throw failure;
    return turn;
  };
  return {
    upcoming,
    ended,
    async stop() {
      isStopping = true;
      // one that is being started this moment is not there to be cancelled yet
      await poll(
        async () => {
          for (const page of upcoming(1)) if (!isOver) await cancelSync(installation, page);
          return isOver;
        },
        { what: 'the sync to be cancelled', timeoutMs: STOP_TIMEOUT_MS, everyMs: 500 },
      );
      ended();
    },
  };
}

function* loop<T>(values: readonly T[]): Generator<T> {
  for (;;) yield* values;
}
