import type { SyncSliceInput } from '../src/contract/slice.ts';
import type { CallOptions, GraphInbox } from '../src/graph/index.ts';
import type { SliceDeps } from './run-slice.ts';

/** Enough for what an inbox gets within the overlap of two syncs; more is looked at by walking. */
const LOOK_AT = 25;

/**
 * The light question of a smart sync (requirement A6): one call for ids and times of the newest conversations. There
 * is nothing new when all that were updated since the watermark are stored as they are.
 *
 * @throws GraphError
 */
export async function lookForNews(
  { graph, store }: Pick<SliceDeps, 'graph' | 'store'>,
  input: SyncSliceInput,
  inbox: GraphInbox,
  options: CallOptions,
): Promise<boolean> {
  const { conversations, rejected, after } = await graph.newestConversations(inbox, LOOK_AT, options);
  if (rejected.length > 0) return true;
  const recent: { id: string; updatedTime: string; messageCount: number | null }[] = [];
  let reachesWatermark = after === null;
  for (const { id, updatedTime, messageCount } of conversations) {
    if (updatedTime === null) return true;
    if (input.stopBelow !== null && updatedTime < input.stopBelow) reachesWatermark = true;
    else recent.push({ id, updatedTime, messageCount });
  }
  return !reachesWatermark || !(await store.conversations.areStored(input.pageId, input.platform, recent));
}
