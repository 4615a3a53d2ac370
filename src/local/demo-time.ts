import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const demoSchema = z.object({ newest: z.iso.datetime() });

/**
 * The time of the newest message that the demo page has at the start, ISO 8601: that of the data folder's first start, so that
 * its inbox is as fresh as a real one. It is kept there, since all messages would be at other times after the next start.
 *
 * To be asked before the folder's database is started.
 *
 * @returns `null`: that of the simulator, which folders have whose database is older than this
 * @throws when it is kept and cannot be read as what it should be
 */
export async function demoTime(dataDir: string): Promise<string | null> {
  const file = join(dataDir, 'demo.json');
  const kept = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (kept !== null) return demoSchema.parse(JSON.parse(kept)).newest;
  if (existsSync(join(dataDir, 'postgres'))) return null;
  const newest = new Date().toISOString();
  await writeFile(`${file}.new`, JSON.stringify({ newest }));
  await rename(`${file}.new`, file);
  return newest;
}
