import type { Json } from '../types.ts';

/** Which meter a throttle answer fills: the app's, the page's (`X-Page-Usage`) or the asset's business pool. */
export type Meter = 'app' | 'page' | 'asset';

/** An answer that is not data: what goes out instead of rows. */
export type Failure = {
  status: number;
  /** The JSON body; `text` wins when given. */
  body?: Json;
  text?: string;
  contentType?: string;
  throttle?: Meter;
  /** Minutes written into `estimated_time_to_regain_access`. */
  regainMinutes?: number;
};

/** Thrown by the edges; the server turns it into the answer. */
export class GraphError extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super('graph error');
    this.failure = failure;
  }
}

/** The members of `error` beside message, type and code. */
export type ErrorExtra = {
  error_subcode?: number;
  is_transient?: boolean;
  error_user_title?: string;
  error_user_msg?: string;
};

/** An error body in Graph's usual shape; `fbtrace_id` is added when it is sent. */
export function failure(
  status: number,
  code: number,
  message: string,
  extra: ErrorExtra = {},
  type = 'OAuthException',
): Failure {
  return { status, body: { error: { message, type, code, ...extra } } };
}
