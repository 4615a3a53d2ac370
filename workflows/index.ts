export { SyncWorkflow } from './sync.ts';
