import { useState } from 'react';
import { isProblem } from '../api/problem.ts';
import { mustBeSaid } from '../api/refusal.ts';
import { useSyncPermission } from '../sync/permission.ts';
import { useSync, useSyncWatch } from '../sync/use-sync.ts';
import { hasTakenEffect, type SyncCommand, useSyncCommands } from '../sync/use-sync-commands.ts';
import { useNow } from '../ui/relative-time.tsx';
import { ErrorState, LoadingState } from '../ui/states.tsx';
import type { PanelCommand } from './live-panel-commands.tsx';
import { LivePanelView } from './live-panel-view.tsx';

export interface LivePanelProps {
  /** Pagesync's id of the page, a UUID. */
  pageId: string;
  /** What is done about a token that is gone; without it there is no button for it. */
  onReconnect?: () => void;
}

const CLOCK_MS = 1000;

/** A page's sync as it goes, whoever started it: what it has done, what it does, and the commands that it takes. */
export function LivePanel({ pageId, onReconnect }: LivePanelProps) {
  const { known, error, connection } = useSync(pageId);
  const { look } = useSyncWatch(pageId);
  const { start, steer } = useSyncCommands(pageId);
  const [sent, setSent] = useState<{ command: SyncCommand; jobId: string } | null>(null);
  /** The job that was there when a command was last given: what became of the command is no news of the next one. */
  const [commanded, setCommanded] = useState<string | null>(null);
  const refusal = useSyncPermission();
  const nowMs = Math.max(useNow(CLOCK_MS), Date.now());

  const jobId = known?.status.job.id ?? null;
  // a command is taken at once and takes effect within a slice
  if (sent !== null && (sent.jobId !== jobId || hasTakenEffect(sent.command, known?.status))) setSent(null);

  if (known === undefined) {
    return (
      <section aria-label="Sync" className="pagesync rounded-xl border border-line bg-surface">
        {error === null ? <LoadingState what="the sync" /> : <ErrorState error={error} onRetry={look} />}
      </section>
    );
  }

  const starting = start.isPending ? (start.variables.resume ? 'continue' : 'start') : null;
  const onCommand = (command: PanelCommand) => {
    start.reset();
    steer.reset();
    setCommanded(jobId);
    if (command === 'start' || command === 'continue') {
      start.mutate({ resume: command === 'continue' });
    } else if (jobId !== null) {
      setSent({ command, jobId });
      steer.mutate(command, { onError: () => setSent(null) });
    }
  };
  const failure = isProblem(start.error, 'sync-in-progress') ? null : (start.error ?? steer.error);
  const trouble = mustBeSaid(error) ? error : null;
  return (
    <LivePanelView
      known={known}
      // nothing is tried until somebody does something about it
      connection={trouble === null ? connection : 'quiet'}
      nowMs={nowMs}
      refusal={refusal}
      pending={starting ?? sent?.command ?? null}
      error={(commanded === jobId ? failure : null) ?? trouble}
      onCommand={onCommand}
      {...(onReconnect === undefined ? {} : { onReconnect })}
    />
  );
}
