import type { Platform } from '../../../src/contract/platform.ts';
import type { MessageDepth, SyncMode } from '../../../src/contract/sync-options.ts';

/** What somebody has entered to start a sync with, as the fields hold it. */
export interface SyncForm {
  mode: SyncMode;
  /** Empty: all messages. */
  messageDepth: string;
  /** Empty: no bound. */
  maxConversations: string;
  /** Of `datetime-local` fields: the reader's own time. */
  since: string;
  until: string;
  /** Empty: all that the page has. */
  platforms: readonly Platform[];
  unreadOnly: boolean;
}

export const EMPTY_FORM: SyncForm = {
  mode: 'incremental',
  messageDepth: '',
  maxConversations: '',
  since: '',
  until: '',
  platforms: [],
  unreadOnly: false,
};

/** Body of `POST /api/pages/{id}/sync`. */
export interface SyncRequestBody {
  mode: SyncMode;
  messageDepth?: MessageDepth;
  maxConversations?: number;
  since?: string;
  until?: string;
  platforms?: Platform[];
  unreadOnly?: true;
}

/** The request that a form stands for: what is empty is left to the API, and only a selective sync selects. */
export function syncRequestOf(form: SyncForm): SyncRequestBody {
  const { mode, messageDepth, maxConversations, since, until, platforms, unreadOnly } = form;
  return {
    mode,
    ...(messageDepth === '' ? {} : { messageDepth: Number(messageDepth) }),
    ...(maxConversations === '' ? {} : { maxConversations: Number(maxConversations) }),
    ...(mode === 'selective'
      ? {
          ...(since === '' ? {} : { since: new Date(since).toISOString() }),
          ...(until === '' ? {} : { until: new Date(until).toISOString() }),
          ...(platforms.length === 0 ? {} : { platforms: [...platforms] }),
          ...(unreadOnly ? { unreadOnly: true as const } : {}),
        }
      : {}),
  };
}
