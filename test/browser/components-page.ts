import type { Locator, Page } from 'playwright-core';
import { PATIENCE_MS, type Person } from '../support/dashboard.ts';
import { eventually } from '../support/eventually.ts';
import type { TestPage } from '../support/stack.ts';

/** The button and the panel at work on a page, in a tab that shows `/components`. */
export interface ComponentsUnderTest {
  tab: Page;
  button: Locator;
  panel: Locator;
  progress: Locator;
  /** Conversations that the panel counts; 0 while it counts none. */
  counted(): Promise<number>;
  /** Waits until the panel counts so many. */
  countedAtLeast(least: number): Promise<number>;
}

export function pathOf(page: TestPage): string {
  return `/components?page=${page.id}`;
}

/** @param tab that shows the page's components, or will */
export function componentsOf(tab: Page, page: TestPage): ComponentsUnderTest {
  const tryIt = tab.getByRole('region', { name: 'Try it' });
  const panel = tryIt.getByRole('region', { name: 'Sync' });
  const counted = async () => {
    const [text = ''] = await panel.getByText(/^[\d,]+ (of [\d,]+ )?conversations?$/).allTextContents();
    return Number(/^[\d,]+/.exec(text)?.[0].replaceAll(',', '') ?? 0);
  };
  return {
    tab,
    button: tryIt.getByRole('button', { name: page.name }),
    panel,
    progress: panel.getByRole('progressbar'),
    counted,
    countedAtLeast: (least) =>
      eventually(
        async () => {
          const now = await counted();
          return now >= least ? now : null;
        },
        `${least} conversations in the panel`,
        PATIENCE_MS,
      ),
  };
}

/** Shows a page's components in a tab of its own. */
export async function showComponents(person: Person, page: TestPage): Promise<ComponentsUnderTest> {
  const shown = componentsOf(await person.tab(pathOf(page)), page);
  await shown.button.waitFor();
  return shown;
}

/** A moment in the life of a button. */
interface Moment {
  text: string;
  atMs: number;
}

/** Notes from now on what a button says, and when. @returns what it has said by now */
export async function recordTexts(button: Locator): Promise<() => Promise<Moment[]>> {
  const moments = await button.evaluateHandle((element) => {
    const seen: Moment[] = [];
    const note = () => {
      const text = element.textContent ?? '';
      if (seen.at(-1)?.text !== text) seen.push({ text, atMs: performance.now() });
    };
    new MutationObserver(note).observe(element, { childList: true, characterData: true, subtree: true });
    note();
    return seen;
  });
  return () => moments.jsonValue();
}

/** How long the first text that fits stood there, in milliseconds. */
export function shownMs(moments: readonly Moment[], wanted: RegExp): number {
  const index = moments.findIndex(({ text }) => wanted.test(text));
  const [shown, after] = [moments[index], moments[index + 1]];
  if (shown === undefined || after === undefined) {
    throw new Error(`${wanted} is not in ${JSON.stringify(moments)}`);
  }
  return after.atMs - shown.atMs;
}
