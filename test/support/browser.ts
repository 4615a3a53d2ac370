/** A browser that has followed a sign-in link, and shows a page of ours. */
export interface Browser {
  /** `name=value` of the session's cookie. */
  cookie: string;
  csrfToken: string;
  /** As a page of ours does it; headers that are empty are left out. */
  fetch(path: string, init?: { method?: string; headers?: Record<string, string> }): Promise<Response>;
}

/** Follows a sign-in link. @throws when it is not good */
export async function signIn(url: string): Promise<Browser> {
  const { origin } = new URL(url);
  const response = await fetch(url, { redirect: 'manual' });
  const cookie = response.headers.get('set-cookie')?.split(';')[0];
  if (response.status !== 303 || cookie === undefined) throw new Error(`Not signed in: ${response.status}`);
  const session = await fetch(`${origin}/api/session`, { headers: { cookie } });
  const { csrfToken } = (await session.json()) as { csrfToken: string };
  return {
    cookie,
    csrfToken,
    fetch(path, { method = 'GET', headers = {} } = {}) {
      const all = { cookie, origin, 'x-csrf-token': csrfToken, ...headers };
      const given = Object.entries(all).filter(([, value]) => value !== '');
      return fetch(origin + path, { method, headers: Object.fromEntries(given), redirect: 'manual' });
    },
  };
}
