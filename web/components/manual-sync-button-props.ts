import type { SyncOutcome } from './sync-outcome.ts';

/** What `ManualSyncButton` takes. */
export interface ManualSyncButtonProps {
  /** Pagesync's id of the page, a UUID. */
  pageId: string;
  /** Facebook's id of the page: what it is called where it has no name. */
  facebookPageId: string;
  /** As people know the page. */
  pageName?: string;
  /** Called once for each sync that ends while the button is shown, whoever started it. */
  onSyncComplete?: (outcome: SyncOutcome) => void;
  variant?: 'default' | 'outline' | 'ghost';
  size?: 'default' | 'sm' | 'lg' | 'icon';
  /** Whether a sync's progress is shown while it runs; it is by default. */
  showProgress?: boolean;
}
