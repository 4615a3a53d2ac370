import type { Page } from '../page.ts';
import { TASKS } from './scopes.ts';

/** Somebody who can sign in at the dialog. */
export type User = {
  id: string;
  name: string;
  /** Their pages with what they may do there; null = all pages of the simulator, everything. */
  pages: { id: string; tasks: readonly string[] }[] | null;
  /** Permissions that they refuse in the dialog. */
  declined: readonly string[];
  /** `GET /me/accounts` with a larger `limit` gets "reduce the amount of data". */
  reduceAbove: number | null;
};

export const DEMO_USER: Readonly<User> = {
  id: '10150000000000001',
  name: 'Demo User',
  pages: null,
  declined: [],
  reduceAbove: null,
};

/** A page as one person sees it. */
export type PageOfUser = { page: Page; tasks: readonly string[] };

/** A person's pages, those that are not there left out. */
export function pagesOf(user: User, all: ReadonlyMap<string, Page>): PageOfUser[] {
  if (user.pages === null) return [...all.values()].map((page) => ({ page, tasks: TASKS }));
  return user.pages.flatMap(({ id, tasks }) => {
    const page = all.get(id);
    return page ? [{ page, tasks }] : [];
  });
}
