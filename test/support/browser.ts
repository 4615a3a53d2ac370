/** A browser that has signed in by a link, and shows a page of ours. */
export interface Browser {
  /** `name=value` of the session's cookie. */
  cookie: string;
  csrfToken: string;
  /** As a page of ours does it; headers that are empty are left out. */
  fetch(path: string, init?: { method?: string; headers?: Record<string, string> }): Promise<Response>;
}

/** Presses the button of a sign-in link's page, as a browser does. */
export async function pressSignIn(url: string, base = new URL(url).origin): Promise<Response> {
  const page = await fetch(base + new URL(url).pathname + new URL(url).search);
  const html = await page.text();
  const [, action] = /<form method="post" action="([^"]+)">/.exec(html) ?? [];
  const [, code] = /<input type="hidden" name="code" value="([^"]+)">/.exec(html) ?? [];
  if (action === undefined || code === undefined) throw new Error(`No form: ${page.status} ${html}`);
  // a page without referrer says no more of its origin
  const headers = { origin: 'null', 'sec-fetch-site': 'same-origin' };
  const body = new URLSearchParams({ code });
  return fetch(new URL(action, base), { method: 'POST', headers, body, redirect: 'manual' });
}

/** Signs in by a link. @throws when it is not good */
export async function signIn(url: string): Promise<Browser> {
  const { origin } = new URL(url);
  const response = await pressSignIn(url);
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
