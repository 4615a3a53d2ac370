import { z } from 'zod';
import type { GraphErrorKind, SyncError } from '../contract/sync-error.ts';
import { redact } from './redact.ts';
import type { Usage } from './usage.ts';

/** What Meta says of an error, as far as it says anything. */
export interface GraphErrorBody {
  message: string | null;
  type: string | null;
  code: number | null;
  subcode: number | null;
  isTransient: boolean | null;
  userMessage: string | null;
  traceId: string | null;
}

const number = z
  .union([
    z.number().int(),
    z
      .string()
      .regex(/^-?\d+$/)
      .transform(Number),
  ])
  .nullish()
  .catch(null);
/** An empty text says nothing; no text that is kept holds a token. */
const text = z
  .string()
  .nullish()
  .transform((value) => (value ? redact(value) : null))
  .catch(null);
const errorFields = z.looseObject({
  message: text,
  type: text,
  code: number,
  error_subcode: number,
  is_transient: z.boolean().nullish().catch(null),
  error_user_msg: text,
  fbtrace_id: text,
  // flat and legacy shapes
  error_type: text,
  error_code: number,
  error_message: text,
  error_description: text,
});

/**
 * Reads the error out of an answer in any of the shapes that Meta is known to send: `{"error": {…}}`, the flat
 * `{error_type, code, error_message}`, the legacy `{error_code, error_description}`, a code that stands only in
 * the text as `(#2200)`. Never throws.
 *
 * @returns `null` when the answer holds no error
 */
export function readErrorBody(body: unknown): GraphErrorBody | null {
  if (typeof body !== 'object' || body === null) return null;
  const nested = 'error' in body && typeof body.error === 'object' && body.error !== null ? body.error : null;
  if (nested === null && !('error_code' in body) && !('error_message' in body) && !('error_type' in body)) {
    return null;
  }
  const fields = errorFields.safeParse(nested ?? body);
  if (!fields.success) return null;
  const f = fields.data;
  const message = f.message ?? f.error_message ?? f.error_description ?? null;
  const codeInText = message === null ? null : /\(#(\d+)\)/.exec(message);
  return {
    message,
    type: f.type ?? f.error_type ?? null,
    code: f.code ?? f.error_code ?? (codeInText === null ? null : Number(codeInText[1])),
    subcode: f.error_subcode ?? null,
    isTransient: f.is_transient ?? null,
    userMessage: f.error_user_msg ?? null,
    traceId: f.fbtrace_id ?? null,
  };
}

const THROTTLE_CODES = new Set([4, 17, 32, 341, 613, 80008, 80009, 80014]);
const THROTTLE_SUBCODE = 2446079;
const PERMISSION_CODES = new Set([3, 10, 230, 36103, 2534041]);
const PERMISSION_SUBCODES = new Set([36103, 2534041]);

/**
 * Puts an error into its class, exactly as the table in the Graph document has it. The order matters: what Meta
 * says by code wins over what the HTTP status suggests.
 */
export function classify(status: number, error: GraphErrorBody | null): GraphErrorKind {
  if (status === 429) return 'throttle';
  if (error === null) return status >= 500 ? 'transient' : status === 401 ? 'auth' : 'bad_request';
  const { code, subcode, message, isTransient, type } = error;
  const says = (words: RegExp) => message !== null && words.test(message);

  if (code !== null && (THROTTLE_CODES.has(code) || (code >= 80000 && code <= 80006))) return 'throttle';
  if (subcode === THROTTLE_SUBCODE) return 'throttle';
  if ((code === 1 || code === -3) && says(/reduce the amount of data/i)) return 'shrink';
  if (code === 190 || code === 102) return 'auth';
  if (code === null && type === 'OAuthException' && isTransient !== true) return 'auth';
  if (code === 368) return 'blocked';
  if (code !== null && (PERMISSION_CODES.has(code) || (code >= 200 && code <= 299))) return 'permission';
  if (subcode !== null && PERMISSION_SUBCODES.has(subcode)) return 'permission';
  if (says(/\(#100\)\s*missing permission/i)) return 'permission';
  if (code === 9000001 || (code === 100 && (subcode === 33 || subcode === 2018001))) return 'gone';
  // a wrong app secret has the code of what passes, and does not
  if (code === 1 && says(/client.?secret/i)) return 'bad_request';
  if (isTransient === true) return 'transient';
  if (code === 2 || code === 960 || (code === 1 && isTransient === null)) return 'transient';
  if (code === 1) return 'bad_request';
  if (code === null && status >= 500) return 'transient';
  return status >= 500 && code !== 100 && code !== 2500 && code !== 104 ? 'transient' : 'bad_request';
}

/** The codes by which the app has used up its own pool, which is one for all pages. */
const APP_THROTTLE_CODES = new Set([4, 341]);

/**
 * Whose pool a throttle means. Code 17 (the user behind the token) and 368 are taken for the asset's: nobody knows
 * which pages share that user, each finds out by one call, and where Meta means the app its own meter shows it.
 */
export function poolOf(kind: GraphErrorKind, error: GraphErrorBody | null): 'asset' | 'app' {
  return kind === 'throttle' && error !== null && APP_THROTTLE_CODES.has(error.code ?? 0) ? 'app' : 'asset';
}

const APP_THROTTLED =
  'Meta limits how many calls the app may make for all its pages. The sync waits and goes on by itself.';

const WHAT_TO_DO: Record<GraphErrorKind, string> = {
  throttle: 'Meta limits how fast this page may be read. The sync waits and goes on by itself.',
  shrink: 'Meta found the answer too large. The sync asks for less at a time.',
  transient: 'Meta did not answer properly. The sync tries again.',
  auth: 'The connection to Facebook has expired or was revoked. Connect the page again, and the sync goes on where it stood.',
  permission:
    'The connection lacks a permission for this inbox. Grant pages_messaging (for Instagram also instagram_manage_messages, and allow access to messages in the Instagram app), connect the page again and resume.',
  gone: 'Facebook does not find this page, or does not show it to this connection.',
  blocked:
    'Meta has blocked this app for now because of its policies. Look at the alerts in the App Dashboard.',
  bad_request: 'Facebook refused the request.',
};

/** A Graph call that did not give what was asked for. Holds no token and no URL. */
export class GraphError extends Error {
  readonly kind: GraphErrorKind;
  readonly body: GraphErrorBody | null;
  readonly status: number | null;
  /** When calls are welcome again, epoch milliseconds; set for `throttle`, `blocked` and `gone`. */
  readonly untilMs: number | null;
  /** What the usage headers of the answer say; `null` when there was no answer. */
  readonly usage: Usage | null;
  /** Whose calls are unwelcome until then: those for this asset, or all of the app's. */
  readonly pool: 'asset' | 'app';
  readonly #sentence: string;

  constructor(
    kind: GraphErrorKind,
    reason: {
      body?: GraphErrorBody | null;
      status?: number | null;
      untilMs?: number | null;
      usage?: Usage | null;
      detail?: string;
      /** Instead of what people are told of this kind of error. */
      sentence?: string;
    },
  ) {
    const body = reason.body ?? null;
    super(reason.detail ?? describe(body, reason.status ?? null));
    this.name = 'GraphError';
    this.kind = kind;
    this.body = body;
    this.status = reason.status ?? null;
    this.untilMs = reason.untilMs ?? null;
    this.usage = reason.usage ?? null;
    this.pool = poolOf(kind, body);
    this.#sentence = reason.sentence ?? (this.pool === 'app' ? APP_THROTTLED : WHAT_TO_DO[kind]);
  }

  /** The error as a page owner sees it, with Meta's own words beside it. */
  toSyncError(): SyncError {
    return { kind: this.kind, message: this.#sentence, detail: this.message };
  }
}

function describe(body: GraphErrorBody | null, status: number | null): string {
  if (body === null) return `HTTP ${status ?? '?'} without a Graph error`;
  const numbers = [
    body.code === null ? null : `code ${body.code}`,
    body.subcode === null ? null : `subcode ${body.subcode}`,
    body.traceId === null ? null : `trace ${body.traceId}`,
  ].filter((part) => part !== null);
  const words = body.userMessage ?? body.message ?? body.type ?? 'Graph error';
  return numbers.length === 0 ? words : `${words} (${numbers.join(', ')})`;
}
