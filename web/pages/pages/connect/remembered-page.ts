import type { KnownPage } from './connect-dialog.tsx';

const KEY = 'pagesync_connecting';

/** Which page somebody wants to connect again, while they are at Facebook with this tab. */
export function rememberPage(page: KnownPage | null): void {
  if (page === null) return sessionStorage.removeItem(KEY);
  const { id, facebookPageId, name, instagramAccountId } = page;
  sessionStorage.setItem(KEY, JSON.stringify({ id, facebookPageId, name, instagramAccountId }));
}

/** The page that was remembered; `null`: none was. */
export function rememberedPage(): KnownPage | null {
  try {
    return JSON.parse(sessionStorage.getItem(KEY) ?? 'null') as KnownPage | null;
  } catch {
    return null;
  }
}
