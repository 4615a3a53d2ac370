/** What an answer that is no success says (RFC 9457); `type` is `urn:pagesync:problem:<name>`. */
export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  detail: string;
  errors?: { field: string; message: string }[];
  [more: string]: unknown;
}

/** The API has answered, and not with what was asked for. `src/contract/problems.ts` names the problems. */
export class ApiProblem extends Error {
  readonly status: number;
  /** `sync-in-progress`, `validation`, …; `unknown` when something else than the API has answered. */
  readonly problem: string;
  readonly body: ProblemBody;
  /** When it may be tried again; `null`: nobody says. */
  readonly retryAfterSeconds: number | null;

  constructor(body: ProblemBody, retryAfterSeconds: number | null = null) {
    super(body.detail || body.title);
    this.body = body;
    this.status = body.status;
    this.problem = /^urn:pagesync:problem:(.+)$/.exec(body.type)?.[1] ?? 'unknown';
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** What is wrong with a field of what was sent; `null`: nothing. */
  fieldError(field: string): string | null {
    const message = this.body.errors?.find((error) => error.field === field)?.message;
    return message === undefined ? null : inPlainWords(message);
  }
}

const PLAIN: readonly [RegExp, string][] = [
  [/^Too small: expected string to have >=1 characters$/, 'must not be empty'],
  [/^Too big: expected string to have <=(\d+) characters$/, 'must have at most $1 characters'],
  [/^Too small: expected \w+ to be >=(-?\d+)$/, 'must be at least $1'],
  [/^Too big: expected \w+ to be <=(-?\d+)$/, 'must be at most $1'],
  [/^Invalid input: expected int, .*$/, 'must be a whole number'],
  [/^Invalid input: expected number, .*$/, 'must be a number'],
];

/** What the API's schemas say of a field, as people say it. */
function inPlainWords(message: string): string {
  const known = PLAIN.find(([pattern]) => pattern.test(message));
  return known === undefined ? message : message.replace(...known);
}

/** The API could not be reached, or broke off. */
export class NoConnection extends Error {}

export function isProblem(error: unknown, ...problems: string[]): error is ApiProblem {
  return error instanceof ApiProblem && problems.includes(error.problem);
}

/** What to do about problems that their own sentences do not say. */
const ADVICE: Record<string, string> = {
  unauthorized: 'Sign in again with a new link.',
  forbidden: 'Ask somebody with more rights for a new sign-in link.',
  csrf: 'Reload the page and try again.',
  'too-many-requests': 'Wait a moment and try again.',
  'temporal-unavailable': 'A sync that runs is not disturbed.',
  'database-unavailable': 'Nothing is lost.',
  internal: 'Try again; the log of the server says more.',
  unknown: 'Try again; if it stays so, look whether the server is well.',
};

const ADVICE_TO_PROGRAMS = ', or send the same Idempotency-Key again';

/** A failure in words: what happened, and what to do. */
export function sentenceOf(error: unknown): string {
  if (error instanceof NoConnection) return 'The server does not answer. Check the connection and try again.';
  if (!(error instanceof ApiProblem)) return 'Something went wrong in this page. Reload it and try again.';
  const fields = error.body.errors?.map(({ field, message }) => `${field} ${message}`) ?? [];
  const { title } = error.body;
  const detail = error.body.detail.replace(ADVICE_TO_PROGRAMS, '');
  if (fields.length > 0) return `${title}: ${fields.join('; ')}`;
  // the detail goes on where the title ends
  return [title, detail, ADVICE[error.problem]]
    .filter((sentence) => sentence !== undefined && sentence !== '')
    .map((sentence) => `${sentence}`.replace(/\.?$/, '.'))
    .join(' ');
}
