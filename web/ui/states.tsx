import { CircleAlert, Inbox, WifiOff } from 'lucide-react';
import type { ReactNode } from 'react';
import { NoConnection, sentenceOf } from '../api/problem.ts';
import { Button } from './button.tsx';
import { Spinner } from './spinner.tsx';

/** What stands where nothing is there yet: why, and what to do about it. */
export function EmptyState({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="flex flex-col items-center gap-2 px-4 py-12 text-center">
      <Inbox aria-hidden className="size-8 text-muted" />
      <p className="font-medium">{title}</p>
      {children !== undefined && <div className="max-w-prose text-sm text-muted">{children}</div>}
    </div>
  );
}

/** What could not be read, in words, and a way to try again. */
export function ErrorState({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const Icon = error instanceof NoConnection ? WifiOff : CircleAlert;
  return (
    <div role="alert" className="flex flex-col items-center gap-3 px-4 py-12 text-center">
      <Icon aria-hidden className="size-8 text-danger" />
      <p className="max-w-prose">{sentenceOf(error)}</p>
      {onRetry !== undefined && (
        <Button variant="outline" size="sm" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

/** @param what that is being read, as `the pages` */
export function LoadingState({ what }: { what: string }) {
  return (
    <div role="status" className="flex items-center justify-center gap-2 px-4 py-12 text-muted">
      <Spinner />
      Reading {what} …
    </div>
  );
}

/** A failure beside what has failed, as in a form. */
export function ErrorLine({ error }: { error: unknown }) {
  if (error === null || error === undefined) return null;
  return (
    <p role="alert" className="rounded-lg bg-danger-soft px-3 py-2 text-sm text-danger">
      {sentenceOf(error)}
    </p>
  );
}
