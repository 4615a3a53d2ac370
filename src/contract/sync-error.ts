/**
 * Classes of Graph API errors, the table in the Graph document. Each has one defined end:
 * see `workflows/sync-state.ts`.
 */
export const GRAPH_ERROR_KINDS = [
  'throttle',
  'shrink',
  'transient',
  'auth',
  'permission',
  'gone',
  'blocked',
  'bad_request',
] as const;

export type GraphErrorKind = (typeof GRAPH_ERROR_KINDS)[number];

/** An error as a page owner sees it. Holds no token and no content of a message. */
export interface SyncError {
  kind: GraphErrorKind | 'internal';
  /** A sentence that says what happened and what to do. */
  message: string;
  /** Meta's own sentence, code, subcode and trace id, where there are any. */
  detail: string | null;
}

/** Something that nobody expected. @param detail no content and no token */
export function internalError(detail: string | null): SyncError {
  return {
    kind: 'internal',
    message: 'The sync met an error of its own. What was stored is kept; the worker’s log has the details.',
    detail,
  };
}

/** `type` of the `ApplicationFailure`s that activities throw. Part of the contract with histories. */
export const FAILURE_TYPES = {
  /** Something that nobody expected, again and again. */
  internal: 'Internal',
  /** The job or page is not in the database, or the job cannot be resumed. */
  jobNotFound: 'JobNotFound',
  /** How a job that could not work ends its workflow. */
  syncFailed: 'SyncFailed',
} as const;
