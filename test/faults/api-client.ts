import type { JobResource, PageResource } from '../../src/contract/resources.ts';

/** The API over HTTP, as far as campaigns need it. */
export interface ApiClient {
  url: string;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  get(path: string): Promise<Answer>;
  post(path: string, body?: object): Promise<Answer>;
}

export interface Answer {
  status: number;
  body: PageResource & JobResource & { jobId?: string };
}

export function apiClient(url: string, token: string): ApiClient {
  const send = (path: string, init: RequestInit = {}) =>
    fetch(url + path, {
      ...init,
      headers: { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string> | undefined) },
    });
  const answer = async (response: Response): Promise<Answer> => ({
    status: response.status,
    body: JSON.parse(await response.text()),
  });
  return {
    url,
    fetch: send,
    get: async (path) => answer(await send(path)),
    post: async (path, body = {}) =>
      answer(
        await send(path, {
          method: 'POST',
          body: JSON.stringify(body),
          headers: { 'content-type': 'application/json' },
        }),
      ),
  };
}
