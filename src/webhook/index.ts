export { readWebhookBody, type WebhookBody, type WebhookEntry } from './body.ts';
export { isSignedByMeta } from './signature.ts';
