import type { IssuedToken, Page } from '../page.ts';
import { mintToken } from './mint-token.ts';

/**
 * The page token that a person's token gives: the same one as long as it is good, a new one after that. What a
 * short-lived token gives ends with it; `untilSec` 0 = not by time.
 */
export function issuePageToken(page: Page, wanted: IssuedToken, nowSec: number): string {
  if (page.expiresAtSec !== 0 && page.expiresAtSec <= nowSec) {
    expirePage(page);
    page.expiresAtSec = 0;
  }
  for (const [token, issued] of page.issuedTokens) {
    const isSame = issued.userId === wanted.userId && issued.untilSec === wanted.untilSec;
    if (isSame && String(issued.scopes) === String(wanted.scopes)) return token;
  }
  const token = mintToken();
  page.issuedTokens.set(token, wanted);
  return token;
}

/** Ends every token that the page has; a new login gives a new one. */
export function expirePage(page: Page): void {
  page.expired = true;
  for (const token of page.issuedTokens.keys()) page.retiredTokens.add(token);
  page.issuedTokens.clear();
}

/** When a token of the page ends, in epoch seconds, 0 = not by time; null when it has ended. */
export function expiryOf(page: Page, token: string, nowSec: number): number | null {
  const issued = page.issuedTokens.get(token);
  if (!issued && (token !== page.token || page.expired)) return null;
  const ends = [page.expiresAtSec, issued?.untilSec ?? 0].filter((sec) => sec !== 0);
  const first = ends.length > 0 ? Math.min(...ends) : 0;
  return first !== 0 && first <= nowSec ? null : first;
}
