import { GraphError } from '../graph/index.ts';

/** What was given cannot be used; the message says why, in Meta's words where there are any. */
export class Refused extends Error {
  readonly field: string;

  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}

/** Meta gives no answer now, and nothing was changed. */
export class MetaUnavailable extends Error {
  /** When it may be asked again, epoch milliseconds; `null` when nobody knows. */
  readonly untilMs: number | null;

  constructor(message: string, untilMs: number | null = null) {
    super(message);
    this.untilMs = untilMs;
  }
}

/** Meta's codes and words for an app id or a secret that is wrong. */
const APP_CODE = 101;
const APP_WORDS = /client.?secret|access token signature|appsecret_proof/i;

/**
 * Asks Meta something on behalf of a person who waits.
 *
 * @param field what is wrong when Meta refuses
 * @throws Refused, MetaUnavailable
 */
export async function askMeta<T>(field: string, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  try {
    // a call ends by its own time-out
    return await call(new AbortController().signal);
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    if (error.body?.code === APP_CODE || APP_WORDS.test(error.message)) {
      throw new MetaUnavailable(
        `Meta does not accept FACEBOOK_APP_ID and FACEBOOK_APP_SECRET: ${error.message}`,
      );
    }
    if (error.kind === 'transient' || error.kind === 'throttle' || error.kind === 'blocked') {
      throw new MetaUnavailable(error.message, error.untilMs);
    }
    throw new Refused(field, error.message);
  }
}
