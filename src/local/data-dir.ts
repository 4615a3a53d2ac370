import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Where `npm start` keeps data, log and secrets. */
export function dataDirOf(env: Record<string, string | undefined>): string {
  return resolve(env.PAGESYNC_DATA_DIR || join(ROOT, '.pagesync'));
}
