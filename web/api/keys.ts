// Names of what TanStack Query keeps. Whoever invalidates `['jobs']` invalidates every list of jobs.

export const keys = {
  session: ['session'] as const,
  pages: ['pages'] as const,
  page: (id: string) => ['pages', 'one', id] as const,
  /** What pages are called, all of them. */
  pageNames: ['page-names'] as const,
  /** The newest job of a page, as `GET /api/pages/{id}/sync` has it. */
  sync: (pageId: string) => ['sync', pageId] as const,
  jobs: ['jobs'] as const,
  job: (id: string) => ['jobs', 'one', id] as const,
  conversations: ['conversations'] as const,
  conversation: (id: string) => ['conversations', 'one', id] as const,
  /** Of all conversations. */
  allEvents: ['events'] as const,
  events: (conversationId: string) => ['events', conversationId] as const,
  tags: ['tags'] as const,
  analytics: ['analytics'] as const,
  health: ['health'] as const,
  notifications: ['notifications'] as const,
  batches: ['batches'] as const,
  batch: (id: string) => ['batches', 'one', id] as const,
};
