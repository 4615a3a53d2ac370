import { RefreshCw } from 'lucide-react';
import { Button } from '../ui/button.tsx';

/** How a sync ended that a button has followed. Plain values: it may be stored or sent on. */
export interface SyncResult {
  pageId: string;
  jobId: string;
  /** `partial` and `cancelled` syncs can be continued when `resumable`. */
  status: 'complete' | 'partial' | 'cancelled' | 'error';
  /** Conversations that are new, have changed, and were stored already. */
  inserted: number;
  updated: number;
  unchanged: number;
  /** What was set aside: the job's page says why. */
  failed: number;
  /** Messages and other events that are new. */
  eventsCreated: number;
  resumable: boolean;
  /** What went wrong, in words; `null`: nothing did. */
  error: string | null;
  /** ISO 8601. */
  endedAt: string;
}

export interface ManualSyncButtonProps {
  /** Pagesync's id of the page, a UUID. */
  pageId: string;
  /** Facebook's id of the page. */
  facebookPageId: string;
  /** As people know the page. */
  pageName?: string;
  /** Called once for each sync that ends while the button is shown, whoever started it. */
  onSyncComplete?: (result: SyncResult) => void;
  variant?: 'default' | 'outline' | 'ghost';
  size?: 'default' | 'sm' | 'lg' | 'icon';
  /** Whether a sync's progress is shown while it runs; it is by default. */
  showProgress?: boolean;
}

/** Starts a sync of a page, and shows how it goes and how it ended. */
export function ManualSyncButton({ variant, size }: ManualSyncButtonProps) {
  return (
    <Button variant={variant ?? 'default'} size={size ?? 'default'} disabled>
      <RefreshCw aria-hidden className="size-4" />
      Sync
    </Button>
  );
}
