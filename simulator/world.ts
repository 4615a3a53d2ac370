import { CallLog } from './call-log.ts';
import { Rules } from './faults/rules.ts';
import { Logins, type UserToken } from './login/logins.ts';
import { issuePageToken } from './login/page-tokens.ts';
import { DEMO_USER, type User } from './login/users.ts';
import type { SimulatorOptions } from './options.ts';
import { createPage, type Page, type PageSpec } from './page.ts';
import { RateWindow } from './rate.ts';
import { nowSec } from './time.ts';
import type { UsageOverride } from './usage.ts';
import { Traffic } from './webhooks/traffic.ts';
import { Webhooks } from './webhooks/webhooks.ts';

/** Everything the simulator knows: pages, and what was asked of it through the control endpoint. */
export class World {
  readonly options: SimulatorOptions;
  readonly pages = new Map<string, Page>();
  readonly calls = new CallLog();
  readonly webhooks = new Webhooks();
  readonly traffic = new Traffic(this.webhooks);
  readonly logins = new Logins();
  readonly users = new Map<string, User>();
  /** Where the dialog may send people, besides this machine. */
  redirectUris: readonly string[] = [];
  rules = new Rules();
  rate = new RateWindow();
  usage: UsageOverride = {};
  latencyMs = 0;
  latencyJitterMs = 0;
  /** Calls answered since the start; the default usage percentages grow with it. */
  answered = 0;
  readonly #pageOfToken = new Map<string, Page>();

  constructor(options: SimulatorOptions) {
    this.options = options;
    this.reset();
  }

  /** Back to how it was started. */
  reset(): void {
    this.pages.clear();
    this.#pageOfToken.clear();
    this.calls.clear();
    this.traffic.stop();
    this.webhooks.reset();
    this.logins.clear();
    this.users.clear();
    this.users.set(DEMO_USER.id, { ...DEMO_USER });
    this.redirectUris = this.options.redirectUris;
    this.rules = new Rules();
    this.rate = new RateWindow();
    this.usage = {};
    this.latencyMs = this.options.latencyMs;
    this.latencyJitterMs = this.options.latencyJitterMs;
    this.answered = 0;
    const { pageId, pageName, token, instagramAccountId } = this.options;
    this.addPage({ ...this.pageDefaults(), id: pageId, name: pageName, token, instagramAccountId });
  }

  /** The inbox fields a page gets when it does not name its own. */
  pageDefaults(): Omit<PageSpec, 'id' | 'name' | 'token' | 'instagramAccountId'> {
    const { conversations, instagramShare, messages, exactMessages, seed, newestSec } = this.options;
    return { conversations, instagramShare, messages, exactMessages, seed, newestSec };
  }

  addPage(spec: PageSpec): Page {
    this.removePage(spec.id);
    const page = createPage(spec, nowSec());
    this.pages.set(page.id, page);
    this.#pageOfToken.set(page.token, page);
    return page;
  }

  removePage(id: string): boolean {
    const page = this.pages.get(id);
    const tokens = page ? [page.token, ...page.retiredTokens, ...page.issuedTokens.keys()] : [];
    for (const token of tokens) this.#pageOfToken.delete(token);
    this.webhooks.subscriptions.unsubscribe(id);
    return this.pages.delete(id);
  }

  /** The page a token is or was for; null for a token nobody issued. */
  pageOfToken(token: string): Page | null {
    return this.#pageOfToken.get(token) ?? null;
  }

  /** The page token that a person's token gives. */
  pageTokenFor(page: Page, { user, scopes, isLongLived, expiresAtSec }: UserToken): string {
    const untilSec = isLongLived ? 0 : expiresAtSec;
    const token = issuePageToken(page, { userId: user.id, scopes, untilSec }, nowSec());
    this.#pageOfToken.set(token, page);
    return token;
  }

  /** The app that is spoken for: its id, and its secret where one was set. */
  get appId(): string {
    return this.webhooks.callback?.appId ?? this.options.appId;
  }

  /** Gives a page another token; the old one answers as expired from now on. */
  replaceToken(page: Page, token: string): void {
    if (token === page.token) return;
    page.retiredTokens.add(page.token);
    page.retiredTokens.delete(token);
    page.token = token;
    this.#pageOfToken.set(token, page);
  }
}
