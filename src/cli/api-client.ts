import type { z } from 'zod';
import type {
  ApiTokenResource,
  CreatedTokenResource,
  CreateTokenRequest,
  SignInLinkResource,
} from '../contract/access.ts';
import type {
  BatchPageResource,
  BatchResource,
  BatchStatusResource,
  CreateBatchRequest,
} from '../contract/batch-resources.ts';
import type { BegunFacebookLogin, FacebookLoginResource } from '../contract/facebook-login.ts';
import type { JobReportResource } from '../contract/job-report.ts';
import type { NotificationResource, UnreadCounts } from '../contract/notifications.ts';
import type { ConnectPageRequest, PatchPageRequest, StartSyncRequest } from '../contract/requests.ts';
import type {
  FailureResource,
  JobResource,
  ListResource,
  PageResource,
  pageDetailResource,
  SyncStatusResource,
} from '../contract/resources.ts';
import type { Scope } from '../contract/scopes.ts';
import { createCall, type Method, path, type Query, Unreachable } from './http.ts';

type PageDetail = z.infer<typeof pageDetailResource>;

/** What all lists take. */
export type ListQuery = { limit?: number; cursor?: string | undefined };

/** The HTTP API, as a program that is not the dashboard uses it. A page is our UUID or the Facebook page ID. */
export type ApiClient = ReturnType<typeof createApiClient>;

/** @param token for `Authorization: Bearer` */
export function createApiClient(url: string, token: string) {
  const authorization = `Bearer ${token}`;
  const call = createCall(url, authorization);
  async function ask<T>(method: Method, path: string, query?: Query, body?: object): Promise<T> {
    const text = await call(method, path, query, body);
    try {
      return JSON.parse(text) as T;
    } catch {
      throw new Unreachable(`${url} does not answer as Pagesync does`);
    }
  }
  return {
    url,
    authorization,

    listPages: (query: ListQuery = { limit: 200 }) =>
      ask<ListResource<PageResource>>('GET', '/api/pages', query),
    getPage: (page: string) => ask<PageDetail>('GET', path`/api/pages/${page}`),
    connectPage: (page: ConnectPageRequest) => ask<PageResource>('POST', '/api/pages', {}, page),
    disconnectPage: (page: string) => ask<PageResource>('DELETE', path`/api/pages/${page}`),
    beginFacebookLogin: (request: { redirectUri?: string }) =>
      ask<BegunFacebookLogin>('POST', '/api/facebook-logins', {}, request),
    completeFacebookLogin: (login: string, answer: { code: string; state: string }) =>
      ask<FacebookLoginResource>('POST', path`/api/facebook-logins/${login}/complete`, {}, answer),
    connectFacebookPages: (login: string, chosen: { facebookPageIds: string[] } | { all: true }) =>
      ask<{ data: PageResource[] }>('POST', path`/api/facebook-logins/${login}/connect`, {}, chosen),
    patchPage: (page: string, changes: PatchPageRequest) =>
      ask<PageDetail>('PATCH', path`/api/pages/${page}`, {}, changes),

    startSync: (page: string, request: Partial<StartSyncRequest>) =>
      ask<JobResource>('POST', path`/api/pages/${page}/sync`, {}, request),
    getSync: (page: string) => ask<SyncStatusResource>('GET', path`/api/pages/${page}/sync`),
    pauseSync: (page: string) => ask<JobResource>('POST', path`/api/pages/${page}/sync/pause`),
    resumeSync: (page: string) => ask<JobResource>('POST', path`/api/pages/${page}/sync/resume`),
    cancelSync: (page: string) => ask<JobResource>('POST', path`/api/pages/${page}/sync/cancel`),

    listJobs: (query: ListQuery & { pageId?: string | undefined; status?: string | undefined }) =>
      ask<ListResource<JobResource>>('GET', '/api/jobs', query),
    getJob: (job: string) => ask<JobResource>('GET', path`/api/jobs/${job}`),
    listFailures: (job: string, query: ListQuery) =>
      ask<ListResource<FailureResource>>('GET', path`/api/jobs/${job}/failures`, query),
    getJobReport: (job: string) => ask<JobReportResource>('GET', path`/api/jobs/${job}/report`),
    jobReportCsv: (job: string) => call('GET', path`/api/jobs/${job}/report.csv`),
    failuresCsv: (job: string, query: { payload?: boolean }) =>
      call('GET', path`/api/jobs/${job}/failures.csv`, query),
    retryFailed: (job: string) => ask<JobResource>('POST', path`/api/jobs/${job}/retry-failed`),

    createToken: (request: CreateTokenRequest) =>
      ask<CreatedTokenResource>('POST', '/api/tokens', {}, request),
    listTokens: (query: ListQuery) => ask<ListResource<ApiTokenResource>>('GET', '/api/tokens', query),
    revokeToken: (id: string) => ask<ApiTokenResource>('DELETE', path`/api/tokens/${id}`),
    createSignInLink: (request: { scope?: Scope } = {}) =>
      ask<SignInLinkResource>('POST', '/api/sign-in-links', {}, request),

    createBatch: (request: Partial<CreateBatchRequest>) =>
      ask<BatchResource>('POST', '/api/batches', {}, request),
    listBatches: (query: ListQuery & { status?: string | undefined }) =>
      ask<ListResource<BatchResource>>('GET', '/api/batches', query),
    getBatch: (batch: string) => ask<BatchStatusResource>('GET', path`/api/batches/${batch}`),
    listBatchPages: (batch: string, query: ListQuery & { state?: string | undefined }) =>
      ask<ListResource<BatchPageResource>>('GET', path`/api/batches/${batch}/pages`, query),
    cancelBatch: (batch: string) => ask<BatchResource>('POST', path`/api/batches/${batch}/cancel`),
    resumeBatch: (batch: string) => ask<BatchResource>('POST', path`/api/batches/${batch}/resume`),

    listNotifications: (query: ListQuery & { unread?: true | undefined; pageId?: string | undefined }) =>
      ask<ListResource<NotificationResource>>('GET', '/api/notifications', query),
    readNotification: (id: string) => ask<NotificationResource>('POST', path`/api/notifications/${id}/read`),
    readAllNotifications: () =>
      ask<{ read: number; unread: UnreadCounts }>('POST', '/api/notifications/read-all'),
  };
}
