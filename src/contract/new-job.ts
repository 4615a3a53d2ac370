import { PLATFORMS, type Platform } from './platform.ts';
import type { JobResource } from './resources.ts';
import type { Selection, SyncOptions, SyncWorkflowInput } from './sync-options.ts';

/** Selects nothing in particular. */
export const NO_SELECTION: Selection = {
  since: null,
  until: null,
  platforms: null,
  unreadOnly: false,
  conversations: null,
};

/** A page, as its jobs are started. */
export interface JobPage {
  id: string;
  facebookPageId: string;
}

/** A new job of the page. @param jobId a UUID */
export function newJob(jobId: string, page: JobPage, options: SyncOptions): SyncWorkflowInput {
  return { jobId, pageId: page.id, facebookPageId: page.facebookPageId, resume: false, options };
}

/** A job that stopped, or has lost its workflow, goes on with its totals. */
export function resumedJob(
  page: JobPage,
  {
    id,
    mode,
    trigger,
    messageDepth,
    maxConversations,
    selection,
  }: Pick<JobResource, 'id' | 'mode' | 'trigger' | 'messageDepth' | 'maxConversations' | 'selection'>,
): SyncWorkflowInput {
  return {
    ...newJob(id, page, {
      mode,
      trigger,
      messageDepth,
      maxConversations,
      ...(selection === null ? {} : { selection }),
    }),
    resume: true,
  };
}

/** A job that reads these conversations, each by itself, with all their messages. @param jobId a UUID */
export function listedJob(
  jobId: string,
  page: JobPage,
  trigger: 'retry' | 'repair',
  conversations: readonly { platform: Platform; graphId: string }[],
): SyncWorkflowInput {
  return newJob(jobId, page, {
    mode: 'selective',
    trigger,
    messageDepth: 'all',
    maxConversations: null,
    selection: { ...NO_SELECTION, conversations: byPlatform(conversations) },
  });
}

/** The repair of one stored conversation. @param jobId a UUID */
export function repairJob(
  jobId: string,
  page: JobPage,
  conversation: { id: string; platform: Platform; graphId: string },
): SyncWorkflowInput {
  return { ...listedJob(jobId, page, 'repair', [conversation]), conversationId: conversation.id };
}

/** Graph ids by platform, as a selection names them. */
export function byPlatform(
  conversations: readonly { platform: Platform; graphId: string }[],
): Record<Platform, string[]> {
  const of = (platform: Platform) =>
    conversations.filter((c) => c.platform === platform).map((c) => c.graphId);
  return Object.fromEntries(PLATFORMS.map((platform) => [platform, of(platform)])) as Record<
    Platform,
    string[]
  >;
}
