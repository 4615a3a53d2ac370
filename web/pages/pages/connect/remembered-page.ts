import type { PageResource } from '../../../../src/contract/resources.ts';

/** A page that is to be connected again. */
export type KnownPage = Pick<PageResource, 'id' | 'facebookPageId' | 'name' | 'instagramAccountId'>;

const KEY = 'pagesync_connecting';

/** Which page somebody wants to connect again, while they are at Facebook with this tab. */
export function rememberPage({ id, facebookPageId, name, instagramAccountId }: KnownPage): void {
  sessionStorage.setItem(KEY, JSON.stringify({ id, facebookPageId, name, instagramAccountId }));
}

export function forgetPage(): void {
  sessionStorage.removeItem(KEY);
}

/** The page that was remembered; `null`: none was. */
export function rememberedPage(): KnownPage | null {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as KnownPage | null;
  } catch {
    return null;
  }
}
