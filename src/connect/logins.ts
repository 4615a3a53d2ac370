import { createHash, randomBytes } from 'node:crypto';
import type { BegunFacebookLogin } from '../contract/facebook-login.ts';
import { LOGIN_SCOPES } from '../contract/page-token.ts';
import type { GraphApp } from '../graph/index.ts';
import type { LoginPage, Store } from '../store/index.ts';
import { askMeta, MetaUnavailable, Refused } from './ask-meta.ts';

/** How people are sent to Facebook and back. */
export interface LoginSettings {
  appId: string;
  /** Of the dialog, such as `https://www.facebook.com`, without a slash at the end. */
  dialogBaseUrl: string;
  /** Of the dialog, such as `v25.0`. */
  version: string;
  /** A configuration of Facebook Login for Business, which names the permissions; `null`: we name them. */
  configId: string | null;
}

/** What came back with a person. */
interface Answer {
  /** Who brings it. */
  principal: string;
  /** The login that it must be of; `null`: whichever the state is of. */
  id: string | null;
  state: string;
}

/** Signing in with Facebook (requirement G1): the dialog, the code that comes back, the pages of the person. */
export type FacebookLogins = ReturnType<typeof createFacebookLogins>;

export function createFacebookLogins(store: Store, app: GraphApp, settings: LoginSettings) {
  const { logins } = store;
  return {
    /**
     * Begins a login. The state and the verifier (PKCE) are made here: the state is only in the link, the verifier
     * nowhere outside.
     *
     * @param principal who begins it: nobody else can complete it
     * @param redirectUri where Facebook sends the person back to
     */
    async begin(principal: string, redirectUri: string): Promise<BegunFacebookLogin> {
      const state = randomBytes(32).toString('base64url');
      const verifier = randomBytes(32).toString('base64url');
      const { id, expiresAt } = await logins.begin(principal, digest(state), verifier, redirectUri);
      const url = new URL(`${settings.dialogBaseUrl}/${settings.version}/dialog/oauth`);
      url.search = new URLSearchParams({
        client_id: settings.appId,
        redirect_uri: redirectUri,
        response_type: 'code',
        state,
        code_challenge: digest(verifier).toString('base64url'),
        code_challenge_method: 'S256',
        ...(settings.configId === null
          ? { scope: LOGIN_SCOPES.join(',') }
          : { config_id: settings.configId, override_default_response_type: 'true' }),
      }).toString();
      return { id, url: url.href, redirectUri, expiresAt };
    },

    /**
     * Takes what came back with the person: lists all their pages, with tokens that do not end by time. The state is used
     * up, unless Meta does not answer the code.
     *
     * @returns the login's id
     * @throws Refused for a state that is none, used, too old or somebody else's, and for a code that Meta refuses;
     *   MetaUnavailable
     */
    async complete(answer: Answer & { code: string }): Promise<string> {
      const login = await take(answer);
      let exchanged = false;
      try {
        const { redirectUri, verifier } = login;
        const short = await askMeta('code', (signal) =>
          app.exchangeCode({ code: answer.code, redirectUri, verifier }, signal),
        );
        exchanged = true;
        const long = await askMeta('code', (signal) => app.prolong(short, signal));
        await logins.complete(login.id, await askMeta('code', (signal) => app.accounts(long, signal)));
        return login.id;
      } catch (error) {
        if (error instanceof MetaUnavailable && !exchanged) {
          await logins.giveBack(login.id);
          throw error;
        }
        const isTold = error instanceof Refused || error instanceof MetaUnavailable;
        await logins.fail(login.id, isTold ? error.message : 'Something went wrong. Begin again.');
        if (!(error instanceof MetaUnavailable)) throw error;
        throw new MetaUnavailable(`${error.message} The code is used up: begin again.`, error.untilMs);
      }
    },

    /**
     * Takes the refusal that came back with the person.
     *
     * @returns the login's id
     * @throws Refused for a state that is none, used, too old or somebody else's
     */
    async decline(answer: Answer & { error: string }): Promise<string> {
      const { id } = await take(answer);
      await logins.fail(id, `Facebook says: ${answer.error.slice(0, 300)}`);
      return id;
    },

    /** The principal's login that has or had the state; `null` when there is none. */
    withState: (principal: string, state: string) => logins.withState(principal, digest(state)),

    /**
     * The pages of the person that are to be connected.
     *
     * @param facebookPageIds `null`: all that can be
     * @throws Refused naming those that the person has not, or may not read the messages of
     */
    async chosen(
      id: string,
      facebookPageIds: readonly string[] | null,
    ): Promise<(LoginPage & { accessToken: string })[]> {
      const found = await logins.tokens(id, facebookPageIds);
      const known = new Set(found.map((page) => page.facebookPageId));
      const unknown = (facebookPageIds ?? []).filter((one) => !known.has(one));
      if (unknown.length > 0) {
        throw new Refused('facebookPageIds', `are not of this login, or it is over: ${unknown.join(', ')}`);
      }
      const mute = found.filter((page) => !page.canMessage).map((page) => page.facebookPageId);
      if (mute.length > 0) {
        throw new Refused('facebookPageIds', `lack the task MESSAGING for this person: ${mute.join(', ')}`);
      }
      return found.flatMap(({ accessToken, ...page }) =>
        accessToken === null ? [] : [{ ...page, accessToken }],
      );
    },
  };

  async function take({ principal, id, state }: Answer) {
    const login = await logins.answer(principal, digest(state), id);
    if (login === null)
      throw new Refused('state', 'is not of this login, was used, or is too old. Begin again.');
    return login;
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
