// Pictures of every page of the dashboard of a running Pagesync (`npm start`): light, dark, and as wide as a phone.
//   npm run screenshots -- FOLDER [name]…     `name`: only these pages
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { findChromium } from './find-chromium.mjs';

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const LOOKS = [
  { look: 'light', colorScheme: 'light', viewport: { width: 1440, height: 900 } },
  { look: 'dark', colorScheme: 'dark', viewport: { width: 1440, height: 900 } },
  { look: 'phone', colorScheme: 'light', viewport: { width: 390, height: 844 } },
  { look: 'phone-dark', colorScheme: 'dark', viewport: { width: 390, height: 844 } },
  { look: 'wide', colorScheme: 'light', viewport: { width: 2560, height: 1300 } },
  { look: 'narrow', colorScheme: 'light', viewport: { width: 360, height: 740 } },
];

const pagesync = (...args) =>
  JSON.parse(
    execFileSync(process.execPath, [path.join(ROOT, 'bin', 'pagesync.mjs'), ...args, '--json'], {
      encoding: 'utf8',
    }),
  );

/** Every page by its name. The page, job, conversation and batch are the newest that there are. */
async function placesOf(request) {
  const newest = async (list) =>
    (await (await request.get(`/api/${list}?limit=1`)).json()).data[0]?.id ?? 'none';
  return {
    pages: '/',
    page: `/pages/${await newest('pages')}`,
    inbox: '/inbox',
    thread: `/inbox/${await newest('conversations')}`,
    history: '/history',
    job: `/history/${await newest('jobs')}`,
    batches: '/batches',
    batch: `/batches/${await newest('batches')}`,
    analytics: '/analytics',
    health: '/health',
    settings: '/settings',
    components: '/components',
  };
}

const [folder, ...names] = process.argv.slice(2);
const executablePath = findChromium();
if (folder === undefined || executablePath === null) {
  console.error(
    folder === undefined ? 'npm run screenshots -- FOLDER [page]…' : 'No Chromium: set CHROMIUM_PATH',
  );
  process.exit(2);
}
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
});
try {
  for (const { look, ...options } of LOOKS) {
    const { url } = pagesync('sign-in-link');
    const context = await browser.newContext({ ...options, baseURL: new URL(url).origin });
    const page = await context.newPage();
    await page.goto(url);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL('/');
    for (const [name, place] of Object.entries(await placesOf(context.request))) {
      if (names.length > 0 && !names.includes(name)) continue;
      await page.goto(place);
      await page.getByRole('heading', { level: 1 }).first().waitFor();
      // everything that it reads has come, but for what comes when somebody scrolls; its stream of changes never ends
      await page
        .getByText(/^Reading (?!more |older )/)
        .first()
        .waitFor({ state: 'detached' });
      const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      await page.screenshot({ path: path.join(folder, `${name}-${look}.png`) });
      console.log(`${name}-${look}.png${sideways > 0 ? ` scrolls sideways by ${sideways} px` : ''}`);
    }
    await context.close();
  }
} finally {
  await browser.close();
}
