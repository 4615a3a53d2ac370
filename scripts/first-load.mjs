// What a browser fetches before the dashboard shows its first page, as it goes over the wire.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

const FOLDER = path.join('web', 'dist');
const MOST_BYTES = 250_000;

/** What the page names, the file of the overview, which it shows first, and all that those import; `/` in front as in the page. */
function filesOf(page) {
  const named = [...page.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, file]) => file);
  const overview = readdirSync(path.join(FOLDER, 'assets')).find((file) => /^pages-page-.*\.js$/.test(file));
  if (overview === undefined) throw new Error('The overview has no file of its own');
  const seen = new Set([...named, `/assets/${overview}`]);
  for (const file of seen) {
    if (!file.endsWith('.js')) continue;
    const text = readFileSync(path.join(FOLDER, file), 'utf8');
    for (const [, imported] of text.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g))
      seen.add(`/assets/${imported}`);
  }
  return [...seen];
}

/** @returns null, or what is wrong */
export async function firstLoadFault() {
  const page = readFileSync(path.join(FOLDER, 'index.html'), 'utf8');
  const sizes = filesOf(page).map((file) => [file, gzipSync(readFileSync(path.join(FOLDER, file))).length]);
  const total = sizes.reduce((sum, [, size]) => sum + size, gzipSync(page).length);
  if (total <= MOST_BYTES) return null;
  const list = sizes.map(([file, size]) => `  ${file} ${size}`).join('\n');
  return `The first load is ${total} bytes gzipped, more than ${MOST_BYTES}:\n${list}`;
}
