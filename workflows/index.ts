export { MaintenanceWorkflow } from './maintenance.ts';
export { SyncWorkflow } from './sync.ts';
