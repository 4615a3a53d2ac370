import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { toast } from 'sonner';
import type { PageResource } from '../../src/contract/resources.ts';
import { useApi } from '../api/context.ts';
import { keys } from '../api/keys.ts';
import { isProblem, sentenceOf } from '../api/problem.ts';
import { mustBeSaid } from '../api/refusal.ts';
import { formatRelative } from '../format/times.ts';
import { useLastSync } from '../sync/last-sync.ts';
import { latest } from '../sync/latest.ts';
import { hasCoveredPage, isOpen, type KnownSync } from '../sync/sync-status.ts';
import { announcementOf } from '../sync/sync-words.ts';
import { useSync, useSyncEnd } from '../sync/use-sync.ts';
import { useSyncCommands } from '../sync/use-sync-commands.ts';
import { useNow } from '../ui/relative-time.tsx';
import { type ButtonState, type Notice, SHOWN_MS, stateOf } from './button-state.ts';
import { outcomeOf } from './outcome-of.ts';
import type { SyncOutcome } from './sync-outcome.ts';

/** What a button shows and does. @param page what the page is called */
export function useManualSync(pageId: string, page: string, onSyncComplete?: (outcome: SyncOutcome) => void) {
  const { known, error } = useSync(pageId);
  const { start, steer } = useSyncCommands(pageId);
  const [notice, setNotice] = useNotice();
  const nowMs = Math.max(useNow(), Date.now());
  const lastSynced = useLastSynced(pageId, known, nowMs);
  useSyncEnd(pageId, (job) => {
    const outcome = outcomeOf(job);
    setNotice(outcome);
    onSyncComplete?.(outcome);
  });

  const status = known?.status;
  const state = stateOf(status, { isStarting: start.isPending, notice, page, nowMs });
  const trouble = mustBeSaid(error) ? sentenceOf(error) : null;
  const onError = (error: unknown) => {
    if (isProblem(error, 'sync-in-progress')) {
      toast.info('Sync already in progress', {
        description: `${page} is being synced; the button shows how it goes.`,
      });
    } else {
      setNotice({ status: 'error', message: sentenceOf(error), inserted: 0, updated: 0, eventsCreated: 0 });
    }
  };
  return {
    state,
    hint: lastSynced.text,
    trouble,
    announcement: trouble ?? announce(state, status, nowMs),
    onLook: lastSynced.ask,
    onPress() {
      setNotice(null);
      if (state.kind === 'paused') steer.mutate('resume', { onError });
      else start.mutate({ resume: state.kind === 'partial' }, { onError });
    },
  };
}

/** What is told for a few seconds. */
function useNotice() {
  const [notice, setNotice] = useState<Notice | null>(null);
  useEffect(() => {
    if (notice === null) return;
    const ms = notice.status === 'complete' ? SHOWN_MS.success : SHOWN_MS.error;
    const timer = setTimeout(() => setNotice(null), ms);
    return () => clearTimeout(timer);
  }, [notice]);
  return [notice, setNotice] as const;
}

/**
 * When the page was last synced: as this browser has seen it, as its newest sync says, or as the page has it, which is asked when
 * somebody looks; whichever is the latest, since another browser or a schedule may have synced it.
 */
function useLastSynced(
  pageId: string,
  known: KnownSync | null | undefined,
  nowMs: number,
): { text: string; ask: () => void } {
  const api = useApi();
  const seen = useLastSync(pageId);
  const [isAsked, setAsked] = useState(false);
  const page = useQuery({
    queryKey: keys.page(pageId),
    queryFn: ({ signal }) => api.get<PageResource>(`/api/pages/${pageId}`, { signal }),
    networkMode: 'always',
    enabled: isAsked,
  });
  const job = known?.status.job;
  const ended = job !== undefined && hasCoveredPage(job) ? job.completedAt : null;
  const iso = latest([seen, ended, page.data?.lastSyncedAt]);
  const unknown = page.data?.lastSyncedAt === null ? 'Never synced' : 'Reads all conversations of the page';
  return {
    text: iso ? `Last synced ${formatRelative(iso, nowMs)}` : unknown,
    ask: () => setAsked(true),
  };
}

function announce(
  state: ButtonState,
  status: Parameters<typeof announcementOf>[0] | null | undefined,
  nowMs: number,
): string {
  if (state.kind === 'success' || state.kind === 'error') return state.hint;
  if (state.kind === 'partial') return state.isNews ? state.hint : '';
  return isOpen(status) ? announcementOf(status, nowMs) : '';
}
