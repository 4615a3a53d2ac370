import { DEMO_TOKEN } from '../options.ts';

/** An item of a list, as the tests look at it. */
export type Row = {
  id: string;
  updated_time: string;
  created_time: string;
  message?: string;
  from?: { id: string };
  participants?: { data: { id: string; name?: string; username?: string; email?: string }[] };
  messages: List;
} & Record<string, unknown>;

/** A list answer. */
export type List = {
  data: Row[];
  paging?: { cursors?: { before: string; after: string }; next?: string; previous?: string };
};

/** An answer of any kind: list, node or error. */
export type Body = List &
  Row & {
    error: { message: string; type: string; code: number; error_subcode?: number; fbtrace_id: string };
  };

export type Answer = { status: number; headers: Headers; text: string; body: Body };

/** One GET with the token in a header; `path` begins after the version. Body is `{}` when it is not JSON. */
export async function get(
  url: string,
  path: string,
  parameters: Record<string, string | number> = {},
  token: string | null = DEMO_TOKEN,
): Promise<Answer> {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) query.set(name, String(value));
  const headers: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(`${url}/v25.0${path}?${query}`, { headers });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parse(text) };
}

/** Follows `cursors.after` while there is a `next`; answers the pages. */
export async function pages(
  url: string,
  path: string,
  parameters: Record<string, string | number> = {},
  token: string = DEMO_TOKEN,
): Promise<List[]> {
  const result: List[] = [];
  let after: string | undefined;
  do {
    const { status, body } = await get(url, path, { ...parameters, ...(after ? { after } : {}) }, token);
    if (status !== 200) throw new Error(`walk ended with ${status}: ${body.error.message}`);
    result.push(body);
    after = body.paging?.next ? body.paging.cursors?.after : undefined;
  } while (after !== undefined);
  return result;
}

/** The ids of a list of pages, in the order they came. */
export function idsOf(lists: readonly List[]): string[] {
  return lists.flatMap((list) => list.data.map((row) => row.id));
}

function parse(text: string): Body {
  try {
    return JSON.parse(text);
  } catch {
    return {} as Body;
  }
}
