// What a browser fetches before the dashboard shows its first page, as it goes over the wire.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

const FOLDER = path.join('web', 'dist');
const MOST_BYTES = 250_000;

/** The page itself, what it names, and what those import before anything else; `/` in front as in the page. */
function filesOf(page) {
  const named = [...page.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, file]) => file);
  const seen = new Set(named);
  for (const file of seen) {
    if (!file.endsWith('.js')) continue;
    const text = readFileSync(path.join(FOLDER, file), 'utf8');
    for (const [, imported] of text.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g))
      seen.add(`/assets/${imported}`);
  }
  return [...seen];
}

/** The sum of the first load and of the first page's own file, gzipped. @returns null, or what is wrong */
export async function firstLoadFault() {
  const page = readFileSync(path.join(FOLDER, 'index.html'), 'utf8');
  const sizes = filesOf(page).map((file) => [file, gzipSync(readFileSync(path.join(FOLDER, file))).length]);
  const total = sizes.reduce((sum, [, size]) => sum + size, gzipSync(page).length);
  if (total <= MOST_BYTES) return null;
  const list = sizes.map(([file, size]) => `  ${file} ${size}`).join('\n');
  return `The first load is ${total} bytes gzipped, more than ${MOST_BYTES}:\n${list}`;
}
