import { createHmac } from 'node:crypto';
import { parseCleanJson } from './clean-text.ts';
import { classify, GraphError, poolOf, readErrorBody } from './errors.ts';
import { redactSecrets, redactToken } from './redact.ts';
import { LONGEST_WAIT_MS, readUsage, regainMs, type Usage } from './usage.ts';

/** Where and how Graph is called. */
export interface GraphEndpoint {
  /** Such as `https://graph.facebook.com`, without a slash at the end. */
  baseUrl: string;
  /** Such as `v25.0`. */
  version: string;
  /** With it, every call carries an `appsecret_proof`. */
  appSecret: string | null;
  timeoutMs: number;
  /** How long to keep away when Meta throttles without saying for how long. */
  throttleWaitMs: number;
  /** How long to keep away when Meta has blocked the app (368). */
  blockedWaitMs: number;
}

/** What a call is: without `method` it reads. */
export interface GraphRequest {
  path: string;
  /** These stand in the URL. */
  params: Record<string, string>;
  method?: 'GET' | 'POST' | 'DELETE';
  /** Sent in the body. All of it is secret. */
  form?: Record<string, string>;
  /** Secrets among the parameters: no error holds them, however Meta quotes what it was asked. */
  secrets?: readonly string[];
}

/**
 * One call; its parameters stand in the URL. The token travels in the `Authorization` header and stands in no URL, log or error.
 * `appsecret_proof` is the hex HMAC-SHA256 of the token by the app secret.
 *
 * @param token `null` where the form says who asks
 * @param signal aborts the call; the abort's own reason is thrown
 * @throws GraphError of the class that the answer, or its absence, belongs to
 */
export async function callGraph(
  endpoint: GraphEndpoint,
  token: string | null,
  { path, params, method = 'GET', form, secrets = [] }: GraphRequest,
  signal: AbortSignal,
): Promise<{ body: unknown; usage: Usage }> {
  const url = new URL(`${endpoint.baseUrl}/${endpoint.version}/${path}`);
  for (const [name, value] of Object.entries(params)) url.searchParams.set(name, value);
  if (endpoint.appSecret !== null && token !== null) {
    const proof = createHmac('sha256', endpoint.appSecret).update(token).digest('hex');
    url.searchParams.set('appsecret_proof', proof);
  }
  let response: Response;
  let raw: string;
  // not AbortSignal.timeout: as a source of AbortSignal.any it may be collected, and then never fires
  const tooLate = new AbortController();
  const timer = setTimeout(() => tooLate.abort(new DOMException('', 'TimeoutError')), endpoint.timeoutMs);
  try {
    response = await fetch(url, {
      method,
      headers: {
        accept: 'application/json',
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
      redirect: 'error',
      signal: AbortSignal.any([signal, tooLate.signal]),
    });
    raw = await response.text();
    if (token !== null) raw = redactToken(raw, token);
  } catch (error) {
    signal.throwIfAborted();
    throw new GraphError('transient', { detail: networkReason(error, endpoint.timeoutMs) });
  } finally {
    clearTimeout(timer);
  }
  const usage = readUsage(response.headers);
  let body: unknown = null;
  try {
    body = parseCleanJson(raw);
  } catch {
    if (response.ok) {
      throw new GraphError('transient', {
        status: response.status,
        usage,
        detail: 'Graph answered with something that is not JSON',
      });
    }
  }
  const error = readErrorBody(body === null ? null : withoutSecrets(raw, body, form, secrets));
  if (response.ok && error === null) return { body, usage };
  const kind = classify(response.status, error);
  const toldMs = Math.max(
    poolOf(kind, error) === 'asset' ? regainMs(usage) : 0,
    retryAfterMs(response.headers.get('retry-after')),
  );
  throw new GraphError(kind, {
    body: error,
    status: response.status,
    usage,
    untilMs: untilOf(kind, endpoint, Math.min(LONGEST_WAIT_MS, toldMs)),
  });
}

/** The answer as errors may quote it: what was sent in secret may be in it, and so may what it was asked for. */
function withoutSecrets(
  raw: string,
  body: unknown,
  form: Record<string, string> | undefined,
  secrets: readonly string[],
): unknown {
  const all = [...Object.values(form ?? {}), ...secrets];
  return all.length === 0 ? body : parseCleanJson(redactSecrets(raw, all));
}

/** @param toldMs how long Meta says to keep away; 0 when it says nothing */
function untilOf(kind: GraphError['kind'], endpoint: GraphEndpoint, toldMs: number): number | null {
  if (kind === 'blocked') return Date.now() + endpoint.blockedWaitMs;
  if (kind === 'gone') return Date.now() + endpoint.throttleWaitMs;
  if (kind !== 'throttle') return null;
  // jitter, so that not every worker comes back at the same moment
  const wait = toldMs > 0 ? toldMs : endpoint.throttleWaitMs;
  return Date.now() + Math.round(wait * (1 + Math.random() * 0.1));
}

/** `Retry-After` of RFC 9110: seconds or a date. */
function retryAfterMs(header: string | null): number {
  if (header === null) return 0;
  const seconds = Number(header);
  const ms = Number.isNaN(seconds) ? Date.parse(header) - Date.now() : seconds * 1000;
  return ms > 0 ? ms : 0;
}

/** Node hides the reason of a failed fetch in `cause`; neither holds the URL. */
function networkReason(error: unknown, timeoutMs: number): string {
  if (!(error instanceof Error)) return 'Graph could not be reached';
  if (error.name === 'TimeoutError') return `Graph did not answer within ${timeoutMs / 1000} s`;
  // only the code: messages may quote what was sent
  const cause = error.cause;
  return cause instanceof Error && 'code' in cause
    ? `Graph could not be reached: ${String(cause.code)}`
    : 'Graph could not be reached';
}
