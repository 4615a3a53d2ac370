/** The events of `GET /api/changes`. */
export const CHANGE_NAMES = ['reset', 'page', 'job', 'conversations', 'notification'] as const;
export type ChangeName = (typeof CHANGE_NAMES)[number];

/** The most conversations that a hint names: a NOTIFY holds 8,000 bytes. */
export const MAX_NAMED_CONVERSATIONS = 100;
