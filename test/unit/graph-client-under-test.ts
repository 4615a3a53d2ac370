import { createGraphClient } from '../../src/graph/client.ts';
import type { GraphClient, GraphInbox } from '../../src/graph/index.ts';
import { PAGE, TOKEN } from './graph-samples.ts';
import { generousMeter, serve } from './graph-server.ts';

export const INBOX: GraphInbox = { pageId: PAGE, asset: PAGE, token: TOKEN, platform: 'messenger' };

/** What Graph answers; its status is 200 unless said. */
export type Answer = { status?: number; body: unknown };

export const TOO_MUCH: Answer = {
  status: 500,
  body: { error: { code: 1, message: "Please reduce the amount of data you're asking for, then retry" } },
};
export const UNKNOWN: Answer = { status: 400, body: { error: { code: 100, error_subcode: 33 } } };
export const DEAD_CURSOR: Answer = { status: 400, body: { error: { code: 100, message: 'bad cursor' } } };
export const DOWN: Answer = { status: 500, body: { error: { code: 2, is_transient: true } } };

/** The real client, against answers that are made up per request. */
export async function clientAgainst(
  answerTo: (url: URL) => Answer,
): Promise<{ graph: GraphClient; urls: URL[] }> {
  const urls: URL[] = [];
  const endpoint = await serve((req, res) => {
    const url = new URL(req.url ?? '', 'http://graph');
    urls.push(url);
    const { status = 200, body } = answerTo(url);
    res.writeHead(status).end(JSON.stringify(body));
  });
  return { graph: createGraphClient(endpoint, generousMeter().budget, 0), urls };
}

/** Paging that leads on after a cursor, or ends. */
export const pagingTo = (after: string | null) =>
  after === null ? {} : { next: `https://graph.facebook.com/v25.0/x?access_token=${TOKEN}&after=${after}` };
