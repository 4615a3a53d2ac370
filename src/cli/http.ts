import type { z } from 'zod';
import type { problemResource } from '../contract/resources.ts';

type Problem = z.infer<typeof problemResource>;

/** The API answered with a problem. */
export class ApiError extends Error {
  readonly status: number;
  readonly body: Partial<Problem>;

  constructor(status: number, body: Partial<Problem>) {
    super(body.detail ?? body.title ?? `HTTP ${status}`);
    this.status = status;
    this.body = body;
  }
}

/** Nobody answered, or somebody who is not the API. */
export class Unreachable extends Error {}

/** Longer than any answer takes: the API itself waits up to 15 seconds for a page's last sync to close. */
const TIMEOUT_MS = 60_000;

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

/** What goes into a query string; what is undefined does not. */
export type Query = Record<string, string | number | boolean | undefined>;

/** Calls the API: a path from `path`, a query, a body; the answer's text. */
export type Call = (method: Method, path: string, query?: Query, body?: object) => Promise<string>;

/** A path whose parts are what somebody typed: none of them can become two. */
export function path(literals: TemplateStringsArray, ...parts: string[]): string {
  return literals.reduce((before, literal, i) => before + encodeURIComponent(parts[i - 1] ?? '') + literal);
}

/**
 * @param url where the API is
 * @throws ApiError, Unreachable
 */
export function createCall(url: string, authorization: string): Call {
  return async (method, path, query = {}, body) => {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) search.set(name, String(value));
    }
    const response = await reach(url, () =>
      fetch(`${url}${path}${search.size === 0 ? '' : `?${search}`}`, {
        method,
        headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      }),
    );
    const text = await reach(url, () => response.text());
    if (!response.ok) throw new ApiError(response.status, problemOf(url, response, text));
    return text;
  };
}

async function reach<T>(url: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    const { cause, message } = error as Error & { cause?: { code?: string; message?: string } };
    throw new Unreachable(`${url} does not answer: ${cause?.code ?? cause?.message ?? message}`);
  }
}

/** @throws Unreachable when it is none of the API's: something else listens there, or a proxy has nothing behind it */
function problemOf(url: string, response: Response, text: string): Partial<Problem> {
  if (response.headers.get('content-type')?.startsWith('application/problem+json')) return JSON.parse(text);
  throw new Unreachable(`${url} answers with HTTP ${response.status}, and not as Pagesync does`);
}
