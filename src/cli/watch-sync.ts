import type { JobResource, StreamEvent } from '../contract/resources.ts';
import type { ApiClient } from './api-client.ts';
import { followStream } from './event-stream.ts';
import { path } from './http.ts';

/** The events of `GET /api/pages/:id/sync/stream` before `final`. */
const NAMES = ['snapshot', 'progress'] as const;

type FinalEvent = StreamEvent & { job: JobResource };

/**
 * Watches a page's sync until it ends. A connection that is lost comes back by itself where it stopped.
 *
 * @param onEvent called for every snapshot and every conversation, and for the end
 * @param signal stops watching; the sync goes on
 * @returns the job at its end; `null` when watching was stopped
 * @throws ApiError when the server refuses the stream, Unreachable when it stays away
 */
export async function watchSync(
  client: ApiClient,
  pageId: string,
  onEvent: (event: StreamEvent, name: (typeof NAMES)[number] | 'final') => void,
  signal: AbortSignal,
): Promise<JobResource | null> {
  const final = await followStream<(typeof NAMES)[number], StreamEvent, FinalEvent>(
    client,
    path`/api/pages/${pageId}/sync/stream`,
    NAMES,
    onEvent,
    signal,
  );
  return final?.job ?? null;
}
