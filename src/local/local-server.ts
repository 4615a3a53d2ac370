import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { describeProcess, processRecordSchema } from '../embedded/pid-file.ts';
import { isSameProcess } from '../embedded/process-info.ts';
import { dataDirOf } from './data-dir.ts';
import { readSecrets } from './secrets.ts';

const noteSchema = processRecordSchema.extend({ url: z.string() });

const noteFile = (dataDir: string) => join(dataDir, 'api.json');

/** Notes where the API of this data folder is, as long as this process runs: its port is not always the same. */
export async function noteAddress(dataDir: string, url: string): Promise<() => Promise<void>> {
  const note: z.infer<typeof noteSchema> = { ...describeProcess(process.pid), url };
  await writeFile(noteFile(dataDir), `${JSON.stringify(note)}\n`);
  return () => rm(noteFile(dataDir), { force: true });
}

/**
 * The `npm start` of this machine: where its API is, and its token. Both are `null` when it does not run: where it was
 * before, anybody may listen by now.
 */
export async function localServer(
  env: Record<string, string | undefined>,
): Promise<{ url: string | null; token: string | null }> {
  const dataDir = dataDirOf(env);
  const url = await runningAt(dataDir);
  if (url === null) return { url: null, token: null };
  // a folder of somebody else's is not ours to complain of
  const secrets = await readSecrets(dataDir).catch(() => null);
  return { url, token: secrets?.PAGESYNC_API_TOKEN ?? null };
}

async function runningAt(dataDir: string): Promise<string | null> {
  try {
    const note = noteSchema.parse(JSON.parse(await readFile(noteFile(dataDir), 'utf8')));
    return isSameProcess(note) ? note.url : null;
  } catch {
    return null;
  }
}
