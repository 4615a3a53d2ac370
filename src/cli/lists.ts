import { type Command, InvalidArgumentError } from 'commander';
import type { ListResource } from '../contract/resources.ts';
import type { ListQuery } from './api-client.ts';

/** The most that the API gives at once. */
const MOST = 200;

/** Options of every command that lists something. */
export interface ListOptions {
  limit: number;
  cursor?: string;
}

export function withListOptions(command: Command): Command {
  return command
    .option('--limit <n>', 'how many to list', positiveInteger, 50)
    .option('--cursor <cursor>', 'go on after an earlier list: its nextCursor');
}

/** Reads as many pages of a list as its limit takes. */
export async function readList<T>(
  { limit, cursor }: ListOptions,
  read: (query: ListQuery) => Promise<ListResource<T>>,
): Promise<ListResource<T>> {
  const data: T[] = [];
  let next: string | undefined = cursor;
  for (;;) {
    const page = await read({ limit: Math.min(MOST, limit - data.length), cursor: next });
    data.push(...page.data);
    if (page.nextCursor === null || data.length >= limit) return { data, nextCursor: page.nextCursor };
    next = page.nextCursor;
  }
}

/** For commander: a number of things. */
export function positiveInteger(text: string): number {
  const n = Number(text);
  if (!/^\d+$/.test(text) || n < 1) throw new InvalidArgumentError('It must be a number from 1 on.');
  return n;
}
