import type { Request, Response } from 'express';
import type { BatchPageEvent } from '../contract/batch-resources.ts';
import { hasBatchEnded } from '../contract/batches.ts';
import type { BatchChanges } from '../store/index.ts';
import type { ApiDeps } from './deps.ts';
import { EventStream } from './event-stream.ts';
import { notFound } from './problem.ts';

/** Event ids grow with the batch: its revision, times a million, and the number of the event within it. */
const IDS_PER_REVISION = 1_000_000;

/** Shortest time between two looks at the rows, in milliseconds: many jobs change many times a second. */
const SPACING_MS = 500;

/** Looks at no page but those at work. */
const NO_REVISION = Number.MAX_SAFE_INTEGER;

/**
 * Server-sent events of a batch: `snapshot` (the batch; at the start, and when it changes otherwise than by a page),
 * `page` (a page has moved, or its job has got on; at most twice a second each) and `final`, after which the stream
 * closes. Ids only grow; a client that comes back with `Last-Event-ID` gets every page that has moved since, and 204 after
 * the final event.
 */
export async function streamBatch(
  { store, hub }: Pick<ApiDeps, 'store' | 'hub'>,
  batchId: string,
  req: Request,
  res: Response,
): Promise<void> {
  const stream = new EventStream(hub, req, res);
  /** Ends the subscriptions to the jobs at work. */
  const watched = new Map<string, () => void>();
  /** Revision of each page as it was sent. */
  const sent = new Map<string, number>();
  let isOpen = false;
  let timer: NodeJS.Timeout | null = null;
  let wanted = false;
  stream.onEnd(hub.subscribe(batchId, () => hurry()));
  stream.onEnd(() => {
    if (timer !== null) clearTimeout(timer);
    for (const end of watched.values()) end();
    watched.clear();
  });

  let since = Math.floor(stream.lastId / IDS_PER_REVISION);
  let number = stream.lastId % IDS_PER_REVISION;
  const begun = await store.batchSyncs.changes(batchId, since > 0 ? since : NO_REVISION);
  if (begun === null) throw notFound('Batch');
  const ended = hasBatchEnded(begun.batch.status);
  isOpen = await stream.open(ended ? finalId(begun.batch.revision) : null);
  if (!isOpen) return;

  const send = (name: string, data: object) => {
    number += 1;
    stream.send(name, since * IDS_PER_REVISION + number, data);
  };
  const show = ({ batch, pages }: BatchChanges, isFirst: boolean) => {
    const changed = batch.revision > since;
    if (changed) {
      since = batch.revision;
      number = 0;
    }
    const moved = pages.filter((page) => sent.get(page.pageId) !== page.revision);
    if (isFirst || (changed && moved.length === 0)) send('snapshot', batch);
    for (const page of moved) {
      sent.set(page.pageId, page.revision);
      send('page', { page, counts: batch.counts } satisfies BatchPageEvent);
    }
    watch(new Set(pages.filter((page) => page.settledAt === null).map((page) => page.jobId)));
    if (!hasBatchEnded(batch.status)) return;
    stream.send('final', finalId(batch.revision), batch);
    stream.end();
  };
  const watch = (jobs: Set<string | null>) => {
    if (stream.isClosed) return;
    for (const [job, end] of watched) {
      if (jobs.has(job)) continue;
      end();
      watched.delete(job);
    }
    for (const job of jobs) {
      if (job !== null && !watched.has(job))
        watched.set(
          job,
          hub.subscribe(job, () => hurry()),
        );
    }
  };
  /** Looks soon; hints that come meanwhile are answered by one more look. */
  function hurry(): void {
    wanted = true;
    if (!isOpen || stream.isClosed || timer !== null) return;
    timer = setTimeout(async () => {
      wanted = false;
      await stream.refresh(async () => {
        const changes = await store.batchSyncs.changes(batchId, since);
        if (changes !== null) show(changes, false);
      });
      timer = null;
      if (wanted) hurry();
    }, SPACING_MS);
  }
  show(begun, true);
  if (wanted) hurry();
}

function finalId(revision: number): number {
  return revision * IDS_PER_REVISION + IDS_PER_REVISION - 1;
}
