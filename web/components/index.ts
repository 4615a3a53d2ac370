// What other apps import: docs/components.md.

export { LivePanel, type LivePanelProps } from './live-panel.tsx';
export { ManualSyncButton } from './ManualSyncButton.tsx';
export type { ManualSyncButtonProps } from './manual-sync-button-props.ts';
export { PagesyncProvider, type PagesyncProviderProps } from './pagesync-provider.tsx';
export type { SyncOutcome } from './sync-outcome.ts';
