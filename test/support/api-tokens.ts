import type { CreatedTokenResource } from '../../src/contract/access.ts';
import type { Scope } from '../../src/contract/scopes.ts';
import type { Api } from './stack.ts';

/** Makes an API token of this scope. @throws when it is refused */
export async function newToken(api: Api, scope: Scope): Promise<CreatedTokenResource> {
  const request = { name: `may ${scope}`, scope };
  const { status, body } = await api.post<CreatedTokenResource>('/api/tokens', request);
  if (status !== 201) throw new Error(`Making a token: ${status} ${JSON.stringify(body)}`);
  return body;
}

/** Calls with a token, and nothing else that says who asks. */
export function callAs(api: Api, token: string, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(api.url + path, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } });
}
