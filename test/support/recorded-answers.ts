import { randomUUID } from 'node:crypto';
import type { Found } from './leaks.ts';

/** How a call is sent, and what its answer may hold. */
export interface RecordedCall<T> {
  headers?: Record<string, string>;
  /** The secret that this answer hands out, and nothing else does. */
  handsOut?: (answer: T, headers: Headers) => string;
}

/** What makes such calls. */
export type Recorder = Pick<ReturnType<typeof recordAnswers>, 'call' | 'twice'>;

/**
 * Calls of the API whose answers are kept as they came, headers too, but for the secrets that they hand out.
 *
 * @param options `secrets` gets what was handed out, by what it is called in a failure
 */
export function recordAnswers(options: {
  url: () => string;
  token: () => string;
  secrets: Map<string, string>;
}) {
  const answers: Found[] = [];

  async function call<T>(
    method: string,
    path: string,
    body?: unknown,
    { headers, handsOut }: RecordedCall<T> = {},
  ): Promise<T> {
    const isForm = body instanceof URLSearchParams;
    const response = await fetch(options.url() + path, {
      method,
      redirect: 'manual',
      headers: {
        // a cookie says who asks as well
        ...(headers?.cookie === undefined ? { authorization: `Bearer ${options.token()}` } : {}),
        ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const value = (text.startsWith('{') ? JSON.parse(text) : text) as T;
    const where = `answer of ${method} ${path.split('?')[0]}`;
    let shown = `${response.status} ${JSON.stringify([...response.headers])}\n${text}`;
    if (handsOut !== undefined) {
      const secret = handsOut(value, response.headers);
      if (secret === '' || !shown.includes(secret)) throw new Error(`${where} hands out nothing: ${shown}`);
      options.secrets.set(`what ${where} handed out (${options.secrets.size})`, secret);
      shown = shown.replaceAll(secret, '');
    }
    answers.push({ where, text: shown });
    return value;
  }

  /** A request that is kept, and answered with what was kept when it is sent again. */
  async function twice<T>(method: string, path: string, body: unknown, handsOut?: (answer: T) => string) {
    const headers = { 'idempotency-key': randomUUID() };
    const options = handsOut === undefined ? { headers } : { headers, handsOut };
    await call<T>(method, path, body, options);
    return call<T>(method, path, body, options);
  }

  return { answers, call, twice };
}
