import { KeyRound, Pause, Play, RefreshCw, X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { SyncStatusResource } from '../../src/contract/resources.ts';
import { canContinue, isOpen } from '../sync/sync-status.ts';
import type { SyncCommand } from '../sync/use-sync-commands.ts';
import { Button } from '../ui/button.tsx';

/** What can be asked of a page's sync. */
export type PanelCommand = SyncCommand | 'start' | 'continue';

export interface LivePanelCommandsProps {
  status: SyncStatusResource | null;
  /** What was asked for and has not taken effect yet. */
  pending: PanelCommand | null;
  onCommand: (command: PanelCommand) => void;
  onReconnect?: () => void;
}

/** The commands that fit the sync as it is. */
export function LivePanelCommands({ status, pending, onCommand, onReconnect }: LivePanelCommandsProps) {
  /** The job that is to be cancelled, if somebody says yes: the question is not about the page's next one. */
  const [asked, setAsked] = useState<string | null>(null);
  /** Whether it was answered: the focus goes back to where it came from. */
  const [hasAnswered, setAnswered] = useState(false);
  if (asked !== null && (!isOpen(status) || status.job.id !== asked)) setAsked(null);
  if (hasAnswered && !isOpen(status)) setAnswered(false);
  const command = (name: PanelCommand, label: string, busyLabel: string, icon: ReactNode, isMain = false) => (
    <Button
      // one that takes the place of another keeps its focus
      key={name === 'resume' ? 'pause' : name}
      size="sm"
      variant={isMain ? 'default' : 'outline'}
      busy={pending === name}
      disabled={pending !== null && pending !== name && name !== 'cancel'}
      autoFocus={name === 'cancel' && hasAnswered}
      onClick={() => {
        if (name !== 'cancel') onCommand(name);
        else if (isOpen(status)) setAsked(status.job.id);
      }}
    >
      {pending !== name && icon}
      {pending === name ? busyLabel : label}
    </Button>
  );
  const stopped = status !== null && canContinue(status.job);
  if (!isOpen(status)) {
    const start = status === null ? 'Start the first sync' : stopped ? 'Start over' : 'Sync again';
    return (
      <>
        {stopped &&
          command('continue', 'Continue', 'Starting …', <Play aria-hidden className="size-4" />, true)}
        {command('start', start, 'Starting …', <RefreshCw aria-hidden className="size-4" />, !stopped)}
      </>
    );
  }
  const { job } = status;
  if (asked === job.id && pending !== 'cancel') {
    return (
      <CancelQuestion
        onAnswer={(yes) => {
          setAsked(null);
          setAnswered(true);
          if (yes) onCommand('cancel');
        }}
      />
    );
  }
  const isPaused = job.status === 'PAUSED' && !job.tokenExpired;
  return (
    <>
      {job.tokenExpired && onReconnect !== undefined && (
        <Button size="sm" onClick={onReconnect}>
          <KeyRound aria-hidden className="size-4" />
          Reconnect
        </Button>
      )}
      {[
        isPaused && command('resume', 'Resume', 'Resuming …', <Play aria-hidden className="size-4" />, true),
        job.status === 'IN_PROGRESS' &&
          command('pause', 'Pause', 'Pausing …', <Pause aria-hidden className="size-4" />),
      ]}
      {command('cancel', 'Cancel', 'Cancelling …', <X aria-hidden className="size-4" />)}
    </>
  );
}

/** Asks once more, where the button was. */
function CancelQuestion({ onAnswer }: { onAnswer: (yes: boolean) => void }) {
  return (
    <fieldset
      className="flex min-w-0 flex-wrap items-center gap-2"
      onKeyDown={(event) => event.key === 'Escape' && onAnswer(false)}
    >
      <legend className="sr-only">Cancel the sync?</legend>
      <span className="text-sm">What is stored stays, and it can be continued.</span>
      <Button size="sm" variant="danger" onClick={() => onAnswer(true)}>
        Cancel the sync
      </Button>
      {/* whoever has pressed Enter twice has changed nothing */}
      <Button size="sm" variant="outline" autoFocus onClick={() => onAnswer(false)}>
        Let it go on
      </Button>
    </fieldset>
  );
}
