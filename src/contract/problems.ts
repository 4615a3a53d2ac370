/** A kind of problem: with which statuses it comes, and when. */
interface ProblemKind {
  status: readonly number[];
  when: string;
}

const kinds = {
  validation: {
    status: [422, 400],
    when: 'A field of the body (422) or a parameter of the query (400) is wrong: `errors: [{field, message}]`.',
  },
  'malformed-json': { status: [400], when: 'The body is not JSON, or broke off: `errors`.' },
  'unsupported-media-type': { status: [415], when: 'The body is not `application/json`.' },
  'too-large': { status: [413], when: 'The body is too large.' },
  unauthorized: { status: [401], when: 'No token, a wrong one, one that was revoked or has expired.' },
  forbidden: { status: [403], when: 'The token’s scope is too weak: `scope` is the one that is needed.' },
  csrf: {
    status: [403],
    when: 'A signed-in browser’s request would change something, and has no `X-CSRF-Token` of `GET /api/session`, or comes from another origin.',
  },
  'sign-in-link': { status: [401], when: 'The sign-in link was used, or is too old.' },
  'too-many-requests': {
    status: [429],
    when: 'The client has made too many requests, or its address has sent too many wrong tokens: `Retry-After`.',
  },
  'idempotency-key-reused': {
    status: [422],
    when: 'The `Idempotency-Key` was sent before, with another request.',
  },
  'idempotency-in-progress': {
    status: [409],
    when: 'The request with this `Idempotency-Key` is still being worked on.',
  },
  'precondition-failed': {
    status: [412],
    when: '`If-Match` names another state of the resource than it is in.',
  },
  'not-found': { status: [404], when: 'There is no such thing, or no such route.' },
  'sync-in-progress': {
    status: [409],
    when: 'The page is being synced: `jobId`, `progress` (as `GET …/sync`).',
  },
  'repair-in-progress': { status: [409], when: 'The conversation is being repaired: `jobId`.' },
  'batch-in-progress': { status: [409], when: 'The batch is at work: there is nothing to resume.' },
  'batch-not-running': { status: [404], when: 'The batch is not at work: there is nothing to cancel.' },
  'nothing-to-resume': { status: [409], when: 'The page has no checkpoint; the batch is complete.' },
  'nothing-to-retry': {
    status: [409],
    when: 'The job has set nothing aside that could be read again.',
  },
  'not-connected': { status: [409], when: 'The page, or its Instagram account, is not connected.' },
  'login-not-complete': {
    status: [409],
    when: 'The login with Facebook has no pages to choose from: `state`, and what to do in `detail`.',
  },
  'thread-unknown': {
    status: [409],
    when: 'Only webhooks know the conversation so far: the next sync finds its thread.',
  },
  'sync-not-running': { status: [404], when: 'No sync is running: there is nothing to steer.' },
  'not-scheduled': { status: [409], when: 'The maintenance task has no schedule.' },
  'sync-failed': {
    status: [502],
    when: 'The sync that was waited for could do nothing, or waits for a new token: `error`, `jobId`, `tokenExpired`.',
  },
  'bad-signature': { status: [401], when: 'A webhook’s signature does not fit its body.' },
  'bad-verify-token': { status: [403], when: 'The verify token of a handshake is not ours.' },
  'webhooks-not-configured': { status: [503], when: '`FACEBOOK_APP_SECRET` is not set.' },
  'facebook-login-not-configured': {
    status: [503],
    when: '`FACEBOOK_APP_ID` or `FACEBOOK_APP_SECRET` is not set.',
  },
  'meta-unavailable': {
    status: [503],
    when: 'Meta gives no answer now, and nothing was changed, unless `detail` says so: `retryAt` (or null), and `Retry-After` when it is known.',
  },
  'search-not-ready': {
    status: [503],
    when: 'The indexes of the search are being built, as once after an update; lists without `q` work.',
  },
  'temporal-unavailable': {
    status: [503],
    when: 'Temporal does not answer; `detail` says whether something may have been taken.',
  },
  'database-unavailable': { status: [503], when: 'PostgreSQL does not answer.' },
  internal: { status: [500], when: 'A fault of ours; the server’s log has the details.' },
} satisfies Record<string, ProblemKind>;

/** Stable names of problems; `type` is `urn:pagesync:problem:<name>` (RFC 9457). */
export type ProblemName = keyof typeof kinds;

export const PROBLEMS: Record<ProblemName, ProblemKind> = kinds;

/** The `type` of a problem. */
export function problemType(name: ProblemName): string {
  return `urn:pagesync:problem:${name}`;
}
