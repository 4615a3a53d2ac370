import { partialMatchKey, type Query, type QueryClient, type QueryKey } from '@tanstack/react-query';
import { keys } from './keys.ts';
import { createThrottle } from './throttle.ts';

// What news make old is gathered and read again together: a server on which much happens tells of it many times a second.

/** Some of what is kept. */
export interface Stale {
  /** And all that begins with it. */
  queryKey: QueryKey;
  /** Of the single things (`[…, 'one', id]`) this one alone. */
  one?: string;
}

/**
 * For how long the first that is old waits for others: the end of a sync is told by its stream, too. Most often that what is old is
 * read again, and the longest that the next time waits for this one. In milliseconds.
 */
const GATHER_MS = 50;
const EVERY_MS = 500;
const LONGEST_MS = 10_000;

/**
 * For `meta` of lists too long to be read again: they take their news in by themselves while they are shown, and begin anew
 * when they are shown the next time.
 */
export const LONG_LIST = { isLongList: true } as const;

/** Everything. */
export const ALL: readonly Stale[] = [{ queryKey: [] }];

/** What a job's new status has made old. @param hasEnded whether it may have brought conversations */
export function staleAfterJob(
  { pageId, jobId }: { pageId: string; jobId: string },
  hasEnded: boolean,
): readonly Stale[] {
  return [
    { queryKey: keys.jobs, one: jobId },
    { queryKey: keys.pages, one: pageId },
    { queryKey: keys.health },
    { queryKey: keys.analytics },
    { queryKey: keys.batches },
    ...(hasEnded
      ? // what one job has set aside another may have read
        [
          { queryKey: keys.jobs },
          { queryKey: keys.conversations },
          { queryKey: keys.allEvents },
          { queryKey: keys.tags },
        ]
      : []),
  ];
}

export function isStale({ queryKey }: Pick<Query, 'queryKey'>, stale: Stale): boolean {
  if (!partialMatchKey(queryKey, stale.queryKey)) return false;
  return stale.one === undefined || queryKey[1] !== 'one' || queryKey[2] === stale.one;
}

const collections = new WeakMap<QueryClient, (stale: readonly Stale[]) => void>();

/** Has what is old read again, if it is shown: soon, or together with what else becomes old meanwhile. */
export function markStale(queryClient: QueryClient, stale: readonly Stale[]): void {
  const mark = collections.get(queryClient) ?? collect(queryClient);
  collections.set(queryClient, mark);
  mark(stale);
}

function collect(queryClient: QueryClient): (stale: readonly Stale[]) => void {
  const gathered = new Map<string, Stale>();
  const throttle = createThrottle(EVERY_MS, () => {
    const all = [...gathered.values()];
    gathered.clear();
    const isOld = (query: Query) => all.some((stale) => isStale(query, stale));
    const isLong = ({ meta }: Query) => meta?.isLongList === true;
    queryClient.removeQueries({
      predicate: (query) => isLong(query) && query.getObserversCount() === 0 && isOld(query),
    });
    // a server that is slow is not asked faster than it answers
    return withinMs(
      LONGEST_MS,
      queryClient.invalidateQueries({ predicate: (query) => !isLong(query) && isOld(query) }),
    );
  });
  let isGathering = false;
  return (stale) => {
    for (const one of stale) gathered.set(JSON.stringify(one), one);
    if (isGathering) return;
    isGathering = true;
    setTimeout(() => {
      isGathering = false;
      throttle.call();
    }, GATHER_MS);
  };
}

function withinMs(ms: number, done: Promise<unknown>): Promise<unknown> {
  let timer: ReturnType<typeof setTimeout>;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  return Promise.race([done, late]).finally(() => clearTimeout(timer));
}
