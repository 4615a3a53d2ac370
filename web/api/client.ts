import type { SessionResource } from '../../src/contract/access.ts';
import { ApiProblem, isProblem, NoConnection, type ProblemBody } from './problem.ts';

/** Values of a query; `undefined`, `null` and empty text are left out. */
export type Query = Record<string, string | number | boolean | null | undefined>;

/** How to talk to a Pagesync API. */
export interface ApiClientOptions {
  /** Where it is; by default where the page comes from. */
  baseUrl?: string;
  /** A bearer token; by default the browser's session is used. */
  token?: string;
}

export interface RequestOptions {
  body?: unknown;
  query?: Query;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** The HTTP API from a browser: JSON in and out, failures as `ApiProblem` or `NoConnection`. */
export type ApiClient = ReturnType<typeof createApiClient>;

export function createApiClient({ baseUrl = '', token }: ApiClientOptions = {}) {
  let session: Promise<SessionResource> | null = null;

  const url = (path: string, query: Query = {}) => {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined && value !== null && value !== '') search.set(name, String(value));
    }
    return `${baseUrl}${path}${search.size > 0 ? `?${search}` : ''}`;
  };

  async function send<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
    const headers: Record<string, string> = { accept: 'application/json', ...options.headers };
    if (token !== undefined) headers.authorization = `Bearer ${token}`;
    else if (method !== 'GET') headers['x-csrf-token'] = (await readSession()).csrfToken ?? '';
    if (options.body !== undefined) headers['content-type'] = 'application/json';
    const response = await fetchOrFail(url(path, options.query), {
      method,
      headers,
      credentials: token === undefined ? 'same-origin' : 'omit',
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    if (!response.ok) throw await problemOf(response);
    if (response.status === 204) return undefined as T;
    try {
      return (await response.json()) as T;
    } catch (error) {
      throw new NoConnection('The answer broke off', { cause: error });
    }
  }

  /** Of this browser; asked for once, and again when its CSRF token is not good any more. */
  function readSession(): Promise<SessionResource> {
    session ??= send<SessionResource>('GET', '/api/session').catch((error: unknown) => {
      session = null;
      throw error;
    });
    return session;
  }

  async function change<T>(method: string, path: string, options?: RequestOptions): Promise<T> {
    try {
      return await send<T>(method, path, options);
    } catch (error) {
      // somebody has signed in anew in another tab
      if (!isProblem(error, 'csrf') || token !== undefined) throw error;
      session = null;
      return send<T>(method, path, options);
    }
  }

  return {
    /** For what is followed and not fetched: links, event streams. */
    url,
    /** Whether requests carry a token: an `EventSource` cannot. */
    token: token ?? null,
    get: <T>(path: string, options?: RequestOptions) => send<T>('GET', path, options),
    post: <T>(path: string, options?: RequestOptions) => change<T>('POST', path, options),
    patch: <T>(path: string, options?: RequestOptions) => change<T>('PATCH', path, options),
    delete: <T>(path: string, options?: RequestOptions) => change<T>('DELETE', path, options),
  };
}

async function fetchOrFail(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new NoConnection('The server does not answer', { cause: error });
  }
}

async function problemOf(response: Response): Promise<ApiProblem> {
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  const isProblemBody = response.headers.get('content-type')?.startsWith('application/problem+json') ?? false;
  const body = isProblemBody ? ((await response.json().catch(() => null)) as ProblemBody | null) : null;
  return new ApiProblem(
    body ?? {
      type: 'about:blank',
      title: 'The server gave an answer that is none of ours',
      status: response.status,
      detail: `It answered with ${response.status}.`,
    },
    Number.isFinite(retryAfter) ? retryAfter : null,
  );
}
