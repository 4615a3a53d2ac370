export { AutoSyncWorkflow } from './auto-sync.ts';
export { BatchSyncWorkflow } from './batch-sync.ts';
export { MaintenanceWorkflow } from './maintenance.ts';
export { SyncWorkflow } from './sync.ts';
export { WebhookWorkflow } from './webhook.ts';
