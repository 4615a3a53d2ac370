import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { findChromium } from '../../scripts/find-chromium.mjs';
import type { Scope } from '../../src/contract/scopes.ts';
import type { Stack } from './stack.ts';

/** A real browser, and people in it who look at the dashboard of a stack. */
export interface DashboardUnderTest {
  /** Somebody who has signed in by a link, with a browser window of their own. */
  person(options?: PersonOptions): Promise<Person>;
  close(): Promise<void>;
}

export interface PersonOptions {
  scope?: Scope;
  /** In CSS pixels; 1280 × 800 by default. */
  viewport?: { width: number; height: number };
  colorScheme?: 'light' | 'dark';
  timezoneId?: string;
}

export interface Person {
  context: BrowserContext;
  /** The first tab, on the dashboard's first page. */
  page: Page;
  /** Another tab of the same browser. @param path of the dashboard */
  tab(path: string): Promise<Page>;
  /** What tabs have said of faults: errors of scripts, and requests that the page's own policy refused. */
  faults: string[];
}

/** How long an expectation of a page waits, in milliseconds: the machine may be busy. */
export const PATIENCE_MS = 20_000;

/** Starts the browser. @throws when there is none: the run leaves these tests out then, and says so */
export async function startDashboard(stack: Stack): Promise<DashboardUnderTest> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error('No Chromium: set CHROMIUM_PATH');
  const browser: Browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
  return {
    async person({ scope = 'admin', viewport, colorScheme = 'light', timezoneId = 'Europe/Berlin' } = {}) {
      const context = await browser.newContext({
        baseURL: stack.api.url,
        viewport: viewport ?? { width: 1280, height: 800 },
        colorScheme,
        timezoneId,
        locale: 'en-GB',
      });
      context.setDefaultTimeout(PATIENCE_MS);
      const faults: string[] = [];
      context.on('weberror', (error) => faults.push(String(error.error())));
      context.on('console', (message) => {
        // a failed request is no fault of the page: it says so in words
        if (message.type() === 'error' && !/Failed to load resource|net::ERR_/.test(message.text())) {
          faults.push(message.text());
        }
      });
      const link = await stack.api.post<{ url: string }>('/api/sign-in-links', { scope });
      const page = await context.newPage();
      await page.goto(link.body.url);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.waitForURL('/');
      return {
        context,
        page,
        faults,
        async tab(path) {
          const another = await context.newPage();
          await another.goto(path);
          return another;
        },
      };
    },
    close: () => browser.close(),
  };
}
