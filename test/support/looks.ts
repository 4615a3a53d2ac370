import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { seriousViolations } from './accessibility.ts';
import { eventually } from './eventually.ts';

const PHONE = { width: 360, height: 780 };

/** The page as it is shown is usable by everybody: in light and dark, and on a phone without scrolling sideways. */
export async function expectUsable(page: Page): Promise<void> {
  const before = page.viewportSize();
  for (const colorScheme of ['dark', 'light'] as const) {
    // colours that are on their way to others have no contrast to measure
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await eventually(
      async () => (await isDark(page)) === (colorScheme === 'dark'),
      `the page in ${colorScheme}`,
    );
    expect({ colorScheme, violations: await seriousViolations(page) }).toEqual({
      colorScheme,
      violations: [],
    });
  }
  await page.setViewportSize(PHONE);
  const width = await page.evaluate<number>('document.documentElement.scrollWidth');
  expect(width, `width of ${page.url()} on a phone`).toBeLessThanOrEqual(PHONE.width);
  if (before !== null) await page.setViewportSize(before);
}

/** Whether the page is shown in dark. */
export function isDark(page: Page): Promise<boolean> {
  return page.evaluate<boolean>('document.documentElement.classList.contains("dark")');
}
