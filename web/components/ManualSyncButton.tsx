import { useSyncPermission } from '../sync/permission.ts';
import type { ManualSyncButtonProps } from './manual-sync-button-props.ts';
import { ManualSyncButtonView } from './manual-sync-button-view.tsx';
import { useManualSync } from './use-manual-sync.ts';

export type { ManualSyncButtonProps } from './manual-sync-button-props.ts';

/**
 * Starts a sync of a page, continues one that has stopped, and shows how it goes and how it ended, whoever started it.
 * Needs a `QueryClientProvider` around it, and nothing else of the app that it stands in.
 */
export function ManualSyncButton({
  pageId,
  facebookPageId,
  pageName,
  onSyncComplete,
  variant = 'default',
  size = 'default',
  showProgress = true,
}: ManualSyncButtonProps) {
  const page = pageName ?? `page ${facebookPageId}`;
  const shown = useManualSync(pageId, page, onSyncComplete);
  const refusal = useSyncPermission();
  return (
    <ManualSyncButtonView
      {...shown}
      page={page}
      refusal={refusal}
      variant={variant}
      size={size}
      showProgress={showProgress}
    />
  );
}
