import type { JobResource } from '../../../src/contract/resources.ts';
import { MODE_LABELS } from '../../../src/contract/statistics.ts';
import type { SyncMode, SyncTrigger } from '../../../src/contract/sync-options.ts';
import { formatNumberOf } from '../../format/numbers.ts';
import { formatDateTime } from '../../format/times.ts';

/** What a job is, as `Full sync`. */
export function jobKind({ mode, conversationId }: Pick<JobResource, 'mode' | 'conversationId'>): string {
  return conversationId === null ? MODE_LABELS[mode] : 'Repair of a conversation';
}

/** Of a list to choose from. */
export const MODE_NAMES: Record<SyncMode, string> = {
  full: 'Full',
  incremental: 'Incremental',
  selective: 'Selective',
};

/** Of a list to choose from. */
export const TRIGGER_NAMES: Record<SyncTrigger, string> = {
  manual: 'By hand',
  schedule: 'By schedule',
  batch: 'By a batch',
  retry: 'Retry of what was set aside',
  repair: 'Repair of a conversation',
};

/** What a job was asked to cover, in words, each on its own. */
export function jobScope(job: JobResource): string[] {
  const { messageDepth, maxConversations, selection } = job;
  const messages =
    messageDepth === 'all' ? 'all messages' : `the newest ${formatNumberOf(messageDepth, 'message')} of each`;
  if (job.conversationId !== null) return ['one conversation', messages];
  const listed = Object.values(selection?.conversations ?? {}).reduce((sum, ids) => sum + ids.length, 0);
  return [
    ...(maxConversations === null ? [] : [`at most ${formatNumberOf(maxConversations, 'conversation')}`]),
    ...(listed === 0 ? [] : [`${formatNumberOf(listed, 'named conversation')}`]),
    ...(selection?.since ? [`active since ${formatDateTime(selection.since)}`] : []),
    ...(selection?.until ? [`active until ${formatDateTime(selection.until)}`] : []),
    ...(selection?.platforms ? [`${selection.platforms.join(' and ')} alone`] : []),
    ...(selection?.unreadOnly ? ['unread ones alone'] : []),
    messages,
  ];
}

/** Whether a job is at work, or will be. */
export function isOpen({ completedAt }: Pick<JobResource, 'completedAt'>): boolean {
  return completedAt === null;
}
