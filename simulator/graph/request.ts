import { GraphError } from './failure.ts';
import { badParameter, reduceData } from './failures.ts';

/** What the edges need to know of a request. */
export type Asked = {
  /** `http://host:port/vNN.N`, the start of every page URL. */
  root: string;
  token: string;
  query: URLSearchParams;
  maxLimit: number;
  maxRows: number | null;
};

/** Rows a list answers when no limit is given, at every level. */
export const DEFAULT_LIMIT = 25;

/** Reads a `limit`; above the maximum the answer is the "reduce the amount of data" error. */
export function readLimit(text: string | null | undefined, request: Asked): number {
  if (text === null || text === undefined || text === '') return DEFAULT_LIMIT;
  if (!/^\d+$/.test(text) || Number(text) === 0) {
    throw new GraphError(badParameter(`Param limit must be a positive integer, not "${text}"`));
  }
  if (Number(text) > request.maxLimit) throw new GraphError(reduceData);
  return Number(text);
}

/** Throws the "reduce" error when a page would hold more nested messages than allowed. */
export function checkRows(conversations: number, messages: number, request: Asked): void {
  if (request.maxRows !== null && conversations * messages > request.maxRows)
    throw new GraphError(reduceData);
}
