import type { SignInLinkResource } from '../contract/access.ts';
import type { ConnectPageRequest, StartSyncRequest } from '../contract/requests.ts';
import type { JobResource, ListResource, PageResource, SyncStatusResource } from '../contract/resources.ts';

/** The API answered with a problem. */
export class ApiError extends Error {
  readonly status: number;
  readonly body: { title?: string; detail?: string; progress?: SyncStatusResource | null };

  constructor(status: number, body: ApiError['body']) {
    super(body.detail ?? body.title ?? `HTTP ${status}`);
    this.status = status;
    this.body = body;
  }
}

/** The HTTP API, as a program that is not the dashboard uses it. */
export type ApiClient = ReturnType<typeof createApiClient>;

/** @param token for `Authorization: Bearer` */
export function createApiClient(url: string, token: string) {
  const authorization = `Bearer ${token}`;
  async function call<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await fetch(url + path, {
      method,
      headers: { authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new ApiError(response.status, answer as ApiError['body']);
    return answer as T;
  }
  return {
    url,
    authorization,
    createSignInLink: () => call<SignInLinkResource>('POST', '/api/sign-in-links', {}),
    connectPage: (page: ConnectPageRequest) => call<PageResource>('POST', '/api/pages', page),
    listPages: () => call<ListResource<PageResource>>('GET', '/api/pages?limit=200'),
    startSync: (pageId: string, request: Partial<StartSyncRequest>) =>
      call<JobResource>('POST', `/api/pages/${pageId}/sync`, request),
    getSync: (pageId: string) => call<SyncStatusResource>('GET', `/api/pages/${pageId}/sync`),
    resumeSync: (pageId: string) => call<JobResource>('POST', `/api/pages/${pageId}/sync/resume`),
  };
}
