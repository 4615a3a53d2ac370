import type { UserToken } from '../login/logins.ts';
import { type PageOfUser, pagesOf } from '../login/users.ts';
import type { Json } from '../types.ts';
import type { World } from '../world.ts';
import { GraphError } from './failure.ts';
import { deadCursor, reduceData } from './failures.ts';
import { checkFields, type Fields, parseFields, prune } from './fields.ts';
import { type Asked, readLimit } from './request.ts';

const DEFAULT_FIELDS = 'access_token,category,name,id,tasks';
const FIELDS: ReadonlySet<string> = new Set([
  'id',
  'name',
  'access_token',
  'category',
  'tasks',
  'instagram_business_account',
]);

/** `GET /me/accounts`: the pages that a person has let the app see, with a token for each. */
export function accounts(given: UserToken, request: Asked, world: World): Json {
  const { query } = request;
  const limit = readLimit(query.get('limit'), request);
  const { reduceAbove } = given.user;
  if (reduceAbove !== null && limit > reduceAbove) throw new GraphError(reduceData);
  const fields = parseFields(query.get('fields') || DEFAULT_FIELDS);
  checkFields(fields, FIELDS, 'Page');
  const all = pagesOf(given.user, world.pages);
  const from = startOf(query.get('after'), all);
  const shown = all.slice(from, from + limit);
  const data = shown.map((one) => render(one, fields, given, world));
  const [first, last] = [shown[0], shown.at(-1)];
  if (!first || !last) return { data };
  const cursors = { before: cursorOf(first), after: cursorOf(last) };
  if (from + limit >= all.length) return { data, paging: { cursors } };
  const next = new URL(`${request.root}/me/accounts`);
  for (const name of ['fields', 'limit']) {
    const value = query.get(name);
    if (value) next.searchParams.set(name, value);
  }
  next.searchParams.set('access_token', request.token);
  next.searchParams.set('after', cursors.after);
  return { data, paging: { cursors, next: next.href } };
}

function render({ page, tasks }: PageOfUser, fields: Fields, given: UserToken, world: World): Json {
  const asks = (name: string) => fields.list.some((field) => field.name === name);
  const values: Json = { id: page.id, name: page.name, category: 'Local business', tasks: [...tasks] };
  if (asks('access_token')) values.access_token = world.pageTokenFor(page, given);
  if (page.instagramAccountId !== null) values.instagram_business_account = { id: page.instagramAccountId };
  return { ...(prune(values, fields) as Json), id: page.id };
}

function cursorOf({ page }: PageOfUser): string {
  return Buffer.from(`page:${page.id}`).toString('base64url');
}

function startOf(cursor: string | null, all: readonly PageOfUser[]): number {
  if (!cursor) return 0;
  const index = all.findIndex((one) => cursorOf(one) === cursor);
  if (index < 0) throw new GraphError(deadCursor);
  return index + 1;
}
