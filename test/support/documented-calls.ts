import { expect } from 'vitest';
import { type Description, documentedAnswers } from './documented-answers.ts';
import type { Api } from './stack.ts';

/**
 * Calls to an API, each of whose answers is held against the document that it serves.
 *
 * @param api of which the document is
 */
export async function documentedCalls(api: Api) {
  const answers = documentedAnswers((await api.get<Description>('/api/openapi.json')).body);
  const called = new Set<string>();

  async function call<T = unknown>(method: string, path: string, body?: unknown, at = api) {
    const json = { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const init = { method, redirect: 'manual', ...(body === undefined ? {} : json) } as const;
    return answered<T>(method, path, await at.fetch(path, init));
  }

  async function answered<T = unknown>(method: string, path: string, response: Response) {
    const text = await response.text();
    const { operationId, status } = answers.check(method, path, response, text);
    const type = response.headers.get('content-type') ?? '';
    if (/csv|problem/.test(type)) expect(response.headers.get('cache-control'), path).toBe('no-store');
    return { operationId, status, body: (type.includes('json') ? JSON.parse(text) : text) as T };
  }

  return {
    /** Operation ids of the document, and those that have worked. */
    described: answers.operations.map(({ operationId }) => operationId),
    called,
    call,
    answered,

    /** Calls that must work. */
    async works<T = unknown>(method: string, path: string, body?: unknown, at = api): Promise<T> {
      const answer = await call<T>(method, path, body, at);
      expect(answer, `${method} ${path}: ${JSON.stringify(answer.body)}`).toMatchObject({
        status: expect.toSatisfy((status: number) => status < 400),
      });
      called.add(answer.operationId);
      return answer.body;
    },

    /**
     * A stream that does not end by itself: it is left when all of these events have come.
     *
     * @param happen called when the stream has begun
     */
    async streams(path: string, events: readonly string[], happen: () => Promise<unknown>): Promise<void> {
      const abort = new AbortController();
      const response = await api.fetch(path, { signal: abort.signal });
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
      let text = '';
      let happened: Promise<unknown> | null = null;
      while (!events.every((name) => text.includes(`event:${name}\n`))) {
        const chunk = await reader?.read();
        if (chunk?.value === undefined) throw new Error(`${path} has ended: ${response.status} ${text}`);
        text += chunk.value;
        happened ??= happen();
      }
      abort.abort();
      await happened;
      called.add((await answered('GET', path, new Response(text, response))).operationId);
    },

    /** Calls that must not work, and say so as the document does. */
    async fails(status: number, method: string, path: string, body?: unknown): Promise<void> {
      const answer = await call(method, path, body);
      expect(answer.status, `${method} ${path}: ${JSON.stringify(answer.body)}`).toBe(status);
    },
  };
}
