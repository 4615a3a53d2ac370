import { APP_POOL, type AppMeter } from '../contract/budget.ts';
import { type Account, readAccounts } from './accounts.ts';
import { GraphError } from './errors.ts';
import { callGraph, type GraphEndpoint, type GraphRequest } from './request.ts';
import { type InspectedToken, readInspectedToken, readIssuedToken } from './tokens.ts';
import { notNow, wholePercent } from './turns.ts';
import type { Usage } from './usage.ts';

/** The app at Meta that the tokens belong to. */
export interface FacebookApp {
  id: string;
  secret: string;
}

/** Pages asked for at once; Meta may find it too many. */
const ACCOUNTS = 100;

const ACCOUNT_FIELDS = 'id,name,access_token,tasks,instagram_business_account';

/** What the app asks of Meta for itself: tokens for codes, whose pages there are, what a token is good for. */
export type GraphApp = ReturnType<typeof createGraphApp>;

/**
 * These calls are about no inbox: they wait for no turn of a page's. They count in the app's own pool, which is small:
 * while Meta wants no calls of the app, none is made.
 */
export function createGraphApp(endpoint: GraphEndpoint, { id, secret }: FacebookApp, meter: AppMeter) {
  /** @throws GraphError */
  async function call(token: string | null, request: GraphRequest, signal: AbortSignal): Promise<unknown> {
    const { blockedUntilMs, why } = await meter.pool();
    if (blockedUntilMs !== null) throw notNow(blockedUntilMs, why ?? undefined);
    try {
      const { body, usage } = await callGraph(endpoint, token, request, signal);
      await observe(usage);
      return body;
    } catch (error) {
      if (error instanceof GraphError) {
        if (error.usage !== null) await observe(error.usage);
        if (error.untilMs !== null && error.pool === 'app') {
          await meter.block(APP_POOL, Math.max(0, error.untilMs - Date.now()), error.message);
        }
      }
      throw error;
    }
  }

  async function observe(usage: Usage): Promise<void> {
    const percent = wholePercent(usage.appPercent);
    if (percent !== null) await meter.observe(APP_POOL, percent, 0);
  }

  /** Codes, secrets and tokens travel in the body: a URL is written down in too many places. */
  async function issue(form: Record<string, string>, signal: AbortSignal) {
    const request = { path: 'oauth/access_token', params: {}, method: 'POST' as const };
    const body = await call(
      null,
      { ...request, form: { client_id: id, client_secret: secret, ...form } },
      signal,
    );
    return readIssuedToken(body);
  }

  return {
    /** How full the pool is that these calls share with all others of the app. */
    pool: () => meter.pool(),

    /**
     * The token for the code that a person has brought from the Login dialog.
     *
     * @throws GraphError; `bad_request` for a code that is used, too old or another's
     */
    exchangeCode(
      login: { code: string; redirectUri: string; verifier: string },
      signal: AbortSignal,
    ): Promise<string> {
      const { code, redirectUri, verifier } = login;
      return issue({ code, redirect_uri: redirectUri, code_verifier: verifier }, signal);
    },

    /** The long-lived token in exchange for a person's short-lived one: the pages' tokens out of it do not end by time. */
    prolong(userToken: string, signal: AbortSignal): Promise<string> {
      return issue({ grant_type: 'fb_exchange_token', fb_exchange_token: userToken }, signal);
    },

    /** `GET /me/accounts`: all pages of the person, fewer at a time when Meta finds it too much. @throws GraphError */
    async accounts(userToken: string, signal: AbortSignal): Promise<Account[]> {
      const all: Account[] = [];
      let limit = ACCOUNTS;
      let after: string | null = null;
      let isLast = false;
      while (!isLast) {
        const params = { fields: ACCOUNT_FIELDS, limit: String(limit), ...(after === null ? {} : { after }) };
        try {
          const page = readAccounts(await call(userToken, { path: 'me/accounts', params }, signal), after);
          all.push(...page.accounts);
          after = page.after;
          isLast = after === null;
        } catch (error) {
          if (!(error instanceof GraphError) || error.kind !== 'shrink' || limit === 1) throw error;
          limit = Math.ceil(limit / 2);
        }
      }
      return all;
    },

    /** `GET /debug_token`: what a token is good for. One that Meta cannot read is not valid. @throws GraphError */
    async inspectToken(token: string, signal: AbortSignal): Promise<InspectedToken> {
      const request = { path: 'debug_token', params: { input_token: token }, secrets: [token] };
      return readInspectedToken(await call(`${id}|${secret}`, request, signal));
    },
  };
}
